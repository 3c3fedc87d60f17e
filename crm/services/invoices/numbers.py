"""Invoice numbers: `N1` and `n1` are one number, because people read them to each other on the phone."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.models.invoice import Invoice


def alike(number: str) -> str:
    """Return what is the same of all ways to write a number."""
    return number.casefold()


def find_alike(session: Session, numbers: Collection[str]) -> dict[str, Invoice]:
    """Return the invoices with these numbers, however written, by `alike`.

    Only what is not there as it is written is looked for otherwise, which reads every number there is.
    """
    found = _by_number(session.scalars(select(Invoice).where(Invoice.number.in_(list(numbers)))))
    others = [each for each in numbers if each and alike(each) not in found]
    if others:
        found |= _by_number(session.scalars(select(Invoice).where(func.lower(Invoice.number).in_([func.lower(each) for each in others]))))
    return found


def _by_number(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    return {alike(each.number): each for each in invoices}
