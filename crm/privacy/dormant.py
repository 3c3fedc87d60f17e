"""Who is kept by nothing but a relation of which nobody has heard for long, and whose end nobody has entered: no period runs for them.

A legitimate interest has to be weighed again when nothing happens any more. No run decides that; so they are proposed to people. A contract
that runs and a consent that stands keep somebody by themselves, however quiet they are.

Source: Art. 5(1)(e), 6(1)(f), 17(1)(a) DSGVO; Löschkonzept, RET-01, RET-08.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from crm.clock import begin_of
from crm.models.contact import Contact
from crm.models.lawfulness import GroundAct, GroundEvent
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import consent, due, purposes
from crm.privacy.periods import Period, Unit, add_months
from crm.privacy.retention_rules import find_rules


def select_dormant(session: Session, *, today: date) -> Select[str]:
    """Select whose last contact is longer ago than a prospect is kept, whom no contract and no consent holds, and who has no last day."""
    has_day = exists().where(RetentionDue.subject_id == Contact.subject_id, RetentionDue.kind == DueKind.PERSON)
    silent = Contact.last_contact_at < begin_of(_heard_of_since(session, today), due.zone_of(session))
    return select(Contact.subject_id).where(silent, ~has_day, ~_has_contract(session), ~consent.holds(Contact.subject_id))


def _heard_of_since(session: Session, today: date) -> date:
    """Return the first day of a last contact that is not too long ago."""
    period = due.prospects(find_rules(session)).period
    return _before(today, period)


def _before(today: date, period: Period) -> date:
    if period.unit is Unit.DAYS:
        return today - timedelta(days=period.amount)
    return add_months(today, -period.months)


def _has_contract(session: Session) -> ColumnElement[bool]:
    """Say who is a customer: a ground under a contract has begun and not ended."""
    begun, later = aliased(GroundEvent), aliased(GroundEvent)
    codes = [each.code for each in purposes.find_all(session) if due.is_contract(each)]
    ended = exists().where(later.subject_id == begun.subject_id, later.purpose == begun.purpose, later.id > begun.id)
    return exists().where(begun.subject_id == Contact.subject_id, begun.purpose.in_(codes), begun.act == GroundAct.STARTED, ~ended)
