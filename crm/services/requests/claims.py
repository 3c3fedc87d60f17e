"""What the desk shows of a claim that waits for its decision, and the check of what is taken over.

Source: Art. 16, 18, 21(1) DSGVO.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.request_case import CaseKind, CaseState, RequestCase
from crm.privacy.purposes import Purpose
from crm.privacy.requests import settling
from crm.privacy.requests.acts import Act, may
from crm.privacy.requests.claims import GROUND, RIGHT
from crm.services.contacts import fields as contact_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """What whoever decides a claim has to know.

    Attributes:
        ground: the case of Art. 18(1) that the person names; empty: none.
        right: what the person says is right, by field.
        stored: what we have, by field.
        seen: how the entries stood when this was shown.
        contested: the purposes that rest on an interest and can be objected to.
    """

    ground: str = ""
    right: Mapping[str, str]
    stored: Mapping[str, str]
    seen: tuple[int, ...]
    contested: tuple[Purpose, ...]


def find_open_claim(
    session: Session, case: RequestCase, *, request: Mapping[str, str], living: Sequence[str], actor: Actor, now: datetime
) -> OpenClaim | None:
    """Return what the decision needs; None where there is none to make, or for whoever does not make it.

    What is stored is opened only to be compared: for a rectification, by whoever decides it.
    """
    if case.state != CaseState.OPEN or not may(Act.SETTLE, role=actor.role, state=case.state, kind=case.kind):
        return None
    compares = case.kind == CaseKind.RECTIFICATION and bool(living)
    return OpenClaim(
        ground=request.get(GROUND, ""),
        right={name.removeprefix(RIGHT): value for name, value in request.items() if name.startswith(RIGHT)},
        stored=settling.open_fields(session, living, actor=actor, now=now) if compares else {},
        seen=settling.find_versions(session, living) if compares else (),
        contested=settling.find_contested(session, living, now=now) if case.kind == CaseKind.USE_OBJECTION else (),
    )


def rectify(
    session: Session,
    *,
    case_id: str,
    version: int,
    seen: Sequence[int],
    right: Mapping[str, str],
    reasons: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> RequestCase:
    """Take over what can be taken as a field of a contact, as on the page where staff change one.

    What is not taken over needs no shape: it stays what the person said.

    Raises:
        InvalidInputError: names the field that cannot be taken, and what `settling.rectify` says.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    taken = {name: value for name, value in right.items() if name not in reasons}
    try:
        cleaned = contact_fields.clean(taken)
        left = {name: contact_fields.clean_line(right[name], field=name, longest=contact_fields.LONGEST) for name in reasons}
    except InvalidInputError as error:
        error.field = f"claim-{RIGHT}{error.field}"
        raise
    return settling.rectify(
        session,
        case_id=case_id,
        version=version,
        seen=seen,
        right={name: (cleaned | left)[name] for name in right},
        reasons=reasons,
        actor=actor,
        now=now,
    )
