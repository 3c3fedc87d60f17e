"""Whose deals no figure counts: one rule for board, list, forecast and report, so that no two of them differ by one person's deal.

Left out are people whose data are restricted, and those who objected to a purpose of sales. An objection to advertising alone takes
nothing out of the turnover: it forbids advertising.

Source: Art. 18(2), 21(1) DSGVO; rules.md 3.13.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, union
from sqlalchemy.orm import Session

from crm.actor import Role
from crm.models.company import Company
from crm.models.deal import Deal
from crm.models.lawfulness import ObjectionEvent, RestrictionEvent
from crm.privacy import aggregation, purposes

_DEAL = Deal.__table__.c


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People whose deals are not counted, and those companies that are such a person (sole traders) whose deals do not say so.

    The forms enter a sole trader as company and person both, so hardly ever there is such a company: asking for it costs the
    database the index of figures.
    """

    subject_ids: frozenset[str]
    company_ids: frozenset[str]


def find_left_out(session: Session, *, now: datetime) -> LeftOut:
    """Return whose deals are not counted.

    Begins with those about whom something was entered, because most people of most deals never objected to anything.
    """
    selling = [each for each in purposes.find_all(session).of_role(Role.SALES) if not each.direct_marketing]
    objected = select(ObjectionEvent.subject_id).where(ObjectionEvent.scope.in_([each.code for each in selling]))
    entered = union(objected, select(RestrictionEvent.subject_id)).subquery()
    person = entered.c.subject_id
    of_deals = or_(exists().where(Deal.subject_id == person), exists().where(Company.subject_id == person))
    subjects = aggregation.find_left_out(session, select(person).where(of_deals), purposes=selling, now=now)
    return LeftOut(frozenset(subjects), _find_companies(session, sorted(subjects)))


def _find_companies(session: Session, subject_ids: list[str]) -> frozenset[str]:
    if not subject_ids:
        return frozenset()
    traders = select(Company.id).where(Company.subject_id.in_(subject_ids))
    says_otherwise = or_(_DEAL.subject_id.is_(None), _DEAL.subject_id.not_in(subject_ids))
    return frozenset(session.scalars(select(_DEAL.company_id).where(_DEAL.company_id.in_(traders), says_otherwise).distinct()))


def counted(left_out: LeftOut) -> ColumnElement[bool]:
    """Return the condition that a deal is of nobody who is left out; it names no column that it does not need, for the index of figures."""
    pairs = ((_DEAL.subject_id, left_out.subject_ids), (_DEAL.company_id, left_out.company_ids))
    conditions = [or_(column.is_(None), column.not_in(sorted(ids))) for column, ids in pairs if ids]
    return and_(*conditions) if conditions else literal(value=True)
