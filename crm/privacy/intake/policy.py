"""What `config/requests.toml` says about the letterbox."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """Periods and limits of the letterbox; all of them policy."""

    confirm_within: timedelta
    mails_per_day: int
    unknown_kept_for: timedelta
    correct_within: timedelta
    handed_link_for: timedelta
    response_link_for: timedelta
    post_on_its_way_for: timedelta


@cache
def intake_policy() -> IntakePolicy:
    """Return the policy; read once."""
    rules = initial_policy("requests")
    return IntakePolicy(
        confirm_within=timedelta(days=rules["confirm_within_days"]),
        mails_per_day=rules["mails_per_address_and_day"],
        unknown_kept_for=timedelta(days=rules["unknown_address_days"]),
        correct_within=timedelta(days=rules["correct_within_days"]),
        handed_link_for=timedelta(days=rules["handed_link_days"]),
        response_link_for=timedelta(days=rules["response_link_days"]),
        post_on_its_way_for=timedelta(days=rules["post_on_its_way_days"]),
    )
