"""Ticket numbers: one row per year, taken in the transaction that opens the ticket, so that none is given twice."""

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.models.ticket import TicketCounter


def next_number(session: Session, *, year: int) -> str:
    """Return the next number of the year, such as `T-2026-00001`; whoever wants one at the same moment waits."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(TicketCounter).values(year=year, last=0).on_conflict_do_nothing())
    taken = update(TicketCounter).where(TicketCounter.year == year).values(last=TicketCounter.last + 1).returning(TicketCounter.last)
    last = session.execute(taken, execution_options={"synchronize_session": False}).scalar_one()
    return f"T-{year}-{last:05}"
