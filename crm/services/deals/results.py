"""Whose results a page may show: what one member of staff won or lost is theirs, unless an agreement permits to compare.

Open deals are everybody's work and are shown by owner. What ended is a result: how much of it one colleague has can be read off a
sum as well as counted in a list, so without an agreement neither is narrowed to somebody else.

Source: § 87(1) no. 6 BetrVG; rules.md 3.13.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.services.reports import agreements
from crm.services.staff_names import find_account_id


@dataclass(frozen=True, slots=True)
class Results:
    """What the reader may see of results.

    Attributes:
        own_id: the reader's account; one's own results are one's own.
        are_agreed: a works agreement or a written policy stands.
    """

    own_id: str | None
    are_agreed: bool

    def cover(self, owner_id: str | None) -> bool:
        """Say whether results may be shown as those of this account; those of nobody in particular always may."""
        return self.are_agreed or owner_id is None or owner_id == self.own_id


def find_results(session: Session, *, actor: Actor, today: date) -> Results:
    """Return what the reader may see of results today."""
    return Results(find_account_id(session, actor), agreements.find_standing(session, today=today) is not None)
