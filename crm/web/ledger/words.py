"""Words for what the ledger holds as codes; a test demands one for every action."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.db import Compartment, Kept
from crm.mail import MailState
from crm.models.erasure import ErasureCause
from crm.models.intake import IntakeKind
from crm.models.lawfulness import ToldBy
from crm.models.request_case import CaseState
from crm.privacy import documents, keeping
from crm.privacy.actions import BROKEN, SOUND
from crm.privacy.disclosure import NOBODY_SHOWN
from crm.privacy.erasure.guard import Doubt
from crm.privacy.restriction import RestrictionReason
from crm.privacy.suppression import SuppressionReason
from crm.services.deletion_papers import CERTIFICATE, RUN_PROTOCOL
from crm.services.drop.telling import Told, Untold
from crm.site.i18n import _l
from crm.site.words import CHANNEL_TITLES, FIELD_TITLES, GROUP_TITLES, ROLE_TITLES
from crm.web.action_words import MAIL_OUTCOMES, MAIL_TITLES
from crm.web.contacts.notes_words import KIND_TITLES as NOTE_TITLES
from crm.web.contacts.objection_words import MISTAKE_TITLES, TOLD_TITLES
from crm.web.contacts.restriction import LET_GO
from crm.web.requests.words import CASE_KINDS, IDENTITIES, STATES, STOPS, VERDICTS, WAYS
from crm.web.retention_words import REASON_TITLES

Words = Mapping[str, LazyString]

CAUSE_TITLES: Final[Words] = {
    ErasureCause.REQUEST: _l("auf Verlangen der Person"),
    ErasureCause.RULE: _l("Frist abgelaufen"),
    ErasureCause.REVIEW: _l("nach Durchsicht"),
}

COMPARTMENT_TITLES: Final[Words] = {
    Compartment.PROFILE: _l("Angaben zur Person, Notizen, Kontaktwege"),
    Compartment.PROOF: _l("Belege von Einwilligungen"),
    Compartment.CASE: _l("Anfragen der Person"),
    Compartment.RECORD: _l("aufbewahrte Unterlagen"),
}

KEPT_TITLES: Final[Words] = {
    Kept.EVIDENCE: _l("Nachweise zu Rechtsgrundlage, Einwilligung, Widerspruch und Information"),
    Kept.CASE: _l("Anfragen der Person und was ihr geantwortet wurde"),
    Kept.DOCUMENT: _l("Unterlagen mit gesetzlicher Aufbewahrungsfrist"),
    Kept.OTHERS: _l("leere Zeilen ohne Angaben zur Person"),
}

KEPT_REASONS: Final[Words] = {
    Kept.EVIDENCE: _l("damit sich zeigen lässt, dass rechtmäßig gehandelt wurde (Art. 5 Abs. 2, Art. 7 Abs. 1 DSGVO)"),
    Kept.CASE: _l("damit sich zeigen lässt, dass das Recht gewahrt wurde (Art. 5 Abs. 2, Art. 12 DSGVO)"),
    Kept.DOCUMENT: _l("weil ein Gesetz es verlangt (Art. 17 Abs. 3 lit. b DSGVO)"),
    Kept.OTHERS: _l("weil andere Datensätze darauf verweisen"),
}

RESULT_TITLES: Final[Words] = {
    SOUND: _l("unverändert"),
    BROKEN: _l("verändert"),
    NOBODY_SHOWN: _l("niemand gezeigt"),
    "password": _l("mit Passwort"),
    "second_factor": _l("mit zweitem Faktor"),
    "code": _l("Code falsch"),
    "network": _l("zu viele Versuche aus einem Netz"),
    "demo": _l("Vorführung"),
    "unproven": _l("unbelegt"),
    "tampered": _l("verändert"),
    "failed": _l("fehlgeschlagen"),
    documents.vouchers.ROW: _l("Zeile gelöscht; Datensicherungen folgen mit ihrem Ablauf"),
    documents.vouchers.KEY: _l("Schlüssel vernichtet; Datensicherungen folgen, sobald die Epoche schließt"),
    RestrictionReason.ACCURACY_CONTESTED: _l("Richtigkeit bestritten"),
    RestrictionReason.UNLAWFUL: _l("Verarbeitung unrechtmäßig"),
    RestrictionReason.LEGAL_CLAIMS: _l("für Rechtsansprüche gebraucht"),
    RestrictionReason.OBJECTION_PENDING: _l("Widerspruch wird geprüft"),
    RestrictionReason.TIME_UP: _l("Zeit abgelaufen"),
    RestrictionReason.ERASURE_PENDING: _l("Löschung wird geprüft"),
    RestrictionReason.KEPT: _l("nach dem Löschantrag aufbewahrt"),
    SuppressionReason.OBJECTION_6_1_F: _l("Widerspruch gegen Werbung"),
    SuppressionReason.OBJECTION_UWG_7_3: _l("Widerspruch gegen E-Mail-Werbung (§ 7 Abs. 3 UWG)"),
    **{mistake.value: title for mistake, title in MISTAKE_TITLES.items()},
    **{way.value: title for way, title in TOLD_TITLES.items()},
    **{role.value: title for role, title in ROLE_TITLES.items()},
    **{way.value: title for way, title in WAYS.items()},
    **{identity.value: title for identity, title in IDENTITIES.items()},
    **{verdict.value: title for verdict, title in VERDICTS.items()},
    **{reason.value: title for reason, title in STOPS.items()},
    **MAIL_OUTCOMES,
    **{reason.value: title for reason, title in LET_GO.items()},
    keeping.REPLACED: _l("durch eine neue Entscheidung"),
    MailState.ACCEPTED: _l("vom Mailserver angenommen"),
    CaseState.EXECUTING: STATES[CaseState.EXECUTING],
    CaseState.ANSWERING: _l("ausgeführt"),
    "written": _l("Antwort geschrieben"),
    "nothing_held": _l("keine Daten vorhanden"),
    "reopened": _l("Entscheidung zurückgegeben"),
    "added": _l("gehört dazu"),
    "removed": _l("nicht gemeint"),
    Told.NOBODY: _l("zu niemandem darf eine Notiz geschrieben werden"),
    Told.IN_PART: _l("nicht zu allen Adressen"),
    Told.CROWD: _l("zu viele Adressen"),
    Told.UNREADABLE: _l("nicht lesbar"),
    Told.ROLE: _l("keine Rolle, die Notizen schreibt"),
    Told.ATTACHED: _l("nicht alle angehängten E-Mails"),
    Untold.STRANGER: _l("nicht von einem Konto des Hauses"),
    Untold.ELSEWHERE: _l("nicht über die geheime Adresse"),
    Untold.UNREADABLE: _l("auch der Kopf nicht lesbar"),
    Untold.AUTOMATIC: _l("von einem Programm geschrieben"),
    "all": _l("alles"),
    "decision": _l("nur die Entscheidung"),
}

# Kinds that the title of the action has named already.
SAID_BY_ACTION: Final = frozenset({"log", "account", "company", "purpose"})

ABOUT_TITLES: Final[Words] = {
    **NOTE_TITLES,
    **CHANNEL_TITLES,
    "bundle": _l("als Datei"),
    "erasure_proof": _l("Nachweis einer Löschung"),
    CERTIFICATE: _l("Bescheinigung einer Löschung"),
    RUN_PROTOCOL: _l("Protokoll eines Löschlaufs"),
    **CAUSE_TITLES,
    "title": _l("Titel"),
    "RET-10": _l("Rechnung oder anderer Beleg"),
    "RET-11": _l("Geschäftsbrief"),
    "company_id": _l("Firma"),
    "owner_id": _l("Betreuung"),
    "segment": _l("Segment"),
    "mistaken": _l("irrtümlich"),
    "kept": _l("mit Grund behalten"),
    ToldBy.MAIL: _l("E-Mail"),
    ToldBy.IN_PERSON: _l("persönlich"),
    **MAIL_TITLES,
    "password_changed": _l("Nachricht über ein geändertes Passwort"),
    "withdrawal_confirmed": _l("Bestätigung eines Widerrufs"),
    "withdrawal_of_nothing": _l("Nachricht, dass es nichts zu widerrufen gab"),
    "request_opened_claim": _l("Bestätigung, dass ein Antrag eingegangen ist"),
    "start_password_issued": _l("Nachricht über ein neues Startpasswort"),
    "second_factor_enrolled": _l("Nachricht über einen neuen zweiten Faktor"),
    "second_factor_reset": _l("Nachricht über einen entfernten zweiten Faktor"),
    "roles_changed": _l("Nachricht über geänderte Rollen"),
    **{told.value: _l("Nachricht über eine E-Mail, die nicht abgelegt wurde") for told in Told},
    **{reason.value: title for reason, title in REASON_TITLES.items()},
    Doubt.CLOCK_BACK: _l("die Uhr steht zu weit zurück"),
    Doubt.HOLDS_CHANGED: _l("eine Löschsperre wurde außerhalb von Lethe geändert"),
    Doubt.CLOCK_FORWARD: _l("die Uhr kann vorgegangen sein"),
    Doubt.MANY: _l("ungewöhnlich viele Personen"),
    IntakeKind.OBJECTION: _l("Widerspruch"),
    IntakeKind.CORRECTION: _l("Widerspruch als irrtümlich gemeldet"),
    IntakeKind.KEEP_BLOCKED: _l("Bitte, die Adresse auf der Sperrliste zu lassen"),
    IntakeKind.CONFIRMATION: _l("Bestätigung eines Antrags"),
    IntakeKind.CODE: _l("Bitte um den Code zum Abholen der Antwort"),
    IntakeKind.FETCHED: _l("Abholen der Antwort"),
    IntakeKind.RESPONSE: _l("Antwort auf eine Kampagne"),
    IntakeKind.WITHDRAWAL: _l("Widerruf einer Einwilligung"),
    **{kind.value: title for kind, title in CASE_KINDS.items()},
}

FIELD_WORDS: Final[Words] = {**FIELD_TITLES, **GROUP_TITLES}


def worded(codes: str | None, words: Mapping[str, str] | Words) -> str | None:
    """Return the words for codes with commas between them; a code without a word stays what it is."""
    return ", ".join(str(words.get(code, code)) for code in codes.split(",")) if codes else None
