"""What `config/requests.toml` says about deciding and carrying out."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True)
class RequestPolicy:
    """Periods and limits of decisions; all of them policy.

    Attributes:
        cooling_for: time between the decision and the destruction, in which it can be stopped.
        one_decides_up_to: more people than this destroyed by one decision need a second person.
        answer_days: for how many days a copy can be fetched on the portal.
        code_for: how long the code works with which it is fetched.
        code_tries: how often somebody may mistype it.
    """

    cooling_for: timedelta
    one_decides_up_to: int
    answer_days: int
    code_for: timedelta
    code_tries: int


@cache
def request_policy() -> RequestPolicy:
    """Return the policy; read once."""
    rules = initial_policy("requests")
    return RequestPolicy(
        cooling_for=timedelta(hours=rules["cooling_hours"]),
        one_decides_up_to=rules["one_person_decides_up_to"],
        answer_days=rules["answer_days"],
        code_for=timedelta(minutes=rules["code_minutes"]),
        code_tries=rules["code_tries"],
    )
