"""How many periods run by each rule of the Löschkonzept, and how many of them end soon: people, things about them, documents, requests.

Source: Art. 5(1)(e), 5(2) DSGVO.
"""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.clock import begin_of
from crm.models.erasure import RetainedDocument
from crm.models.export_file import ExportFile
from crm.models.intake import PendingRequest
from crm.models.invoice import Invoice
from crm.models.retention import RetentionDue
from crm.privacy import custom_fields, documents, due, due_work, exporting
from crm.privacy.due_work import is_voucher
from crm.privacy.erasure import aged, unconfirmed

_DAY = timedelta(days=1)


def count_by_rule(session: Session, *, zone: ZoneInfo, first: date | None = None, last: date | None = None) -> Counter[str]:
    """Return by rule how many periods have their last day between two days, both included; None: wherever it lies."""
    people_and_notes = select(RetentionDue.rule, func.count()).where(_within(RetentionDue.due_on, first, last)).group_by(RetentionDue.rule)
    papers = (
        select(RetainedDocument.rule, func.count()).where(_within(RetainedDocument.keep_until, first, last)).group_by(RetainedDocument.rule)
    )
    invoices = select(func.count()).select_from(Invoice).where(_within(Invoice.keep_until, first, last), is_voucher())
    counts = Counter(dict(session.execute(people_and_notes).all()))
    counts.update(dict(session.execute(papers).all()))
    counts[due_work.VOUCHERS] += session.scalar(invoices) or 0
    counts.update(aged.count_periods(session, first=first, last=last))
    files = select(func.count()).select_from(ExportFile).where(_within(ExportFile.expires_on, first, last), exporting.is_there())
    counts[exporting.RULE] += session.scalar(files) or 0
    counts[unconfirmed.RULE] += _count_unconfirmed(session, zone, first, last)
    return counts


def find_running_rules(session: Session) -> frozenset[str]:
    """Return the rules that a run carries out: those that give people, things about them, documents and unconfirmed requests their day.

    The others stand in the Löschkonzept, and nothing carries them out by itself yet.
    """
    of_things = {due.NOTES, due_work.TICKETS, due_work.COPIES, due_work.DUNNED}
    of_values = custom_fields.find_field_rules(session)
    others = (*documents.DOCUMENT_RULES, *aged.RULES, unconfirmed.RULE, exporting.RULE)
    return frozenset({*due.rules_of_people(session), *of_things, *of_values, *others})


def _within(
    day: InstrumentedAttribute[date] | InstrumentedAttribute[date | None], first: date | None, last: date | None
) -> ColumnElement[bool]:
    return (day >= first if first else true()) & (day <= last if last else true())


def _count_unconfirmed(session: Session, zone: ZoneInfo, first: date | None, last: date | None) -> int:
    """Return how many requests wait for a confirmation whose time ends on one of these days."""
    since = PendingRequest.expires_at >= begin_of(first, zone) if first else true()
    until = PendingRequest.expires_at < begin_of(last + _DAY, zone) if last else true()
    return session.scalar(select(func.count()).select_from(PendingRequest).where(since, until)) or 0
