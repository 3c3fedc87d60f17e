"""What the rules say about each kind of data of the people of a case: the proposal that a decision follows or departs from.

Source: Art. 17(1), 17(3)(b), (e), 18(2) DSGVO; Löschkonzept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.models.activity import Activity
from crm.models.campaign import CampaignMember
from crm.models.contact import Contact, Note
from crm.models.customer_file import CustomerFile
from crm.models.deal import Deal
from crm.models.erasure import RetainedDocument
from crm.models.invoice import Invoice, InvoiceSource
from crm.models.lawfulness import GroundAct, GroundEvent
from crm.models.ticket import Ticket
from crm.privacy import holds, lawfulness
from crm.privacy.due_work import is_voucher
from crm.privacy.periods import RetentionRule, due_on, find_shipped
from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal
from crm.privacy.requests.grounds import find_ground
from crm.privacy.requests.held import keep_held
from crm.privacy.requests.last_days import CASE_FILE, EVIDENCE, foresee_days
from crm.privacy.requests.policy import request_policy
from crm.privacy.retention_rules import find_rules

CONTRACT: Final = "contract_person"
VOUCHERS: Final = "RET-10"
_CUSTOMERS: Final = "RET-07"
_WORK: Final = (Ticket, Activity, Deal, CustomerFile, CampaignMember)
DOCUMENTS: Final = (DataKind.VOUCHERS, DataKind.LETTERS)
RULE_OF: Final = {DataKind.VOUCHERS: VOUCHERS, DataKind.LETTERS: "RET-11"}
_DUTY: Final = "DSGVO Art. 17(3)(b)"  # what lets a statute of retention stand against an erasure


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One kind of data: how much there is, what the rules say about it, and on what ground it would go if it goes.

    Attributes:
        claims: the rule by which it would stay for legal claims.
        is_held: a hold forbids to erase it.
    """

    count: int
    choice: Choice
    ground: ErasureGround
    claims: RetentionRule
    is_held: bool = False


def propose(session: Session, *, subject_ids: Sequence[str], zone: ZoneInfo, now: datetime) -> tuple[ProposedLine, ...]:
    """Return what the rules say, for the kinds of data there are; nothing where there is nobody."""
    if not subject_ids:
        return ()
    today = now.astimezone(zone).date()
    people = session.scalar(select(func.count()).select_from(Contact).where(Contact.subject_id.in_(subject_ids))) or 0
    notes = session.scalar(select(func.count()).select_from(Note).where(Note.subject_id.in_(subject_ids))) or 0
    profile = _profile(session, subject_ids, zone, now)
    found = [(people, profile)]
    if notes:
        found.append((notes, _notes(profile)))
    if work := _count_work(session, subject_ids):
        found.append((work, replace(profile, kind=DataKind.WORK)))
    found += find_documents(session, subject_ids, today)
    found.append((people, kept_by_rule(DataKind.CONSENTS, KeepGround.ACCOUNTABILITY, find_shipped()[EVIDENCE], today)))
    found.append((1, kept_by_rule(DataKind.CASE_FILE, KeepGround.ACCOUNTABILITY, find_shipped()[CASE_FILE], today)))
    ground = find_ground(session, subject_ids, now=now)
    claims = find_rules(session)[_CUSTOMERS]
    lines = tuple(_under_holds(session, _line(count, choice, ground, claims), subject_ids, today) for count, choice in found)
    foreseen = foresee_days([each.choice for each in lines], decided_on=today, cooling_for=request_policy().cooling_for)
    return tuple(replace(line, choice=choice) for line, choice in zip(lines, foreseen, strict=True))


def _under_holds(session: Session, line: ProposedLine, subject_ids: Sequence[str], today: date) -> ProposedLine:
    """Return a line as the holds make it that keep these people, or this kind of their documents."""
    rule = RULE_OF.get(line.choice.kind)
    if rule is None:
        standing = holds.find_holds_of(session, subject_ids, day=today)
    else:
        standing = holds.find_holds_of_documents(session, subject_ids, rule=rule, day=today)
    return replace(line, choice=keep_held(line.choice, standing), is_held=bool(standing))


def _line(count: int, choice: Choice, ground: ErasureGround, claims: RetentionRule) -> ProposedLine:
    """Return a line with the ground of the people; documents go because their period is over, whatever the person has done."""
    of_kind = ErasureGround.NOT_NEEDED if choice.kind in DOCUMENTS else ground
    return ProposedLine(count, replace(choice, ground=of_kind) if choice.verdict is Verdict.ERASE else choice, of_kind, claims)


def _profile(session: Session, subject_ids: Sequence[str], zone: ZoneInfo, now: datetime) -> Choice:
    """A contract that runs needs the data; one that ended can be argued about until claims lapse; else nothing holds them."""
    grounds = lawfulness.find_grounds(session, subject_ids, now=now)
    if any(CONTRACT in grounds.get(each, {}) for each in subject_ids):
        return Choice(kind=DataKind.PROFILE, verdict=Verdict.REFUSE, refusal=Refusal.STILL_NEEDED)
    ended_on = _contract_ended_on(session, subject_ids, zone)
    claims = find_rules(session)[_CUSTOMERS]
    if ended_on is not None and due_on(claims, ended_on) >= now.astimezone(zone).date():
        return kept_by_rule(DataKind.PROFILE, KeepGround.LEGAL_CLAIMS, claims, ended_on)
    return Choice(kind=DataKind.PROFILE, verdict=Verdict.ERASE)


def _contract_ended_on(session: Session, subject_ids: Sequence[str], zone: ZoneInfo) -> date | None:
    ended = (GroundEvent.subject_id.in_(subject_ids), GroundEvent.purpose == CONTRACT, GroundEvent.act == GroundAct.ENDED)
    moment = session.scalar(select(func.max(GroundEvent.effective_at)).where(*ended))
    return moment.astimezone(zone).date() if moment else None


def _count_work(session: Session, subject_ids: Sequence[str]) -> int:
    """Return how many rows of daily work there are about these people; they lie under the key of the profile and go with it."""
    counts = [select(func.count()).select_from(model).where(model.subject_id.in_(subject_ids)) for model in _WORK]
    copies = select(func.count()).select_from(Invoice).where(Invoice.subject_id.in_(subject_ids), Invoice.source == InvoiceSource.ERP)
    return sum(session.scalar(each) or 0 for each in (*counts, copies))


def _notes(profile: Choice) -> Choice:
    """Free text is never evidence of a claim by itself: it goes, unless a running contract needs it too."""
    if profile.verdict is Verdict.REFUSE:
        return Choice(kind=DataKind.NOTES, verdict=Verdict.REFUSE, refusal=profile.refusal)
    return Choice(kind=DataKind.NOTES, verdict=Verdict.ERASE)


def find_documents(session: Session, subject_ids: Sequence[str], today: date) -> Iterator[tuple[int, Choice]]:
    """Yield the kinds of documents there are of people, erased ones too, with how many and what the rules say."""
    columns = (RetainedDocument.rule, func.count(), func.max(RetainedDocument.keep_until))
    papers = select(*columns).where(RetainedDocument.subject_id.in_(subject_ids)).group_by(RetainedDocument.rule)
    rows: list[tuple[str, int, date]] = [(rule, number, until) for rule, number, until in session.execute(papers)]
    invoices = select(func.count(), func.max(Invoice.keep_until)).where(is_voucher(), Invoice.subject_id.in_(subject_ids))
    rows += [(VOUCHERS, number, until) for number, until in session.execute(invoices) if number and until]
    for kind in DOCUMENTS:
        of_kind = [row for row in rows if (row[0] == VOUCHERS) is (kind is DataKind.VOUCHERS)]
        if of_kind:
            yield sum(row[1] for row in of_kind), _document_choice(kind, of_kind[0][0], max(row[2] for row in of_kind), today)


def _document_choice(kind: DataKind, rule: str, until: date, today: date) -> Choice:
    if until < today:
        return Choice(kind=kind, verdict=Verdict.ERASE)
    known = find_shipped().get(rule)
    return Choice(
        kind=kind,
        verdict=Verdict.KEEP,
        keep=KeepGround.RETENTION_DUTY,
        source=f"{_DUTY}; {known.source}" if known else _DUTY,
        until=until,
    )


def kept_profile(claims: RetentionRule, today: date) -> Choice:
    """Return how a profile is kept that the rules would let go: for legal claims, as if the relation ended today."""
    return kept_by_rule(DataKind.PROFILE, KeepGround.LEGAL_CLAIMS, claims, today)


def kept_by_rule(kind: DataKind, ground: KeepGround, rule: RetentionRule, started_on: date) -> Choice:
    """Return how data are kept until the period of a rule ends that began on a day."""
    return Choice(kind=kind, verdict=Verdict.KEEP, keep=ground, source=rule.source, until=due_on(rule, started_on))
