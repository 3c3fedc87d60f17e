"""Access and portability: the copy is composed, the coordinator sees it, and exactly this one goes out, or none with a reason.

Source: Art. 12(3)-(6), 15, 20 DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Database
from crm.models.request_case import CaseKind, CaseState, Identity, RequestCase
from crm.privacy import audit
from crm.privacy.access import copying, forms, information, portable
from crm.privacy.access.forms import Answered
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.requests import one_person, order, packages, people, sealed
from crm.privacy.requests.acts import DECIDES, READS_ALL, Act, require_role
from crm.privacy.requests.errors import (
    CaseStateError,
    IdentityOpenError,
    NobodyFoundError,
    NotOfferedError,
    PackageMissingError,
    PackageStaleError,
    RefusalReasonMissingError,
)
from crm.privacy.requests.facts import Refusal
from crm.privacy.requests.reading import get_case
from crm.privacy.requests.taking import take_case
from crm.privacy.requests.texts import require_fitting
from crm.settings import Settings

REFUSALS: Final = (Refusal.NOT_IDENTIFIED, Refusal.UNFOUNDED)
REFUSED: Final = "refused"  # the word of a decision that says why nothing goes out
_KNOWN: Final = frozenset({Identity.KNOWN, Identity.MAIL_CONFIRMED})


def compose(
    database: Database, *, case_id: str, version: int, words: Sequence[str], settings: Settings, actor: Actor, now: datetime
) -> None:
    """Compose what would go out, and keep it sealed; nothing leaves before it is granted.

    Call it outside of a unit of work: setting the sheets takes longer than one may last.

    Args:
        words: what is taken out of texts besides the people who are recognised (Art. 15(4)).

    Raises:
        NobodyFoundError, SeveralPersonsError: the case is about nobody, or about more than one person.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    require_role(actor, DECIDES)
    with database.reading() as session:
        case = get_case(session, case_id=case_id)
        found = _require_person(session, case, actor=actor, now=now)
        answered = _gather(session, case, found, words, settings=settings, actor=actor, now=now)
    archive = forms.make_archive(answered, paper=forms.as_paper(answered))
    with database.writing() as session:
        case = take_case(session, act=Act.COMPOSE, case_id=case_id, version=version, actor=actor)
        summary = {**_summary(answered), "people": found}
        packages.keep(session, case.id, subject_id=found[0], summary=summary, archive=archive, now=now)
        audit.record(session, Action.COPY_COMPOSED, actor=actor, now=now, subject_id=found[0], kind=case.kind, purpose=DUTY, basis="6-1-c")


def _require_person(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> list[str]:
    if case.state != CaseState.OPEN or not CaseKind(case.kind).is_copy:
        raise CaseStateError
    found = people.find_living_of(session, case)
    if not found:
        raise NobodyFoundError
    one_person.require_one(session, found, actor=actor, now=now)
    return found


def _gather(
    session: Session, case: RequestCase, found: Sequence[str], words: Sequence[str], *, settings: Settings, actor: Actor, now: datetime
) -> Answered:
    copy = copying.open_copy(session, subject_ids=found, words=words, actor=actor, now=now)
    if case.kind == CaseKind.PORTABILITY:
        standing = [purpose for purpose, _ in information.find_standing(session, found, now=now)]
        copy, told = portable.take_portable(copy, standing), portable.inform_portable(standing, language=case.language)
    else:
        told = information.inform(session, copy, language=case.language, settings=settings, now=now)
    facts: dict[str, Any] = {"kind": case.kind, "number": case.number, "language": case.language, "made_at": now, "settings": settings}
    return Answered(copy=copy, told=told, **facts)


def _summary(answered: Answered) -> dict[str, Any]:
    copy = answered.copy
    return {
        "tables": {table: len(rows) for table, rows in copy.records.items()},
        "consultations": len(copy.consultations),
        "files": len(copy.files),
        "blackened": copy.blackened,
        "gaps": list(answered.told.get("gaps", ())),
    }


def read_archive(session: Session, *, case_id: str, actor: Actor, now: datetime) -> bytes:
    """Open what was composed, for whoever looks at it before it goes or sends it by post; one entry.

    Raises:
        CoordinatorOnlyError: the actor's role reads no copies.
        NotFoundError, PackageMissingError: there is no such case, or nothing was composed, or its time is over.
        TamperedError: it was changed past the program.
    """
    require_role(actor, READS_ALL)
    case = get_case(session, case_id=case_id)
    package = packages.find(session, case.id)
    if package is None:
        raise PackageMissingError
    archive = packages.open_archive(session, package)
    facts: dict[str, Any] = {"purpose": DUTY, "basis": "6-1-c", "kind": case.kind}
    audit.record(session, Action.COPY_READ, actor=actor, now=now, subject_id=package.subject_id, **facts)
    return archive


def grant(session: Session, *, case_id: str, version: int, actor: Actor, now: datetime) -> RequestCase:
    """Let exactly what was composed go out.

    Raises:
        IdentityOpenError: it is not settled whose request this is.
        PackageMissingError, PackageStaleError: nothing was composed, or the case is about others by now.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.GRANT, case_id=case_id, version=version, actor=actor)
    if case.identity not in _KNOWN:
        raise IdentityOpenError
    package = packages.find(session, case.id)
    if package is None:
        raise PackageMissingError
    summary = packages.open_summary(session, package)
    if summary["people"] != people.find_living_of(session, case):
        raise PackageStaleError
    _settle(session, case, {packages.GRANTED: summary["digest"]}, result="granted", actor=actor, now=now)
    return case


def refuse(session: Session, *, case_id: str, version: int, ground: Refusal, reason: str, actor: Actor, now: datetime) -> RequestCase:
    """Refuse: it cannot be said whose request it is, or it is manifestly unfounded or excessive, which we have to prove.

    Raises:
        NotOfferedError, RefusalReasonMissingError, TextTooLongError, TurnedTextError: ground or reason cannot be taken.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 12(4), (5), (6) DSGVO; EuGH C-526/24.
    """
    case = take_case(session, act=Act.REFUSE, case_id=case_id, version=version, actor=actor)
    if ground not in REFUSALS:
        raise NotOfferedError(field="ground")
    if not reason.strip():
        raise RefusalReasonMissingError(field="refusal")
    require_fitting(reason, field="refusal")
    packages.drop(session, case.id)
    _settle(session, case, {REFUSED: {"ground": ground, "reason": reason.strip()}}, result="refuse", actor=actor, now=now)
    return case


def _settle(session: Session, case: RequestCase, said: dict[str, Any], *, result: str, actor: Actor, now: datetime) -> None:
    case.state, case.decided_at, case.decided_by = CaseState.ANSWERING, now, actor.pseudonym
    order.place(session, case, ())
    sealed.add(session, case, "sealed_decision", said)
    people.enter(session, case, Action.REQUEST_DECIDED, actor=actor, now=now, result=result)
