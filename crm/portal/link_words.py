"""What stands on the page behind each personal link, before and after its button."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.intake import IntakeKind, LinkKind
from crm.models.request_case import CaseKind, CaseState
from crm.privacy.links import PATHS
from crm.site.i18n import _l


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One kind of link: what its button does, and the words around it."""

    link: LinkKind
    drops: IntakeKind
    title: LazyString
    text: LazyString
    button: LazyString
    done_title: LazyString
    done_text: LazyString


_ARRIVED: Final = _l(
    "Ihr Antrag ist bei uns. Sie bekommen gleich eine E-Mail mit seiner Nummer und einem Link, unter dem Sie sehen, wie weit er ist."
)

OBJECT: Final = LinkPage(
    link=LinkKind.OBJECT,
    drops=IntakeKind.OBJECTION,
    title=_l("Keine Werbung mehr"),
    text=_l("Ein Klick, und Sie bekommen keine Werbung mehr von uns: nicht per E-Mail, nicht per Telefon, nicht per Brief."),
    button=_l("Werbung stoppen"),
    done_title=_l("Erledigt"),
    done_text=_l(
        "Wir schicken Ihnen ab jetzt keine Werbung mehr. Damit das so bleibt, merken wir uns einen Abdruck Ihrer Adresse auf einer "
        "Sperrliste, für nichts anderes. Gedruckte Werbung, die schon unterwegs ist, kann noch einige Tage ankommen."
    ),
)

PAGES: Final[Mapping[str, LinkPage]] = {
    PATHS[page.link]: page
    for page in (
        OBJECT,
        LinkPage(
            link=LinkKind.CORRECT,
            drops=IntakeKind.CORRECTION,
            title=_l("Widerspruch zurücknehmen"),
            text=_l(
                "Jemand hat mit Ihrer E-Mail-Adresse der Werbung widersprochen. Waren Sie das nicht, nehmen Sie es hier zurück; "
                "dann ist alles wieder wie vorher. Waren Sie es selbst, schließen Sie einfach diese Seite."
            ),
            button=_l("Widerspruch zurücknehmen"),
            done_title=_l("Zurückgenommen"),
            done_text=_l("Dieser Widerspruch gilt nicht mehr. Was Sie uns auf anderem Weg gesagt haben, gilt weiter."),
        ),
        LinkPage(
            link=LinkKind.KEEP_BLOCKED,
            drops=IntakeKind.KEEP_BLOCKED,
            title=_l("Auf Dauer keine Werbung"),
            text=_l(
                "Wir kennen Sie unter Ihrer Adresse bisher nicht. Mit dem Knopf bleibt ein Abdruck der Adresse auf Dauer auf unserer "
                "Sperrliste, damit auch später keine Werbung kommt. Er dient nur dazu."
            ),
            button=_l("Auf Dauer sperren"),
            done_title=_l("Erledigt"),
            done_text=_l("Ihr Widerspruch gilt auf Dauer. Möchten Sie von der Sperrliste gestrichen werden, schreiben Sie uns."),
        ),
        LinkPage(
            link=LinkKind.CONFIRM,
            drops=IntakeKind.CONFIRMATION,
            title=_l("Löschung bestätigen"),
            text=_l(
                "Mit dem Knopf bestätigen Sie, dass wir Ihre Daten löschen sollen. Danach verwenden wir sie nicht mehr, prüfen, was wir "
                "nach dem Gesetz noch aufheben müssen (zum Beispiel Rechnungen), und antworten Ihnen. Waren Sie es nicht, schließen "
                "Sie einfach diese Seite."
            ),
            button=_l("Ja, meine Daten löschen"),
            done_title=_l("Bestätigt"),
            done_text=_ARRIVED,
        ),
        LinkPage(
            link=LinkKind.CONFIRM_COPY,
            drops=IntakeKind.CONFIRMATION,
            title=_l("Antrag bestätigen"),
            text=_l(
                "Mit dem Knopf bestätigen Sie, dass Sie die Kopie Ihrer Daten bekommen möchten. Wir prüfen sie und schicken Ihnen dann "
                "einen Link zum Abholen. Waren Sie es nicht, schließen Sie einfach diese Seite."
            ),
            button=_l("Ja, ich möchte die Kopie"),
            done_title=_l("Bestätigt"),
            done_text=_ARRIVED,
        ),
        LinkPage(
            link=LinkKind.CONFIRM_CLAIM,
            drops=IntakeKind.CONFIRMATION,
            title=_l("Antrag bestätigen"),
            text=_l(
                "Mit dem Knopf bestätigen Sie, dass der Antrag aus unserer E-Mail von Ihnen kommt. Wir prüfen ihn und antworten Ihnen. "
                "Waren Sie es nicht, schließen Sie einfach diese Seite."
            ),
            button=_l("Ja, der Antrag kommt von mir"),
            done_title=_l("Bestätigt"),
            done_text=_ARRIVED,
        ),
    )
}

RIGHTS: Final[Mapping[CaseKind, LazyString]] = {
    CaseKind.ERASURE: _l("Löschung meiner Daten"),
    CaseKind.ACCESS: _l("Auskunft über meine Daten"),
    CaseKind.PORTABILITY: _l("Meine Daten zum Mitnehmen"),
    CaseKind.RESTRICTION: _l("Einschränkung der Verarbeitung"),
    CaseKind.RECTIFICATION: _l("Berichtigung meiner Daten"),
    CaseKind.USE_OBJECTION: _l("Widerspruch mit Gründen"),
}

# Where a case is, in words for somebody who does not know how we work.
_STATES: Final[Mapping[CaseState, LazyString]] = {
    CaseState.OPEN: _l("Wir prüfen Ihren Antrag. Ihre Daten verwenden wir bis dahin nicht."),
    CaseState.SECOND: _l("Wir haben geprüft; eine zweite Person sieht es sich noch an. Ihre Daten verwenden wir bis dahin nicht."),
    CaseState.COOLING: _l("Es ist entschieden, dass wir löschen. Bis zum Vollzug verwenden wir Ihre Daten nicht."),
    CaseState.EXECUTING: _l("Ihre Daten werden gerade gelöscht."),
    CaseState.ANSWERING: _l("Es ist entschieden. Unsere Antwort ist zu Ihnen unterwegs."),
    CaseState.CLOSED: _l("Abgeschlossen. Unsere Antwort haben Sie bekommen."),
}


def state_in_words(kind: CaseKind, state: CaseState) -> LazyString:
    """Say where a case is; while a copy is being made, the data are used as before, and whether a claim lets them rest the receipt said."""
    if state is not CaseState.OPEN or kind is CaseKind.ERASURE:
        return _STATES[state]
    if kind.is_copy:
        return _l("Wir prüfen Ihren Antrag und stellen die Kopie zusammen.")
    return _STATES[state] if kind is CaseKind.USE_OBJECTION else _l("Wir prüfen Ihren Antrag.")
