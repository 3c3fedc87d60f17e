"""Invoice numbers: `N1` and `n1` are one number."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.invoice import Invoice, number_key


def find_alike(session: Session, numbers: Collection[str]) -> dict[str, Invoice]:
    """Return the invoices with these numbers, however written, by `number_key`."""
    wanted = {number_key(each) for each in numbers if each}
    return {each.number_key: each for each in session.scalars(select(Invoice).where(Invoice.number_key.in_(wanted)))}
