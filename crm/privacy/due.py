"""When people go: the days that periods end, kept ready in `retention_due`, so that a run touches only what is due.

What moves a day calls `refresh` in its own transaction; pages and the nightly run ask the same rules.

Source: Art. 5(1)(e) DSGVO; DIN 66398.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from crm.db import Database, among, insert_rows
from crm.models.contact import Contact, Note
from crm.models.lawfulness import GroundAct, GroundEvent
from crm.models.retention import DueKind, KeepReason, RetentionDue, RetentionKeep
from crm.privacy import consent, consent_ends, due_values, due_work, plain_columns, purposes
from crm.privacy.periods import RetentionRule, StartEvent, due_on, find_shipped
from crm.privacy.purposes import Purpose, Purposes
from crm.privacy.retention_rules import Rules, find_rules
from crm.vault import Subject

NOTES: Final = "RET-17"
CLAIMS: Final = "RET-07"  # until they lapse
_CONTRACT: Final = "6-1-b"
_AT_ONCE: Final = 200  # people of one unit of work
_Days = Mapping[str, date | None]
_ENDS_GROUNDS: Final = frozenset({StartEvent.LAST_CONTACT, StartEvent.END_OF_RELATION})
_ZONE: Final = ZoneInfo("Europe/Berlin")  # of a database that was opened without an installation around it

# Built once, because every page about people asks these.
_CONTACT, _GROUND, _DUE, _KEEP = Contact.__table__.c, GroundEvent.__table__.c, RetentionDue.__table__.c, RetentionKeep.__table__.c
_CONTACTS = select(_CONTACT.subject_id, _CONTACT.last_contact_at, _CONTACT.is_prospect).where(among(_CONTACT.subject_id, "subject_ids"))
_EVENTS = select(_GROUND.subject_id, _GROUND.purpose, _GROUND.act, _GROUND.effective_at)
_GROUNDS = _EVENTS.where(among(_GROUND.subject_id, "subject_ids")).order_by(_GROUND.id)
_OF_PEOPLE = (_DUE.kind == DueKind.PERSON.value, among(_DUE.subject_id, "subject_ids"))
_OF_DECIDED = (_KEEP.reason == KeepReason.DECIDED, among(_KEEP.subject_id, "subject_ids"))
_DECIDED = select(_KEEP.subject_id, _KEEP.kept_at, _KEEP.until).where(*_OF_DECIDED)
_DAYS = select(_DUE.subject_id, _DUE.due_on).where(*_OF_PEOPLE)
_FORGET_DAYS = delete(cast("Table", RetentionDue.__table__)).where(*_OF_PEOPLE)
_FORGET_NOTES = delete(cast("Table", RetentionDue.__table__)).where(_DUE.kind == DueKind.NOTE.value, among(_DUE.subject_id, "subject_ids"))


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One rule that ends grounds of a person.

    Attributes:
        purposes: the purposes whose ground it ends.
        started_on: day of the start event; None while it has not happened.
        due_on: last day of the period; None while it does not run.
    """

    rule: RetentionRule
    purposes: tuple[Purpose, ...]
    started_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class NewPeriods:
    """What decides about the day of somebody new.

    Attributes:
        purposes: the purposes of which a ground begins.
        is_prospect: no customer is behind them (yet).
    """

    subject_id: str
    purposes: Sequence[Purpose]
    last_contact_at: datetime
    is_prospect: bool


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many people were looked at, and whose day was left alone because their row was changed past the program."""

    looked_at: int
    left_alone: tuple[str, ...]


def zone_of(session: Session) -> ZoneInfo:
    """Return the time zone of the controller, in which days begin and end."""
    zone: ZoneInfo = session.info.get("zone", _ZONE)
    return zone


def last_day(now: datetime, *, within: timedelta, zone: ZoneInfo) -> date:
    """Return the last day for something that is to happen within so many days from now."""
    return now.astimezone(zone).date() + within


def find_forgetting(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo, now: datetime) -> dict[str, tuple[Forgetting, ...]]:
    """Return the rules that end the grounds of these people, the earliest first, those that do not run yet last.

    The handling of a request or duty ends by being done and prolongs nothing: who has to be forgotten is not kept
    because somebody has yet to decide about them. Whoever has no ground that could end goes like a prospect, and whose
    data are kept by a decision on their request, on the day that the answer named.
    """
    contacts = {row.subject_id: row for row in session.execute(_CONTACTS, {"subject_ids": subject_ids})}
    ends = _find_ends(session, list(contacts), zone)
    known, standing = purposes.find_all(session), find_rules(session)
    consents = consent_ends.find_ends(session, list(contacts), known=known, zone=zone, now=now)
    found = {}
    for subject_id, contact in contacts.items():
        last_contact_on = contact.last_contact_at.astimezone(zone).date()
        ending = _grounds_end(standing, known, ends[subject_id], last_contact_on, is_prospect=contact.is_prospect)
        rules = [*ending, *_consents_end(standing, consents.get(subject_id, ()))]
        found[subject_id] = tuple(sorted(rules, key=_day)) or (_from_last_contact(prospects(standing), (), last_contact_on),)
    for subject_id, kept_at, until in session.execute(_DECIDED, {"subject_ids": list(found)}):
        found[subject_id] = (Forgetting(standing[CLAIMS], (), kept_at.astimezone(zone).date(), until),)
    return found


def find_end_of_prospect(standing: Rules, purposes: Sequence[Purpose], last_contact_on: date) -> date | None:
    """Return the last day of a prospect's period; None for whom a ground for one of these purposes makes a customer."""
    return None if any(map(is_contract, purposes)) else due_on(prospects(standing), last_contact_on)


def rules_of_people(session: Session) -> frozenset[str]:
    """Return every rule that can give people a day: those of consents, and of grounds that end as `find_forgetting` ends them."""
    known = purposes.find_all(session)
    ending = {each.retention for each in known if each.needs_consent or find_shipped()[each.retention].start in _ENDS_GROUNDS}
    return frozenset({*ending, prospects(find_shipped()).code})


def deciding(rules: Sequence[Forgetting]) -> Forgetting | None:
    """Return the rule that decides when the person goes: data stay while any ground holds, so the last one does."""
    return rules[-1] if rules else None


def find_days(session: Session, subject_ids: Sequence[str]) -> dict[str, date]:
    """Return the last day of the period of each of these people whose period runs."""
    return dict(session.execute(_DAYS, {"subject_ids": subject_ids}).all()) if subject_ids else {}


def refresh(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo, now: datetime) -> None:
    """Compute the days of these people anew, in the transaction of what started or moved a period."""
    if subject_ids:
        rows = compute(session, subject_ids, zone=zone, now=now)
        session.execute(_FORGET_DAYS, {"subject_ids": list(subject_ids)})
        insert_rows(session.connection(), RetentionDue, rows)


def refresh_consenting(session: Session, subject_ids: Sequence[str], *, now: datetime) -> None:
    """Compute the days of those of these people anew who have consented to anything, after what they object to has changed."""
    consenting = consent.find_states(session, subject_ids, now=now)
    refresh(session, list(consenting), zone=zone_of(session), now=now)


def compute(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo, now: datetime) -> list[dict[str, Any]]:
    """Return the rows that should be there for these people themselves."""
    found = find_forgetting(session, subject_ids, zone=zone, now=now)
    return [row for subject_id, rules in found.items() if (row := _row(subject_id, rules[-1]))]


def compute_notes(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the rows that should be there for the notes about these people."""
    rule = find_rules(session)[NOTES]
    notes = session.execute(select(Note.subject_id, Note.id, Note.written_at).where(Note.subject_id.in_(subject_ids)))
    return [_note_row(rule, each.subject_id, each.id, each.written_at.astimezone(zone).date()) for each in notes]


def refresh_all(database: Database, *, now: datetime) -> Refreshed:
    """Compute the day of everybody, and of every note, ticket and invoice about them, anew, in batches.

    For data that are older than the days kept ready, and after a rule was changed. Whose row was changed past the program
    keeps the day they have: computing it anew would make the change look like one of ours.

    Raises:
        KeyUnavailableError: whose row is sound cannot be said at the moment.
    """
    looked_at, left_alone, last = 0, list[str](), ""
    while True:
        with database.writing_in_bulk() as session:
            # The people are locked: two who compute at once, or somebody who moves a day meanwhile, take turns on PostgreSQL.
            wanted = select(_CONTACT.subject_id).join(Subject, Subject.id == _CONTACT.subject_id).where(_CONTACT.subject_id > last)
            wanted = wanted.order_by(_CONTACT.subject_id).limit(_AT_ONCE).with_for_update(of=Subject)
            subject_ids = session.scalars(wanted).all()
            if not subject_ids:
                due_work.put_back(session)
                return Refreshed(looked_at, tuple(left_alone))
            unsound = plain_columns.find_unsound(session, subject_ids)
            sound = [each for each in subject_ids if each not in unsound]
            refresh(session, sound, zone=zone_of(session), now=now)
            refresh_notes(session, sound)
            due_work.refresh_all_of(session, sound, zone=zone_of(session))
            due_values.refresh_all_of(session, sound, zone=zone_of(session))
        left_alone += sorted(unsound)
        looked_at, last = looked_at + len(subject_ids), subject_ids[-1]


def begin(session: Session, people: Sequence[NewPeriods]) -> None:
    """Note the days of new people, without asking the database what it was just told.

    Whose ground ends only with an event that has not happened gets none.
    """
    zone, standing = zone_of(session), find_rules(session)
    rows = []
    for each in people:
        grounds = [purpose for purpose in each.purposes if not purpose.needs_consent]
        is_prospect = each.is_prospect and not any(map(is_contract, grounds))
        rules = {rule.code: rule for purpose in grounds for rule in [_rule_of(standing, purpose, is_prospect=is_prospect)]}.values()
        if not any(rule.start is StartEvent.END_OF_RELATION for rule in rules):
            last_contact_on = each.last_contact_at.astimezone(zone).date()
            ending = [rule for rule in rules if rule.start is StartEvent.LAST_CONTACT] or [prospects(standing)]
            rows.append(_row(each.subject_id, max((_from_last_contact(rule, (), last_contact_on) for rule in ending), key=_day)))
    insert_rows(session.connection(), RetentionDue, [row for row in rows if row])


def begin_note(session: Session, *, subject_id: str, note_id: str, written_at: datetime) -> None:
    """Note the day on which a note goes."""
    rule, started_on = find_rules(session)[NOTES], written_at.astimezone(zone_of(session)).date()
    insert_rows(session.connection(), RetentionDue, [_note_row(rule, subject_id, note_id, started_on)])


def forget_notes(session: Session, subject_ids: Sequence[str]) -> None:
    """Forget the days of all notes about these people, in the transaction in which the notes go."""
    session.execute(_FORGET_NOTES, {"subject_ids": list(subject_ids)})


def refresh_notes(session: Session, subject_ids: Sequence[str]) -> None:
    """Compute the days of all notes about these people anew."""
    forget_notes(session, subject_ids)
    insert_rows(session.connection(), RetentionDue, compute_notes(session, subject_ids, zone=zone_of(session)))


def _note_row(rule: RetentionRule, subject_id: str, note_id: str, started_on: date) -> dict[str, Any]:
    row = {"subject_id": subject_id, "kind": DueKind.NOTE.value, "object_id": note_id, "rule": rule.code}
    return {**row, "started_on": started_on, "due_on": due_on(rule, started_on)}


def _find_ends(session: Session, subject_ids: Sequence[str], zone: ZoneInfo) -> dict[str, dict[str, date | None]]:
    """Return per person and purpose on which day its ground ended or will end; None while nobody set an end."""
    ends: dict[str, dict[str, date | None]] = defaultdict(dict)
    for subject_id, purpose, act, effective_at in session.execute(_GROUNDS, {"subject_ids": subject_ids}):
        ends[subject_id][purpose] = None if act == GroundAct.STARTED else effective_at.astimezone(zone).date()
    return ends


def _grounds_end(standing: Rules, known: Purposes, ends: _Days, last_contact_on: date, *, is_prospect: bool) -> Iterator[Forgetting]:
    """Yield the rules of the grounds: one from the last contact while a ground runs, one for each end of a relation."""
    by_rule: dict[tuple[str, date | None], list[Purpose]] = defaultdict(list)
    based = [purpose for purpose in known if purpose.code in ends]
    is_prospect = is_prospect and not any(ends[purpose.code] is None and is_contract(purpose) for purpose in based)
    for purpose in based:
        by_rule[_rule_of(standing, purpose, is_prospect=is_prospect).code, ends[purpose.code]].append(purpose)
    for (code, ended_on), ended in by_rule.items():
        rule = standing[code]
        if rule.start is StartEvent.LAST_CONTACT and ended_on is None:
            yield _from_last_contact(rule, tuple(ended), last_contact_on)
        elif rule.start is StartEvent.END_OF_RELATION:
            yield Forgetting(rule, tuple(ended), ended_on, due_on(rule, ended_on) if ended_on else None)


def _rule_of(standing: Rules, purpose: Purpose, *, is_prospect: bool) -> RetentionRule:
    """Return the rule that ends a ground: a prospect has no relation (yet) whose end could be waited for."""
    rule = standing[purpose.retention]
    waits = rule.start is StartEvent.END_OF_RELATION and not is_contract(purpose)
    return prospects(standing) if is_prospect and waits else rule


def is_contract(purpose: Purpose) -> bool:
    """Return whether a ground for this purpose makes its person a customer, no prospect as long as it runs (Art. 6(1)(b) DSGVO)."""
    return purpose.basis == _CONTRACT and find_shipped()[purpose.retention].start is StartEvent.END_OF_RELATION


def _consents_end(standing: Rules, ends: consent_ends.Ends) -> Iterator[Forgetting]:
    """Yield the rules of consents: no end while one holds the person, the day on which the last of them stopped afterwards."""
    for purpose, ended_on in ends:
        rule = standing[purpose.retention]
        yield Forgetting(rule, (purpose,), ended_on, due_on(rule, ended_on) if ended_on else None)


def _day(forgetting: Forgetting) -> tuple[bool, date]:
    return forgetting.due_on is None, forgetting.due_on or date.max


def _from_last_contact(rule: RetentionRule, ended: tuple[Purpose, ...], last_contact_on: date) -> Forgetting:
    return Forgetting(rule, ended, last_contact_on, due_on(rule, last_contact_on))


def prospects(standing: Rules) -> RetentionRule:
    """Return the rule of those whom no relation keeps: it counts from the last contact."""
    return next(rule for rule in standing.values() if rule.start is StartEvent.LAST_CONTACT)


def _row(subject_id: str, last: Forgetting) -> dict[str, Any] | None:
    if last.due_on is None:
        return None
    row = {"subject_id": subject_id, "kind": DueKind.PERSON.value, "object_id": subject_id, "rule": last.rule.code}
    return {**row, "started_on": last.started_on, "due_on": last.due_on}
