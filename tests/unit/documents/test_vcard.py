"""Cards of people, as RFC 2426 and RFC 6350 write them."""

import pytest

from crm.documents import vcard
from crm.documents.vcard import Card, ManyCardsError, NotACardError, OldCardError

FIELDS = {
    "title": "Dr.",
    "first_name": "Katharina",
    "last_name": "Wehmeier; Groß, geb. Ötz",
    "email": "wehmeier@example.com",
    "phone": "+49 561 47110",
    "mobile": "+49 170 1234567",
    "street": "Lindenufer 14",
    "postal_code": "34117",
    "city": "Kassel",
    "country": "Deutschland",
    "position": "Leiterin Einkauf",
    "department": "Einkauf",
    "birth_date": "1980-01-31",
}


def card(*lines, version="4.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_is_written_is_read_again(version):
    written = vcard.write(Card(FIELDS, "Brückner, Söhne & Co."), version=version)

    assert vcard.read(written) == Card(FIELDS, "Brückner, Söhne & Co.")
    assert f"VERSION:{version}".encode() in written
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


def test_no_text_begins_a_line_of_its_own():
    written = vcard.write(Card({"last_name": "Berg\nNOTE:x", "city": "a\r\nTEL:1"}), version="4.0")

    assert b"\nNOTE" not in written
    assert b"\nTEL" not in written


def test_without_a_name_a_card_is_called_like_its_company_or_address():
    assert b"FN:Kolb Druck" in vcard.write(Card({}, "Kolb Druck"), version="4.0")
    assert b"FN:a@example.com" in vcard.write(Card({"email": "a@example.com"}), version="4.0")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("N:Berg;Anna;Maria;Frau;", {"last_name": "Berg", "first_name": "Anna", "salutation": "Frau"}),
        ("FN:Anna Maria Berg", {"first_name": "Anna Maria", "last_name": "Berg"}),
        ("item1.EMAIL;TYPE=INTERNET,WORK:a.berg@example.com", {"email": "a.berg@example.com"}),
        ('TEL;VALUE=uri;TYPE="voice,cell":tel:+49-170-1', {"mobile": "+49-170-1"}),
        ("TEL;TYPE=WORK;TYPE=VOICE:0561 1", {"phone": "0561 1"}),
        ("TEL;TYPE=FAX:0561 2", {}),
        ("ADR;TYPE=WORK:;;Weg 1;Fulda;Hessen;36037;Deutschland", {"street": "Weg 1", "city": "Fulda", "postal_code": "36037"}),
        ("BDAY:--0131", {}),
        ("BDAY:1980-01-31", {"birth_date": "1980-01-31"}),
        ("NOTE:mag\\, keine Anrufe", {}),
        ("GENDER:F", {}),
        ("TITLE:Leiterin\r\n  Einkauf", {"position": "Leiterin Einkauf"}),
    ],
)
def test_a_line_fills_the_field_that_it_is(line, fields):
    read = vcard.read(card(line))

    assert fields.items() <= read.fields.items()
    assert set(read.fields) <= {*fields, "country"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NotACardError),
        (b"Vorname;Nachname", NotACardError),
        (b"\x89PNG\r\n\x1a\n\xff", NotACardError),
        (card("FN:Anna Berg", version="2.1"), OldCardError),
        (card("FN:Anna Berg") * 2, ManyCardsError),
    ],
)
def test_what_is_not_one_card_is_refused_with_a_sentence(content, error):
    with pytest.raises(error):
        vcard.read(content)
