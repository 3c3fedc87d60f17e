"""What nobody sees is left out or refused, by one rule for forms, portal and imports (Art. 5(1)(d) DSGVO)."""

import pytest

from crm.readable import TurnedTextError, has_control, is_line, many_lines, one_line, require_readable, without_overrides
from crm.services.contacts.fields import ControlCharacterError, clean_line
from crm.services.imports.values import clean

SEEN = ["Grüße, Änne Ößel", "مرحبا بالعالم", "می\u200cخواهم", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "ﷺ \u0601 ١٢", "ع\u200dع"]


@pytest.mark.parametrize("text", SEEN)
def test_what_people_see_stays_as_it_is(text):
    assert one_line(text) == many_lines(text) == text
    assert is_line(text)
    assert clean_line(text, field="last_name", longest=200) == clean(text) == text


@pytest.mark.parametrize(
    "mark",
    [
        *"\u200b\u200e\u200f\u2060\u2061\ufeff\u00ad\u061c\u180e\u202a\u202b\u202c\u2066\u2068\u2069\u206a\u3164\u115f\uffa0\U000e0041",
        "\u200c",
        "\u200d",
    ],
    ids=ascii,
)
def test_a_mark_that_carries_no_meaning_goes_everywhere(mark):
    assert one_line(f"Weh{mark}meier{mark}") == "Wehmeier"
    assert many_lines(f"{mark}Weh\nmei{mark}er") == "Weh\nmeier"
    assert clean_line(f"Weh{mark}meier", field="last_name", longest=200) == clean(f"{mark}Weh{mark}meier") == "Wehmeier"


@pytest.mark.parametrize("override", ["\u202d", "\u202e"], ids=ascii)
def test_an_override_of_the_direction_is_refused_where_somebody_can_be_asked(override):
    with pytest.raises(TurnedTextError):
        require_readable(many_lines(f"Rechnung {override}fdp.exe"), field="text")
    with pytest.raises(ControlCharacterError):
        clean_line(f"Weh{override}meier", field="last_name", longest=200)
    assert clean(f"Weh{override}meier") == one_line(without_overrides(f"Weh{override}meier")) == "Wehmeier"


@pytest.mark.parametrize("control", ["\x01", "\x1b", "\x7f", "\x9f"], ids=ascii)
def test_a_control_that_no_keyboard_types_is_refused(control):
    assert has_control(control)
    with pytest.raises(TurnedTextError):
        require_readable(f"Ruft{control}zurück", field="text")


def test_line_ends_and_spaces_become_plain_ones():
    assert many_lines("eins\r\nzwei\u2028drei\x0bvier\u00a0fünf\tsechs\n") == "eins\nzwei\ndrei\nvier fünf\tsechs"
    assert one_line("  eins\u2003zwei\r\ndrei ") == "eins zwei drei"
    require_readable("eins\n\tzwei", field="text")
