"""Words of the runs of the Löschkonzept: why one asks, why somebody is kept."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.retention import KeepReason, RunState
from crm.privacy.erasure.ended import HeldBy
from crm.privacy.erasure.guard import Doubt
from crm.site.i18n import _l

DOUBT_TEXTS: Final[Mapping[Doubt, LazyString]] = {
    Doubt.CLOCK_BACK: _l("Die Uhr steht vor dem jüngsten Eintrag des Protokolls. Lassen Sie die Uhr stellen; dann läuft er von selbst."),
    Doubt.CLOCK_FORWARD: _l("Der letzte Lauf ist ungewöhnlich lange her; die Uhr kann vorgegangen sein. Lassen Sie sie prüfen."),
    Doubt.HOLDS_CHANGED: _l("Eine Löschsperre wurde außerhalb von Lethe geändert. Lassen Sie das prüfen, bevor etwas vergessen wird."),
    Doubt.MANY: _l("Ungewöhnlich viele Personen sind an einem Tag fällig. Prüfen Sie, ob das stimmt, bevor sie vergessen werden."),
}

HELD_TITLES: Final[Mapping[HeldBy, LazyString]] = {
    HeldBy.KEEP: _l("mit Grund behalten"),
    HeldBy.TASK: _l("nach einem Import noch zu entscheiden"),
    HeldBy.REQUEST: _l("hat einen offenen Antrag"),
    HeldBy.RESTRICTION: _l("auf Verlangen der Person eingeschränkt"),
    HeldBy.HOLD: _l("unter einer Löschsperre"),
    HeldBy.CHANGED: _l("außerhalb von Lethe geändert"),
}

STATE_TITLES: Final[Mapping[RunState, LazyString]] = {
    RunState.RUNNING: _l("läuft"),
    RunState.ASKING: _l("fragt nach"),
    RunState.DONE: _l("erledigt"),
}

REASON_TITLES: Final[Mapping[KeepReason, LazyString]] = {
    KeepReason.TALKS: _l("Es laufen Gespräche über einen Vertrag"),
    KeepReason.CLAIM: _l("Ein Anspruch ist offen (Art. 17 Abs. 3 lit. e DSGVO)"),
    KeepReason.DUTY: _l("Ein Gesetz verlangt es (Art. 17 Abs. 3 lit. b DSGVO)"),
    KeepReason.DECIDED: _l("So wurde auf den Löschantrag entschieden"),
    KeepReason.ERROR: _l("Der Tag des letzten Kontakts ist falsch und wird berichtigt"),
}
