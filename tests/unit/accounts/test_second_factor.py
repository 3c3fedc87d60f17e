"""Codes of the second factor."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.services.accounts import second_factor

# RFC 6238, appendix B, SHA-1: secret "12345678901234567890", last six of eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")],
)
def test_codes_are_those_of_the_rfc(seconds, code):
    assert second_factor.current_code(RFC_SECRET, now=datetime.fromtimestamp(seconds, UTC)) == code


class TestMatchingStep:
    """RFC 6238, 5.2: one step of tolerance."""

    now = datetime(2026, 11, 23, 9, 0, 7, tzinfo=UTC)

    @pytest.mark.parametrize("shift", [-1, 0, 1])
    def test_takes_the_code_of_this_step_and_its_neighbours(self, shift):
        code = second_factor.current_code(RFC_SECRET, now=self.now + shift * STEP)

        assert second_factor.matching_step(RFC_SECRET, code, now=self.now) == int(self.now.timestamp()) // 30 + shift

    @pytest.mark.parametrize("shift", [-2, 2])
    def test_refuses_codes_from_further_away(self, shift):
        code = second_factor.current_code(RFC_SECRET, now=self.now + shift * STEP)

        assert second_factor.matching_step(RFC_SECRET, code, now=self.now) is None

    def test_forgives_the_space_that_apps_show(self):
        code = second_factor.current_code(RFC_SECRET, now=self.now)

        assert second_factor.matching_step(RFC_SECRET, f" {code[:3]} {code[3:]} ", now=self.now) is not None

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "²³¹²³¹"])
    def test_refuses_what_is_no_code(self, typed):
        assert second_factor.matching_step(RFC_SECRET, typed, now=self.now) is None


class TestEnrolment:
    """What an authenticator app takes over."""

    def test_names_the_installation_and_the_account(self):
        offered = second_factor.enrolment("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", email="vera@example.com", organisation="Muster & Söhne")

        assert offered.uri.startswith("otpauth://totp/Lethe%20Muster%20%26%20S%C3%B6hne:vera%40example.com?")
        assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in offered.uri

    def test_secrets_have_160_bits(self):
        assert len(second_factor.make_secret()) * 5 == 160
        assert second_factor.make_secret() != second_factor.make_secret()
