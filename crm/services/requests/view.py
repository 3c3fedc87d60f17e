"""One case in full view: what was asked, whom it is about, what the rules propose, what was decided."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import mail, search
from crm.actor import Actor
from crm.mail import MailState
from crm.models.contact import Lookup
from crm.models.field_groups import FieldGroup
from crm.models.request_case import CaseKind, CaseState, CaseSubject, RequestCase
from crm.privacy import disclosure, purposes
from crm.privacy.purposes import Channel, Purpose
from crm.privacy.requests import order, packages, people
from crm.privacy.requests.acts import READS_ALL, require_role
from crm.privacy.requests.proposal import ProposedLine, propose
from crm.privacy.requests.reading import CaseFile, get_case, read_case
from crm.privacy.requests.telling import Told, find_untold
from crm.search import SearchGroup
from crm.search.exact import exact_email, exact_phone
from crm.services.requests.claims import OpenClaim, find_open_claim
from crm.vault import ErasedError, TamperedError, Vault

CANDIDATES: Final = 20
_SHOWN: Final = frozenset({FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.ADDRESS})
_SEARCHED: Final = frozenset({SearchGroup.IDENTITY, SearchGroup.ADDRESS, SearchGroup.EMAIL, SearchGroup.COMPANY})


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePerson:
    """Somebody a case is about; `fields` are empty for whoever may not read names, and once the person is erased."""

    subject_id: str
    found_by: str
    living: bool
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The copy that was composed for a case, in numbers; what it says is opened by itself.

    Attributes:
        tables: how many rows of which table.
        gaps: what is not in it, in sentences of the person's language.
    """

    composed_at: datetime
    expires_on: date | None
    fetched_at: datetime | None
    tables: Mapping[str, int]
    consultations: int
    files: int
    blackened: int
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Everything the page of a case shows.

    Attributes:
        lines: what the rules propose; only while a decision about an erasure is open.
        composed: the copy of an answer to a request for access or portability, for whoever reads all of the case.
        claim: what decides a claim, for whoever decides it; only while it is open.
        purposes: all there are, because a decision names those that have ended by their codes.
        mail: where the answer is, if it went by mail.
        untold: what the person was not told, because its mail was given up; only while the case is open.
        tampered: the case was changed past the program; nothing of it is carried out.
        may_be_put_back: so it is stuck, and only deciding anew brings the person an answer.
    """

    case: RequestCase
    file: CaseFile
    people: tuple[CasePerson, ...]
    lines: tuple[ProposedLine, ...]
    composed: Composed | None
    claim: OpenClaim | None
    purposes: tuple[Purpose, ...]
    mail: MailState | None
    untold: tuple[Told, ...]
    tampered: bool
    may_be_put_back: bool


def open_view(session: Session, *, case_id: str, zone: ZoneInfo, actor: Actor, now: datetime) -> CaseView:
    """Open one case, as far as the reader's role goes; one entry, and one for each person who is named.

    Raises:
        NotFoundError: there is no such case.
        CoordinatorOnlyError: the actor's role reads no cases.
    """
    case = get_case(session, case_id=case_id)
    opened = read_case(session, case, actor=actor, now=now)
    found = _people(session, case, actor=actor, now=now)
    living = [each.subject_id for each in found if each.living]
    proposes = case.state == CaseState.OPEN and case.kind == CaseKind.ERASURE
    lines = propose(session, subject_ids=living, zone=zone, now=now) if proposes else ()
    fates = mail.find_fates(session, [case.answer_mail_id]) if case.answer_mail_id else {}
    fate = fates.get(case.answer_mail_id or "")
    state = fate.state if fate else None
    return CaseView(
        case=case,
        file=opened,
        people=found,
        lines=lines,
        composed=_find_composed(session, case) if actor.role in READS_ALL else None,
        claim=find_open_claim(session, case, request=opened.request, living=living, actor=actor, now=now),
        purposes=tuple(purposes.find_all(session)),
        mail=state,
        untold=() if case.state == CaseState.CLOSED else find_untold(session, [case]).get(case.id, ()),
        tampered=not order.is_sound(session, case),
        may_be_put_back=order.may_be_put_back(session, case),
    )


def _find_composed(session: Session, case: RequestCase) -> Composed | None:
    """Return the composed copy; one that was changed past the program is none, and granting it fails."""
    package = packages.find(session, case.id)
    if package is None:
        return None
    try:
        summary = packages.open_summary(session, package)
    except (TamperedError, ErasedError):
        return None
    return Composed(
        composed_at=package.composed_at,
        expires_on=package.expires_on,
        fetched_at=package.fetched_at,
        tables=summary["tables"],
        consultations=summary["consultations"],
        files=summary["files"],
        blackened=summary["blackened"],
        gaps=tuple(summary["gaps"]),
    )


def _people(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> tuple[CasePerson, ...]:
    of_case = select(CaseSubject.subject_id, CaseSubject.found_by).where(CaseSubject.case_id == case.id).order_by(CaseSubject.subject_id)
    found = {row.subject_id: row.found_by for row in session.execute(of_case)}
    living = people.find_living(session, list(found))
    named: Mapping[str, Mapping[str, str]] = {}
    if living and actor.role in READS_ALL:
        named = _open_readable(session, living, actor=actor, now=now)
    return tuple(
        CasePerson(subject_id=each, found_by=found_by, living=each in living, fields=named.get(each, {}))
        for each, found_by in found.items()
    )


def _open_readable(session: Session, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, dict[str, str]]:
    """Return the names of those whose sealed values open; a changed value of one person must not hide the others, nor the case."""
    named: dict[str, dict[str, str]] = {}
    for each in subject_ids:
        with suppress(TamperedError):
            named |= disclosure.open_for_request(session, subject_ids=[each], groups=_SHOWN, actor=actor, now=now)
    return named


def find_candidates(session: Session, *, text: str, known: Sequence[str], actor: Actor, now: datetime) -> list[CasePerson]:
    """Return living people who might be meant, whatever they are used for: whoever asks must be found.

    People whose data are restricted are found by their whole e-mail address or telephone number only.

    Raises:
        CoordinatorOnlyError: the actor does not act as coordinator.

    Source: Art. 12(2), 17(1) DSGVO.
    """
    require_role(actor)
    if not text.strip():
        return []
    exact = _by_address(session, text)
    named, words = _by_name(session, text)
    wanted = [each for each in people.find_living(session, [*exact, *named]) if each not in known][:CANDIDATES]
    opened, matches = _open_readable(session, wanted, actor=actor, now=now), search.matching(words)
    return [
        CasePerson(subject_id=each, found_by="staff", living=True, fields=opened[each])
        for each in wanted
        if each in opened and (each in exact or matches(opened[each].values()))
    ]


def _by_address(session: Session, text: str) -> list[str]:
    vault = Vault.of(session)
    typed = ((Channel.EMAIL, exact_email(text)), (Channel.PHONE, exact_phone(text)))
    tags = [tag for channel, address in typed if address for tag in vault.lookup_tags(channel, address)]
    return list(session.scalars(select(Lookup.subject_id).where(Lookup.tag.in_(tags)).distinct())) if tags else []


def _by_name(session: Session, text: str) -> tuple[list[str], Sequence[tuple[str, ...]]]:
    """Ask the index once for each purpose; while it is built, only whole addresses find somebody."""
    index: search.IndexReader = session.info["index"]
    found: dict[str, None] = {}
    words: Sequence[tuple[str, ...]] = ()
    try:
        for purpose in purposes.find_all(session):
            page = index.find(search.Query(purpose=1 << purpose.bit, groups=_SEARCHED, text=text, limit=CANDIDATES))
            found |= dict.fromkeys(page.subject_ids)
            words = page.searched or words
    except search.IndexBuildingError:
        return [], ()
    return list(found), words
