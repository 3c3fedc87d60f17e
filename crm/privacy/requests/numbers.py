"""Case numbers: one row per year, taken in the transaction that opens the case, so that none is missing or given twice."""

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.models.request_case import CaseCounter


def next_number(session: Session, *, year: int) -> str:
    """Return the next number of the year, such as `2026-0001`; whoever wants one at the same moment waits."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(CaseCounter).values(year=year, last=0).on_conflict_do_nothing())
    taken = update(CaseCounter).where(CaseCounter.year == year).values(last=CaseCounter.last + 1).returning(CaseCounter.last)
    last = session.execute(taken, execution_options={"synchronize_session": False}).scalar_one()
    return f"{year}-{last:04}"
