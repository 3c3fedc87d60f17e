"""Letters: what is written appears as written, on a sheet that fits a window envelope and that a screen reader reads."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from crm.documents import render

MARKUP = r"""#*_$@<>[]{}\/"'`~=-+&%^|:;,.!?()"""


def letter(**changes):
    return {
        "language": "de",
        "region": "de",
        "title": "Antwort auf Ihren Antrag 2026-0001",
        "date": "2026-11-26",
        "sender": {"name": "Muster GmbH", "lines": ["Königstraße 12, 34117 Kassel"]},
        "return_line": "Muster GmbH · Königstraße 12 · 34117 Kassel",
        "recipient": ["Änne Groß", "Straße 1", "10623 Berlin"],
        "information": [["Datum", "26. November 2026"], ["Fallnummer", "2026-0001"]],
        "subject": "Ihr Antrag",
        "blocks": [{"kind": "text", "text": "Guten Tag,"}],
        "footer": [["Muster GmbH"], ["datenschutz@muster.example"]],
        "page_words": ["Seite", "von"],
        "reference": "2026-0001",
        **changes,
    }


def said(content):
    pages = PdfReader(BytesIO(render("letter", content))).pages
    return ["".join(page.extract_text().split()) for page in pages]


def placed(content, word):
    """Return where a word begins, in millimetres from the left and from the top."""
    found = []

    def visit(text, page, line, _font, _size):
        if word in text:
            across, up = line[4] * page[0] + line[5] * page[2] + page[4], line[4] * page[1] + line[5] * page[3] + page[5]
            found.append((across / 72 * 25.4, 297 - up / 72 * 25.4))

    PdfReader(BytesIO(render("letter", content))).pages[0].extract_text(visitor_text=visit)
    return found[0]


def runs(content):
    """Return every run of text with where it begins, in millimetres from the left."""
    found = []

    def visit(text, page, line, _font, _size):
        left = (line[4] * page[0] + line[5] * page[2] + page[4]) / 72 * 25.4
        found.extend((row, left) for row in text.split())

    PdfReader(BytesIO(render("letter", content))).pages[0].extract_text(visitor_text=visit)
    return found


def width_of(text):
    """Return how wide a text in the block of information is: the page number, at 8 of its 10 points, ends at the margin of 190 mm."""

    def left(*words):
        return placed(letter(page_words=words), words[0])[0]

    return (left("|", "von") - left(f"|{text}", "von")) * 10 / 8


class TestContent:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(alphabet=MARKUP + "aß€", min_size=1, max_size=30).filter(str.strip))
    def test_appears_as_it_is_written_wherever_it_stands(self, text):
        blocks = [
            {"kind": "text", "text": text},
            {"kind": "heading", "text": text},
            {"kind": "list", "items": [text]},
            {"kind": "table", "columns": [{"title": text, "share": 1, "right": False}], "rows": [[text]]},
        ]

        [page] = said(letter(subject=text, recipient=[text], information=[["Datum", text]], blocks=blocks, footer=[[text]]))

        assert page.count("".join(text.split())) >= 8

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(max_size=60), st.text(max_size=60))
    def test_whatever_somebody_is_called_there_is_a_letter(self, name, text):
        made = render("letter", letter(recipient=[name], subject=text, blocks=[{"kind": "text", "text": text}]))

        assert PdfReader(BytesIO(made)).pages

    @pytest.mark.parametrize("name", ["Γιώργος Παπαδόπουλος", "Юлия Щербакова", "Łukasz Żółć", "Þórður Ægisson", "Œdipe Đặng"])
    def test_greek_cyrillic_and_accented_names_are_drawn(self, name):
        [page] = said(letter(recipient=[name]))

        assert "".join(name.split()) in page

    @pytest.mark.parametrize("name", ["שרה כהן", "محمد الأحمد", "王小明", "Ida 😀", "a\u202eb\x00c"])
    def test_other_names_do_not_keep_the_letter_from_being_made(self, name):
        assert "10623Berlin" in said(letter(recipient=[name, "10623 Berlin"]))[0]

    def test_line_breaks_stay(self):
        assert (
            placed(letter(blocks=[{"kind": "text", "text": "erste\nzweite"}]), "zweite")[1]
            > placed(letter(blocks=[{"kind": "text", "text": "erste\nzweite"}]), "erste")[1]
        )


class TestSheet:
    """DIN 5008, form B."""

    def test_the_address_stands_in_the_window(self):
        left, top = placed(letter(), "Änne")

        assert left == pytest.approx(25, abs=1)
        assert 62.7 < top < 72

    @pytest.mark.parametrize("lines", [["Sehr Lang " * 12], ["Zeile"] * 9, ["Ohneleerzeichen" * 12]])
    def test_an_address_that_is_too_long_stays_in_the_window(self, lines):
        assert placed(letter(recipient=[*lines, "Letzte"]), "Letzte")[1] <= 90

    @pytest.mark.parametrize(
        "contact",
        ["datenschutz@muster.example", "datenschutzbeauftragte@stadtwerke-musterstadt.example", "W" * 27, "a" * 64 + "@a.example"],
    )
    def test_a_long_address_on_the_right_is_broken_at_the_margin_and_stays_whole(self, contact):
        content = letter(information=[["Kontakt", contact]])

        rows = [text for text, left in runs(content) if left == pytest.approx(150, abs=0.1)]

        assert "".join(rows) == contact
        assert all(150 + width_of(row) <= 190 for row in rows)

    def test_text_begins_below_the_window(self):
        assert placed(letter(), "Ihr Antrag")[1] > 98

    def test_every_page_says_which_of_how_many_it_is(self):
        pages = said(letter(blocks=[{"kind": "text", "text": "Wort " * 900}] * 2))

        assert len(pages) > 2
        assert all(f"Seite{number}von{len(pages)}" in page for number, page in enumerate(pages, 1))
        assert all("2026-0001" in page for page in pages)


class TestAccessible:
    """Art. 12(1) DSGVO: in an easily accessible form."""

    def test_a_screen_reader_finds_language_title_and_structure(self):
        catalogue = PdfReader(BytesIO(render("letter", letter()))).trailer["/Root"]

        assert catalogue["/Lang"] == "de-DE"
        assert catalogue["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in catalogue
        assert b"pdfuaid" in catalogue["/Metadata"].get_data()

    def test_equal_contents_give_equal_bytes(self):
        assert render("letter", letter()) == render("letter", letter())
