"""Answer periods (Antwortfrist): the month of Art. 12(3), counted as European law counts months.

Source: Art. 12(3) DSGVO; Regulation (EEC, Euratom) 1182/71, Art. 3.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final

from holidays import country_holidays

from crm.privacy.periods import add_months

_SATURDAY: Final = 5


def answer_due_on(received_on: date, *, extended: bool = False, holidays: AbstractSet[date]) -> date:
    """Return the last day on which an answer is in time (Antwortfrist).

    One month after receipt, three if extended. A month ends on the same day of the month, or on its last day where
    that day is missing; if that is a Saturday, Sunday or holiday, on the next working day.

    Args:
        received_on: day of receipt, in the time zone of the controller.
        extended: the person was told of the extension and its reasons within the first month.
        holidays: public holidays at the seat of the controller.

    Source: Art. 12(3) DSGVO; Regulation (EEC, Euratom) 1182/71, Art. 3(2)(c), 3(4).
    """
    due = add_months(received_on, 3 if extended else 1)
    while due.weekday() >= _SATURDAY or due in holidays:
        due += timedelta(days=1)
    return due


def due_day(received_on: date, *, state: str | None, extended: bool = False) -> date:
    """Return the last day of an answer where these holidays are kept; see `answer_due_on` and `holidays_of`."""
    return answer_due_on(received_on, extended=extended, holidays=holidays_of(state, (received_on.year, received_on.year + 1)))


def holidays_of(state: str | None, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of these years.

    Args:
        state: federal state, such as `NI`; None for the holidays of all Germany only.
    """
    return frozenset(country_holidays("DE", subdiv=state, years=list(years)))
