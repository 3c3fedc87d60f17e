"""Does a case wait because somebody changed it past the program? Nothing is erased and nothing answered until that is settled."""

from collections.abc import Iterator

from sqlalchemy import select

from crm.db import Database
from crm.models.request_case import CaseState, RequestCase
from crm.privacy.requests import order
from crm.services.health.findings import Finding, State, some_of


class CasesHeldBack(Finding):
    """Cases the worker does not carry on: people, decision or moment are not what acts made of them."""

    check = "requests"
    state = State.WRONG
    message = (
        "Festgehaltene Fälle, weil sie außerhalb von Lethe geändert wurden: %(count)s (%(numbers)s). Darin wird nichts gelöscht und nichts "
        "beantwortet. Stellen Sie sie aus einer Sicherung wieder her, oder lassen Sie die Datenschutzkoordination neu entscheiden; "
        "klären Sie, wer es war."
    )


def examine_cases(database: Database) -> Iterator[Finding]:
    """Look at the cases that go on by themselves, and say which of them are held back.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    goes_on = RequestCase.state.in_([CaseState.COOLING, CaseState.EXECUTING, CaseState.ANSWERING])
    with database.reading() as session:
        cases = session.scalars(select(RequestCase).where(goes_on).order_by(RequestCase.number)).all()
        held = [each.number for each in cases if order.is_held_back(session, each) and not order.is_sound(session, each)]
    if held:
        yield CasesHeldBack(count=len(held), numbers=some_of(held))
