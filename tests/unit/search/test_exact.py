import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.search.exact import exact_email, exact_phone

NOT_THEIR_OWN = [
    "=?utf-8?q?x?=@b.de",
    "=?utf-8?q?victim=40good.example=2C_y?=@b.de",
    "x.=?utf-8?b?eA==?=@b.de",
    "a" * 65 + "@x.de",
    "ä" * 33 + "@x.de",
    "a@1.2.3.4",
    "a@127.1",
    "a@2130706433",
]


class TestExactEmail:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            (" Hans.Müller@Firma.DE ", "hans.müller@firma.de"),
            ("info@Müller.de", "info@xn--mller-kva.de"),
            ("info@xn--mller-kva.de", "info@xn--mller-kva.de"),
            ("info@MU\u0308LLER.de.", "info@xn--mller-kva.de"),
            ("a+b@x.example", "a+b@x.example"),
        ],
    )
    def test_has_one_form(self, address, expected):
        assert exact_email(address) == expected

    @pytest.mark.parametrize(
        "address", ["", "hans", "@firma.de", "hans@", "ha ns@firma.de", "hans@fir ma.de", "hans@-.de", "hans@" + "a" * 300]
    )
    def test_is_nothing_for_what_is_no_address(self, address):
        assert exact_email(address) is None

    @pytest.mark.parametrize("address", NOT_THEIR_OWN)
    def test_is_nothing_for_what_stands_for_another_address_or_a_machine(self, address):
        assert exact_email(address) is None

    @pytest.mark.parametrize("address", ["a=b@x.de", "a?b@x.de", "?=a=?@x.de", "a" * 64 + "@x.de", "a@1.2.3.4.de", "a@4u.de", "a@intern"])
    def test_takes_what_only_looks_a_little_like_it(self, address):
        assert exact_email(address) == address


class TestExactPhone:
    @pytest.mark.parametrize("number", ["030 123456", "+49 30 123456", "0049 30 123456", "+49 (0)30 123456", "(030) 12 34-56"])
    def test_is_e164(self, number):
        assert exact_phone(number) == "+4930123456"

    def test_keeps_other_countries(self):
        assert exact_phone("+43 1 588580") == "+431588580"

    @pytest.mark.parametrize("number", ["", "keine", "1", "+49 1", "0" * 40])
    def test_is_nothing_for_what_cannot_be_a_number(self, number):
        assert exact_phone(number) is None


@given(
    prefix=st.sampled_from(["+49", "0049", "0", "+49 ", "0"]),
    digits=st.from_regex(r"[1-9][0-9]{5,12}", fullmatch=True),
    gaps=st.lists(st.sampled_from(["", " ", "-", "/", "."]), min_size=14, max_size=14),
)
def test_the_short_way_for_german_numbers_says_what_the_full_rules_say(prefix, digits, gaps):
    written = prefix + "".join(digit + gap for digit, gap in zip(digits, gaps, strict=False)).rstrip(" -/.")

    parsed = phonenumbers.parse(written, "DE")

    assert exact_phone(written) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
