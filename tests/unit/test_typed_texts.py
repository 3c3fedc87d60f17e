"""What people and their devices put into a text is taken; control characters are not."""

import pytest

from crm.portal.typed import UnprintableTextError, require_line, require_lines


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("Bitte\u00a0löschen\u202fSie", "Bitte löschen Sie"),
        ("Daten\u00adschutz", "Datenschutz"),
        ("wir \U0001f468\u200d\U0001f469\u200d\U0001f467 drei", "wir \U0001f468\u200d\U0001f469\u200d\U0001f467 drei"),
        ("eine Zeile\nnoch eine\u2028und eine\tmit Tabulator", "eine Zeile\nnoch eine\nund eine\tmit Tabulator"),
        ("\ufeffkopiert\u200b aus einer\u200e Datei\u202e", "kopiert aus einer Datei"),
    ],
)
def test_a_message_is_taken_as_it_reads(typed, taken):
    assert require_lines(typed, field="message", longest=100) == taken


def test_a_name_becomes_one_line_and_may_hold_a_picture():
    name = require_line("Katha\u00adrina\u00a0\n Wehmeier \U0001f33b", field="name", longest=100)

    assert name == "Katharina Wehmeier \U0001f33b"


@pytest.mark.parametrize("require", [require_line, require_lines])
@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\ud800"])
def test_control_characters_are_refused(require, control):
    with pytest.raises(UnprintableTextError):
        require(f"Hallo{control}Welt", field="message", longest=100)
