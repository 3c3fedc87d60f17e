"""Opening cases: what staff are told by phone, letter or in person, and wishes that came with an import."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.request_case import CaseKind, CaseSubject, CaseWay, Identity, RequestCase
from crm.privacy import mails
from crm.privacy.requests import cases
from crm.privacy.requests.acts import OPENS, require_role
from crm.privacy.requests.errors import AddresseeMissingError
from crm.privacy.requests.texts import require_fitting
from crm.search.exact import exact_email
from crm.services import forms
from crm.services.contacts.view import get_contact
from crm.services.forms import SentForm
from crm.settings import Settings

LONGEST: Final = 200
LONGEST_MESSAGE: Final = 2_000
WAYS: Final = (CaseWay.PHONE, CaseWay.LETTER, CaseWay.IN_PERSON, CaseWay.MAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What somebody was told, as a form sends it.

    Attributes:
        token: random name that the form got when it was shown; sent twice with the same content, it opens one case.
        subject_id: the contact it was opened from; None where nobody was looked up.
        request: what was asked, and where the answer goes.
    """

    token: str
    subject_id: str | None
    kind: CaseKind
    way: CaseWay
    received_on: date
    language: str
    is_known: bool
    objects_too: bool
    request: dict[str, str] = field(default_factory=dict)

    def sent(self) -> SentForm:
        """Return the form as it was sent."""
        facts = {
            "subject": self.subject_id or "",
            "kind": self.kind,
            "way": self.way,
            "received_on": self.received_on.isoformat(),
            "language": self.language,
        }
        ticked = {"is_known": str(self.is_known), "objects_too": str(self.objects_too)}
        return SentForm(self.token, {**facts, **ticked, **{f"request.{name}": value for name, value in self.request.items()}})


def open_request(session: Session, *, wanted: NewRequest, settings: Settings, actor: Actor, now: datetime) -> RequestCase:
    """Open a case; sales and service may do that much, so that nobody who asks is sent elsewhere.

    Raises:
        CoordinatorOnlyError: the actor's role opens no cases.
        NotFoundError, ErasedError: there is no such contact.
        AddresseeMissingError: nobody was looked up, and the answer would go nowhere.
        TextTooLongError, TurnedTextError, ReceiptDayError, FormTokenError: what was typed cannot be taken.
        FormAlreadySavedError: the same form is being saved at this very moment.

    Source: Art. 12(2), 17(1) DSGVO.
    """
    require_role(actor, OPENS)
    case_id = id_of(session, wanted)
    for name, value in wanted.request.items():
        require_fitting(value, field=name, longest=LONGEST_MESSAGE if name == "message" else LONGEST)
    if wanted.subject_id is not None:
        get_contact(session, subject_id=wanted.subject_id)
    else:
        _require_addressee(wanted.request)
    with forms.sent_twice_is_known():
        return cases.open_case(
            session,
            subject_id=wanted.subject_id,
            kind=wanted.kind,
            way=wanted.way,
            language=wanted.language,
            received_on=wanted.received_on,
            identity=Identity.KNOWN if wanted.is_known else Identity.UNCHECKED,
            request=wanted.request,
            objects_too=wanted.objects_too,
            found=[(wanted.subject_id, "staff")] if wanted.subject_id else [],
            settings=settings,
            actor=actor,
            now=now,
            case_id=case_id,
        )


def id_of(session: Session, wanted: NewRequest) -> str:
    """Return the id that a case has which this form opens.

    Raises:
        FormTokenError: the form is not ours.
    """
    return forms.key_of(session, wanted.sent())


def _require_addressee(request: dict[str, str]) -> None:
    """An answer needs a name and a way: mail or post."""
    email = request.get("email", "")
    takes_mail = _takes_mail(email)
    has_way = takes_mail or bool(request.get("street") and request.get("city"))
    if not request.get("name") or not has_way or (email and not takes_mail):
        raise AddresseeMissingError(field="name" if not request.get("name") else "email")


def _takes_mail(email: str) -> bool:
    """Say whether mail of ours gets to this address: one without a dot in its domain is a machine of somebody's own network."""
    return "." in (exact_email(email) or "").rpartition("@")[2]


def open_from_import(session: Session, *, subject_ids: Sequence[str], settings: Settings, actor: Actor, now: datetime) -> None:
    """Open a case for each of these people, who had asked an earlier system to forget them; who has one gets no second.

    The period begins today: earlier nobody here knew of it. Nobody is written to out of the blue.

    Source: Art. 12(3), 17(1) DSGVO.
    """
    has_case = find_asked(session, subject_ids)
    for subject_id in dict.fromkeys(subject_ids):
        if subject_id not in has_case:
            cases.open_case(
                session,
                subject_id=subject_id,
                kind=CaseKind.ERASURE,
                way=CaseWay.IMPORT,
                language=settings.language,
                received_on=mails.day_of(now, settings),
                identity=Identity.KNOWN,
                request={},
                objects_too=False,
                found=[(subject_id, "import")],
                settings=settings,
                actor=actor,
                now=now,
            )


def find_asked(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return who of these has asked to be forgotten: there is a case, or still a task of an earlier import."""
    of_cases = select(CaseSubject.subject_id).where(CaseSubject.subject_id.in_(subject_ids))
    return set(session.scalars(of_cases)) | find_waiting(session, subject_ids)


def find_waiting(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return who of these has a wish from an import that is no case yet."""
    waiting = (PrivacyTask.subject_id.in_(subject_ids), PrivacyTask.kind == TaskKind.ERASURE_REQUESTED, PrivacyTask.done_at.is_(None))
    return set(session.scalars(select(PrivacyTask.subject_id).where(*waiting)))


def open_from_task(session: Session, *, subject_id: str, settings: Settings, actor: Actor, now: datetime) -> None:
    """Make a case of a task that an earlier import left; again is the same as once.

    Raises:
        CoordinatorOnlyError: the actor does not act as coordinator.
    """
    require_role(actor)
    if subject_id not in find_waiting(session, [subject_id]):
        return
    mine = (PrivacyTask.subject_id == subject_id, PrivacyTask.kind == TaskKind.ERASURE_REQUESTED)
    session.execute(update(PrivacyTask).where(*mine).values(done_at=now))
    open_from_import(session, subject_ids=[subject_id], settings=settings, actor=actor, now=now)
