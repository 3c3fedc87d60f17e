"""Until when evidence and case file are kept, as the table before a decision says it (Art. 12(1) DSGVO)."""

from datetime import date, timedelta

import pytest

from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal
from crm.privacy.requests.last_days import foresee_days

THREE_DAYS = timedelta(hours=72)
ERASED = Choice(kind=DataKind.PROFILE, verdict=Verdict.ERASE, ground=ErasureGround.NOT_NEEDED)
KEPT = Choice(kind=DataKind.PROFILE, verdict=Verdict.KEEP, keep=KeepGround.LEGAL_CLAIMS, until=date(2029, 12, 31))
REFUSED = Choice(kind=DataKind.PROFILE, verdict=Verdict.REFUSE, refusal=Refusal.STILL_NEEDED)


def evidence(kind):
    return Choice(kind=kind, verdict=Verdict.KEEP, keep=KeepGround.ACCOUNTABILITY, until=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("profile", "decided_on", "consents", "case_file"),
    [
        (ERASED, date(2026, 12, 28), date(2029, 12, 31), date(2029, 12, 31)),  # erased on the last day of the year
        (ERASED, date(2026, 12, 29), date(2030, 12, 31), date(2030, 12, 31)),  # erased on the first day of the next
        (KEPT, date(2026, 12, 29), date(2033, 12, 31), date(2029, 12, 31)),  # evidence begins when the profile goes
        (REFUSED, date(2026, 12, 29), None, date(2029, 12, 31)),  # and has no day while the profile stays in use
    ],
    ids=["within the year", "over the year's end", "kept", "refused"],
)
def test_days_are_those_that_the_answer_will_name(profile, decided_on, consents, case_file):
    choices = (profile, evidence(DataKind.CONSENTS), evidence(DataKind.CASE_FILE))

    found = {each.kind: each.until for each in foresee_days(choices, decided_on=decided_on, cooling_for=THREE_DAYS)}

    assert found == {DataKind.PROFILE: profile.until, DataKind.CONSENTS: consents, DataKind.CASE_FILE: case_file}
