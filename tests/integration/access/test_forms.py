"""What goes out, and in which forms (Art. 12(1), 15(1), 15(3), 20 DSGVO)."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from crm.db import Base
from crm.documents import vcard
from crm.privacy.access import forms, information, portable, tables
from crm.privacy.access.forms import Answered
from crm.privacy.access.texts import Words, access_texts
from crm.privacy.actions import Action
from crm.settings import Settings
from tests.support.json_schema import departures

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/reference/personal-data.schema.json").read_text(encoding="utf-8"))
SETTINGS = Settings(
    data_dir=Path("/nowhere"), organisation="Muster GmbH", organisation_address="Lindenufer 1, 34117 Kassel", authority="HBDI, Wiesbaden"
)


def answered(house, *, language="de", kind="access"):
    copy = house.copy()
    with house.database.reading() as session:
        if kind == "portability":
            standing = [purpose for purpose, _ in information.find_standing(session, copy.subject_ids, now=house.now)]
            copy, told = portable.take_portable(copy, standing), portable.inform_portable(standing, language=language)
        else:
            told = information.inform(session, copy, language=language, settings=SETTINGS, now=house.now)
    return Answered(copy=copy, told=told, kind=kind, number="2026-0001", language=language, made_at=house.now, settings=SETTINGS)


class TestArchive:
    def test_holds_paper_json_tables_card_linked_data_and_files(self, house):
        made = answered(house)

        archive = ZipFile(BytesIO(forms.make_archive(made, paper=forms.as_paper(made))))

        names = set(archive.namelist())
        assert {"auskunft.pdf", "daten.json", "person.jsonld", "person.vcf", "csv/note.csv", "csv/contact.csv"} <= names
        assert departures(json.loads(archive.read("daten.json")), SCHEMA) == []
        assert b"Trittwebstuhl" in b"".join(archive.read(name) for name in names if name.startswith("files/"))
        assert vcard.read(archive.read("person.vcf")).fields["last_name"] == "Zwirnemann"
        assert json.loads(archive.read("person.jsonld"))["familyName"] == "Zwirnemann"
        paper = "".join(page.extract_text() for page in PdfReader(BytesIO(archive.read("auskunft.pdf"))).pages)
        for word in (
            "Mag die Garnrolle",
            "Wofür wir Ihre Daten verarbeiten",
            "Empfehlung vom Bortenmarkt",
            "Was in dieser Kopie nicht steht",
        ):
            assert word in paper

    def test_english_is_english(self, house):
        made = answered(house, language="en")

        assert departures(json.loads(forms.as_json(made)), SCHEMA) == []
        paper = "".join(page.extract_text() for page in PdfReader(BytesIO(forms.as_paper(made))).pages)
        assert "What we process your data for" in paper
        assert "Nachname" not in paper

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_answers_every_letter_of_the_article(self, house):
        told = answered(house).told

        assert set(told) == SCHEMA["properties"]["information"]["properties"].keys()
        assert [heading for heading, lines in told.items() if not lines] == []
        assert any("Ansprechpartner" in line and "Art. 6 Abs. 1 lit. f" in line for line in told["purposes"])
        assert any("Gesprächsnotizen: 24 Monate ab: Erstellung, also bis 23. November 2028" in line for line in told["periods"])


class TestPortability:
    """Art. 20(1) DSGVO: what the person provided, under consent or contract only."""

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_takes_what_was_given_for_the_newsletter_and_nothing_that_we_wrote(self, house):
        made = answered(house, kind="portability")

        said = json.dumps(made.copy.records, ensure_ascii=False)
        assert "ottilie.zwirnemann@example.com" in said
        assert "Formular von Ottilie" in said
        for word in ("Garnrolle", "Spulengasse", "4711815", "Webstuhl", "Kettfaden", "Spinnrocken"):
            assert word not in said
        assert made.copy.consultations == ()
        assert departures(json.loads(forms.as_json(made)), SCHEMA) == []


class TestTables:
    """OWASP, CSV Injection."""

    def test_no_cell_is_a_formula(self):
        content = tables.as_csv({"note": [{"sealed_text": '=HYPERLINK("http://evil.example")', "=column": "+1"}]})["note"]

        assert "'=HYPERLINK" in content.decode("utf-8-sig")
        assert all(not line.startswith(("=", "+", "@", "-")) for line in content.decode("utf-8-sig").splitlines())


class TestWords:
    def test_every_act_has_words_and_nothing_else_has(self):
        texts = access_texts()

        assert [each for each in Action if each not in texts["actions"]] == []
        assert texts["tables"].keys() <= Base.metadata.tables.keys()

    def test_a_code_is_a_word_and_what_has_none_stays(self):
        assert Words("de").value({"first_name": "Ada", "kind": "from_customer"}) == "Vorname: Ada; Art: von Ihnen"
        assert Words("en").value("zq") == "zq"
