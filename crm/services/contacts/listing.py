"""The list of contacts: the index names candidates, the door decides who is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm import search
from crm.actor import Actor
from crm.db import among
from crm.models.company import Company, CompanyKind
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, due, sole_trader
from crm.privacy.disclosure import Disclosed
from crm.privacy.purposes import Purpose, Purposes
from crm.search import SearchGroup, Sort
from crm.services.companies.names import find_names

PAGE_SIZE = 50
_COUNTED = 10_000_000  # people; more than any installation has
LIST_GROUPS = frozenset({FieldGroup.IDENTITY, FieldGroup.POSITION, FieldGroup.ADDRESS})

# What may not be seen may not be searched either; the company is a fact about the firm and always searchable.
_SEARCHED: Mapping[FieldGroup, SearchGroup] = {
    FieldGroup.IDENTITY: SearchGroup.IDENTITY,
    FieldGroup.EMAIL: SearchGroup.EMAIL,
    FieldGroup.PHONE: SearchGroup.PHONE,
    FieldGroup.ADDRESS: SearchGroup.ADDRESS,
}

_CONTACT = Contact.__table__.c
_FACTS = select(_CONTACT.subject_id, _CONTACT.company_id, _CONTACT.owner_id, _CONTACT.last_contact_at).where(
    among(_CONTACT.subject_id, "subject_ids")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """What the list is narrowed to; `after` and `before` are tokens of a page of this list."""

    text: str = ""
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None
    sort: Sort = Sort.NAME
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedContact:
    """One row: what the door handed out, and the pseudonymous facts beside it.

    Attributes:
        company: empty without a company and for a sole trader, whose company bears a person's name.
        due_on: day on which the person is due to be forgotten; None while no period ends all grounds.
    """

    person: Disclosed
    company_id: str | None
    company: str
    owner_id: str | None
    last_contact_at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """One page of the list.

    Attributes:
        corrected: the words searched for instead, when what was typed found nothing.
        suggested: similar words, when what was typed found little.
    """

    rows: tuple[ListedContact, ...]
    count: int
    count_is_exact: bool
    after: str | None
    before: str | None
    corrected: tuple[str, ...]
    suggested: tuple[str, ...]


def list_contacts(
    session: Session, *, wanted: ContactFilter, purpose: Purpose, actor: Actor, now: datetime, limit: int | None = None
) -> ContactPage:
    """Return one page of the people the purpose may use, or the first `limit` of them; one entry for the whole list.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        IndexBuildingError: the index is not there yet.
        InvalidInputError: a token was not given out by this list.
    """
    disclosure.require_role(purpose, actor)
    found = _index(session).find(_query(wanted, purpose, limit=limit) if limit else _query(wanted, purpose))
    groups = LIST_GROUPS | set(_SEARCHED) if wanted.text.strip() else LIST_GROUPS
    people = disclosure.open_people(session, subject_ids=found.subject_ids, groups=groups, purpose=purpose, actor=actor, now=now)
    rows = with_facts(session, people)
    if wanted.text.strip():
        rows = _verified(session, rows, found.searched, purpose, actor, now)
    return ContactPage(
        rows=tuple(rows),
        count=found.count,
        count_is_exact=found.count_is_exact,
        after=found.after,
        before=found.before,
        corrected=found.corrected,
        suggested=found.suggested,
    )


def find_ids(session: Session, *, wanted: ContactFilter, purpose: Purpose, at_most: int) -> list[str]:
    """Return who the list shows, from its first page on, in its order; nobody is opened.

    Raises:
        IndexBuildingError: the index is not there yet.
    """
    query = replace(_query(replace(wanted, after=None, before=None), purpose), limit=search.MAX_LIMIT, count_up_to=0)
    found: list[str] = []
    while len(found) < at_most:
        page = _index(session).find(query)
        found += page.subject_ids
        if page.after is None:
            break
        query = replace(query, after=page.after)
    return found[:at_most]


def count_for_other_purposes(
    session: Session, *, wanted: ContactFilter, purpose: Purpose, purposes: Purposes, actor: Actor
) -> list[tuple[Purpose, int]]:
    """Return the other purposes of the actor's role that find somebody, with the number; nobody is opened."""
    first_page = replace(wanted, after=None, before=None)
    index = _index(session)
    others = [each for each in purposes.of_role(actor.role) if each.code != purpose.code and FieldGroup.IDENTITY in each.groups]
    counted = [(each, index.find(_query(first_page, each, limit=1)).count) for each in others]
    return [(each, count) for each, count in counted if count]


def searchable_groups(purpose: Purpose) -> frozenset[SearchGroup]:
    """Return the groups that a search for this purpose may look into."""
    return frozenset({SearchGroup.COMPANY, *(_SEARCHED[group] for group in purpose.groups if group in _SEARCHED)})


def _index(session: Session) -> search.IndexReader:
    index: search.IndexReader = session.info["index"]
    return index


def _query(wanted: ContactFilter, purpose: Purpose, *, limit: int = PAGE_SIZE) -> search.Query:
    return search.Query(
        purpose=1 << purpose.bit,
        groups=searchable_groups(purpose) | ({SearchGroup.CUSTOM} if purpose.custom else frozenset()),
        text=wanted.text,
        company_id=wanted.company_id,
        owner_id=wanted.owner_id,
        segment=wanted.segment,
        sort=wanted.sort,
        after=wanted.after,
        before=wanted.before,
        limit=limit,
    )


def with_facts(session: Session, people: Sequence[Disclosed]) -> list[ListedContact]:
    """Return the rows of people who were disclosed, with the pseudonymous facts beside them."""
    ids = [person.subject_id for person in people]
    facts = {row.subject_id: row for row in session.execute(_FACTS, {"subject_ids": ids})}
    names = find_names(session, {row.company_id for row in facts.values() if row.company_id})
    days = due.find_days(session, ids)
    return [
        ListedContact(
            person=person,
            company_id=company_id,
            company=names.get(company_id or "", ""),
            owner_id=owner_id,
            last_contact_at=last_contact_at,
            due_on=days.get(person.subject_id),
        )
        for person in people
        for _, company_id, owner_id, last_contact_at in [facts[person.subject_id]]
    ]


def _verified(
    session: Session, rows: Sequence[ListedContact], words: Sequence[tuple[str, ...]], purpose: Purpose, actor: Actor, now: datetime
) -> list[ListedContact]:
    """Drop rows whose opened fields do not hold the words: an index that is late may cost a row, never show one.

    Values of custom fields, and the name of a sole trader's company, are opened only where nothing else explains the hit.
    """
    matches = search.matching(words)
    doubtful = [row for row in rows if not matches([*row.person.fields.values(), row.company])]
    if not doubtful:
        return list(rows)
    traders = _trader_names(session, doubtful, purpose, actor, now)
    values = _custom_values(session, doubtful, purpose, actor, now)
    refused = {
        row.person.subject_id
        for row in doubtful
        if not matches(
            [*row.person.fields.values(), row.company, traders.get(row.company_id, ""), *values.get(row.person.subject_id, {}).values()]
        )
    }
    return [row for row in rows if row.person.subject_id not in refused]


def _custom_values(
    session: Session, rows: Sequence[ListedContact], purpose: Purpose, actor: Actor, now: datetime
) -> Mapping[str, Mapping[str, str]]:
    fields = [each for each in purpose.custom if each.is_searchable]
    ids = [row.person.subject_id for row in rows]
    if not fields:
        return {}
    return disclosure.open_custom_values(session, subject_ids=ids, fields=fields, purpose=purpose, actor=actor, now=now)


def _trader_names(session: Session, rows: Sequence[ListedContact], purpose: Purpose, actor: Actor, now: datetime) -> dict[str | None, str]:
    ids = {row.company_id for row in rows if row.company_id}
    traders = session.scalars(select(Company).where(Company.id.in_(ids), Company.kind == CompanyKind.NATURAL_PERSON)).all() if ids else []
    if not traders:
        return {}
    opened = sole_trader.open_sole_traders(session, companies=traders, purpose=purpose, actor=actor, now=now)
    return {company_id: details.get("name", "") for company_id, details in opened.items()}


def count_all(session: Session, *, purpose: Purpose) -> int:
    """Return how many people the purpose may use, as far as the index knows."""
    query = search.Query(purpose=1 << purpose.bit, groups=searchable_groups(purpose), limit=1, count_up_to=_COUNTED)
    return _index(session).find(query).count


def count_known(session: Session) -> int:
    """Return how many people there are, for the progress of the index."""
    return session.scalar(select(func.count()).select_from(Contact)) or 0
