"""Umlauts arrive as they were, or the file is refused (Art. 5(1)(d) DSGVO)."""

import pytest

from crm.services.imports.encoding import UTF_8, WINDOWS, find_encoding
from crm.services.imports.errors import GarbledTextError, WrongEncodingError
from crm.services.imports.policy import import_policy
from crm.services.imports.snapshot import take


def taken(tmp_path, content):
    path = tmp_path / "Contact.csv"
    path.write_bytes(content)
    return take(path, limits=import_policy().limits)


def in_second_row(text, encoding):
    return b"Id,LastName\n" + f"1,{text}\n".encode(encoding)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf_8_with_and_without_mark_is_known(tmp_path, mark):
    assert find_encoding(taken(tmp_path, mark + in_second_row("Müller", "utf-8")), latin_1_expected=False) == UTF_8


@pytest.mark.parametrize("text", ["Müller", "Straße 5 – Haus €", "Tomáš"])
def test_latin_1_is_taken_where_it_is_expected(tmp_path, text):
    assert find_encoding(taken(tmp_path, in_second_row(text, "cp1252")), latin_1_expected=True) == WINDOWS


@pytest.mark.parametrize(
    "content",
    [
        in_second_row("Müller", "latin-1"),
        in_second_row("Müller", "utf-8").replace("ü".encode(), b"\xc3"),
        b"\xef\xbb\xbf" + in_second_row("Müller", "latin-1"),
    ],
)
def test_what_is_no_utf_8_is_refused_with_its_row(tmp_path, content):
    with pytest.raises(WrongEncodingError) as caught:
        find_encoding(taken(tmp_path, content), latin_1_expected=False)

    assert caught.value.facts == {"file": "Contact.csv", "row": 2}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp850", "cp437", "mac-roman"])
def test_other_encodings_are_refused_even_where_latin_1_is_expected(tmp_path, encoding):
    with pytest.raises(WrongEncodingError):
        find_encoding(taken(tmp_path, "Id,LastName\n1,Müller\n2,Schäfer\n".encode(encoding)), latin_1_expected=True)


@pytest.mark.parametrize("name", ["Müller", "Schäfer", "Böhm", "Groß", "Über"])
def test_umlauts_destroyed_before_are_noticed(tmp_path, name):
    garbled = name.encode().decode("cp1252")

    with pytest.raises(GarbledTextError) as caught:
        find_encoding(taken(tmp_path, in_second_row(garbled, "utf-8")), latin_1_expected=True)

    assert caught.value.facts["row"] == 2
