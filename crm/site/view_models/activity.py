"""Activities: rows of lists, and the page on which one is done."""

from dataclasses import dataclass
from datetime import date

from crm.site.view_models.home import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One activity.

    Attributes:
        text: neutral where the door does not show it.
        person: empty where the door does not show them, or where nobody is concerned.
        time: of the day, as people write it; empty for the whole day.
        done_url, edit_url: None for what is done, and where the reader does not see what it is about.
    """

    kind: str
    text: str
    company: str
    company_url: str | None
    person: str
    person_url: str | None
    owner: str
    due_on: date
    time: str
    urgency: Urgency
    is_done: bool
    done_url: str | None
    edit_url: str | None
