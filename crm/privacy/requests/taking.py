"""The door to a case: everything that is done to it begins by taking it, locked, as whoever acts has seen it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.request_case import RequestCase
from crm.privacy.requests import acts
from crm.privacy.requests.acts import Act
from crm.privacy.requests.errors import CaseChangedError, CaseStateError, CoordinatorOnlyError


def take_case(session: Session, *, act: Act, case_id: str, version: int, actor: Actor) -> RequestCase:
    """Return the case, locked, if this can be done to it now by whoever acts.

    Raises:
        CoordinatorOnlyError: their role does not do this, or not any more at this point.
        NotFoundError: there is no such case.
        CaseChangedError: somebody else has worked on it since.
        CaseStateError: it is past the point where this can be done.
    """
    acts.require_role(actor, acts.roles_of(act))
    case = lock_case(session, case_id)
    if case is None:
        raise NotFoundError
    if case.version != version:
        raise CaseChangedError
    if case.state not in acts.RULES[act] or not acts.is_of(act, kind=case.kind):
        raise CaseStateError
    if not acts.may(act, role=actor.role, state=case.state, kind=case.kind):
        raise CoordinatorOnlyError
    case.version += 1
    return case


def lock_case(session: Session, case_id: str) -> RequestCase | None:
    """Return the case as it stands now, and let nobody else change it until this transaction ends."""
    wanted = select(RequestCase).where(RequestCase.id == case_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).first()
