"""Does a case or an erasure wait because somebody changed it past the program, or does a person not know of theirs?"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import Database
from crm.models.request_case import CaseState, RequestCase
from crm.privacy.erasure import job
from crm.privacy.requests import order, sealed
from crm.privacy.requests.telling import find_untold
from crm.services.health.findings import Finding, State, some_of
from crm.vault import ErasedError


class CasesHeldBack(Finding):
    """Cases the worker does not carry on: people, decision or moment are not what acts made of them."""

    check = "requests"
    state = State.WRONG
    message = (
        "Festgehaltene Fälle, weil sie außerhalb von Lethe geändert wurden: %(count)s (%(numbers)s). Darin wird nichts gelöscht und nichts "
        "beantwortet. Stellen Sie sie aus einer Sicherung wieder her, oder lassen Sie die Datenschutzkoordination neu entscheiden; "
        "klären Sie, wer es war."
    )


class CasesUnreadable(Finding):
    """Cases of which a part does not open; what was asked, decided or answered cannot be shown any more."""

    check = "requests"
    state = State.WRONG
    message = (
        "Fälle, von denen sich ein versiegelter Teil nicht öffnen lässt, weil er außerhalb von Lethe verändert wurde: "
        "%(count)s (%(numbers)s). Stellen Sie sie aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class ErasuresHeldBack(Finding):
    """Orders of erasure that the worker does not carry out: no act gave them as they stand."""

    check = "requests"
    state = State.WRONG
    message = (
        "Festgehaltene Löschungen, weil der Auftrag außerhalb von Lethe geschrieben oder geändert wurde: %(count)s "
        "(Kennungen: %(subjects)s). Es wird nichts davon ausgeführt. "
        "Stellen Sie die Zeilen aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class CasesUntold(Finding):
    """Open cases of which a mail to the person was given up: they do not know what they have a right to know."""

    check = "requests"
    state = State.WRONG
    message = (
        "Offene Fälle, zu denen eine E-Mail an die Person aufgegeben wurde: %(count)s (%(numbers)s). Der Mailserver nahm sie nicht an; "
        "die Person weiß nicht, was darin steht (Art. 12 Abs. 3 DSGVO). Schreiben Sie ihr per Post; die Seite des Falls sagt, was fehlt."
    )


_EVERY_CASE = select(RequestCase).order_by(RequestCase.number)


def examine_cases(database: Database) -> Iterator[Finding]:
    """Look at the cases and erasures that go on by themselves, and say which of them are held back, and whose mail did not arrive.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    goes_on = RequestCase.state.in_([CaseState.COOLING, CaseState.EXECUTING, CaseState.ANSWERING])
    with database.reading() as session:
        cases = session.scalars(select(RequestCase).where(goes_on).order_by(RequestCase.number)).all()
        held = [each.number for each in cases if order.is_held_back(session, each) and not order.is_sound(session, each)]
        unreadable = [each.number for each in session.scalars(_EVERY_CASE) if _is_unreadable(session, each)]
        in_progress = session.scalars(_EVERY_CASE.where(RequestCase.state != CaseState.CLOSED)).all()
        untold = find_untold(session, in_progress)
        unordered = job.find_held_back(session)
    if held:
        yield CasesHeldBack(count=len(held), numbers=some_of(held))
    if unreadable:
        yield CasesUnreadable(count=len(unreadable), numbers=some_of(unreadable))
    if untold:
        yield CasesUntold(count=len(untold), numbers=some_of([each.number for each in in_progress if each.id in untold]))
    if unordered:
        yield ErasuresHeldBack(count=len(unordered), subjects=some_of(unordered))


def _is_unreadable(session: Session, case: RequestCase) -> bool:
    """Say whether a part of a case does not open; whose key has gone by its rule is unreadable on purpose."""
    try:
        return bool(sealed.find_unreadable(session, case))
    except ErasedError:
        return False
