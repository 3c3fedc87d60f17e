"""Words for the tasks of data protection: what is to be done, and how."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.privacy_task import TaskKind
from crm.site.i18n import _l

KIND_TITLES: Final[Mapping[TaskKind, LazyString]] = {
    TaskKind.ORIGIN_UNKNOWN: _l("Herkunft klären"),
    TaskKind.NOTICE_DUE: _l("Person informieren (Art. 14 DSGVO)"),
    TaskKind.ERASURE_REQUESTED: _l("Löschung gewünscht: entscheiden"),
    TaskKind.TIME_UP: _l("Zeit abgelaufen: entscheiden"),
    TaskKind.OBJECTION_RAISED: _l("Widerspruch abwägen (Art. 21 Abs. 1 DSGVO)"),
}

KIND_TEXTS: Final[Mapping[TaskKind, LazyString]] = {
    TaskKind.ORIGIN_UNKNOWN: _l(
        "Das Vorsystem sagt nicht, woher diese Daten stammen. Die Person darf es erfahren (Art. 14 Abs. 2 lit. f, "
        "Art. 15 Abs. 1 lit. g DSGVO). Fragen Sie, wer den Kontakt kennt, und schreiben Sie die Herkunft hier auf."
    ),
    TaskKind.NOTICE_DUE: _l(
        "Die Daten kommen nicht von der Person selbst. Sie muss binnen eines Monats erfahren, dass wir sie haben, woher und wozu "
        "(Art. 14 DSGVO). Schicken Sie ihr die Datenschutzhinweise und halten Sie es hier fest."
    ),
    TaskKind.ERASURE_REQUESTED: _l(
        "Das Vorsystem sagt: Die Person will gelöscht werden (Art. 17 DSGVO). Bis zur Entscheidung verwendet niemand ihre Daten. "
        "Sehen Sie beim Kontakt nach, ob die Person es ist und ob eine Pflicht zur Aufbewahrung dagegensteht (Art. 17 Abs. 3 DSGVO), "
        "und antworten Sie ihr binnen eines Monats (Art. 12 Abs. 3 DSGVO)."
    ),
    TaskKind.TIME_UP: _l(
        "Die Aufbewahrungsfrist war schon vor dem Import abgelaufen (Art. 5 Abs. 1 lit. e DSGVO). Bis zur Entscheidung verwendet "
        "niemand die Daten. Entscheiden Sie: Die Person geht, oder sie bleibt mit einem Grund und bis zu einem Tag."
    ),
    TaskKind.OBJECTION_RAISED: _l(
        "Die Person will nicht, dass wir ihre Daten so verwenden. Der Zweck ruht, bis abgewogen ist. Nur zwingende Gründe, die Sie "
        "nachweisen können, gehen vor; sonst endet die Verwendung (Art. 21 Abs. 1 DSGVO)."
    ),
}
