"""The list of companies that are natural persons: each is a person, so the index names candidates and the door decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import search
from crm.actor import Actor
from crm.models.company import Company
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, sole_trader
from crm.privacy.purposes import Purpose, Purposes
from crm.services.companies.listing import PAGE_SIZE, CompanyFilter, CompanyPage, count_people, make_row
from crm.services.contacts.listing import searchable_groups

SOLE_TRADER = "sole_trader"  # what the index knows of people who are themselves a company


def list_sole_traders(session: Session, *, wanted: CompanyFilter, purpose: Purpose, actor: Actor, now: datetime) -> CompanyPage:
    """Return one page of sole traders whom the purpose may use, by the name of the person; one entry for the whole list.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        IndexBuildingError: the index is not there yet.
    """
    disclosure.require_role(purpose, actor)
    index: search.IndexReader = session.info["index"]
    found = index.find(_query(wanted, purpose))
    companies = _in_order(session, found.subject_ids)
    opened = sole_trader.open_sole_traders(session, companies=companies, purpose=purpose, actor=actor, now=now)
    people = count_people(session, list(opened))
    rows = [
        make_row(each, name=opened[each.id].get("name", ""), city=opened[each.id].get("city", ""), people=people)
        for each in companies
        if each.id in opened
    ]
    return CompanyPage(rows=tuple(rows), count=found.count, count_is_exact=found.count_is_exact, after=found.after, before=found.before)


def count_for_other_purposes(
    session: Session, *, wanted: CompanyFilter, purpose: Purpose, purposes: Purposes, actor: Actor
) -> list[tuple[Purpose, int]]:
    """Return the other purposes of the actor's role that find sole traders, with the number; nobody is opened."""
    index: search.IndexReader = session.info["index"]
    first_page = replace(wanted, after=None, before=None)
    others = [each for each in purposes.of_role(actor.role) if each.code != purpose.code and FieldGroup.IDENTITY in each.groups]
    counted = [(each, index.find(_query(first_page, each)).count) for each in others]
    return [(each, count) for each, count in counted if count]


def _query(wanted: CompanyFilter, purpose: Purpose) -> search.Query:
    return search.Query(
        purpose=1 << purpose.bit,
        groups=searchable_groups(purpose),
        text=wanted.text,
        owner_id=wanted.owner_id,
        segment=wanted.segment,
        state=SOLE_TRADER,
        sort=search.Sort.NAME_DESCENDING if wanted.descending else search.Sort.NAME,
        after=wanted.after,
        before=wanted.before,
        limit=PAGE_SIZE,
    )


def _in_order(session: Session, subject_ids: Sequence[str]) -> list[Company]:
    found: Mapping[str | None, Company] = {
        each.subject_id: each for each in session.scalars(select(Company).where(Company.subject_id.in_(subject_ids)))
    }
    return [found[each] for each in subject_ids if each in found]
