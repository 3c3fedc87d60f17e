"""A contact as a card for an address book, and a card as the beginning of a contact."""

import io
import json
import re

import pytest

from crm.actor import Role
from crm.documents import vcard
from crm.models.contact import Contact
from crm.privacy import integrity
from tests.functional.web.conftest import ACTOR, FIELDS, hidden

CARD = """BEGIN:VCARD
VERSION:3.0
N:Berg;Anna;;Dr.;
EMAIL:a.berg@example.com
TEL;TYPE=CELL:0170 5556677
ORG:Kolb Druck GmbH;Einkauf
BDAY:1980-01-31
END:VCARD
"""


def send(member, content, page="/contacts/new"):
    shown = member.get(page)
    fields = {"purpose": hidden(shown, "purpose"), "card": (io.BytesIO(content), "anna.vcf")}
    return member.send("/contacts/new/card", fields, content_type="multipart/form-data")


def value_of(page, name):
    return re.search(rf'name="{name}"\s+value="([^"]*)"', page.text).group(1)


class TestOut:
    """Art. 5(1)(b), (c), (2) DSGVO."""

    def test_leaves_what_is_sealed_about_the_person_as_the_log_says(self, house, sales):
        person = house.take_in()
        sales.get(f"/contacts/{person}/card-4.0.vcf")

        with house.database.reading() as session:
            found = integrity.examine(session, subject_ids=[person], actor=ACTOR, now=house.now)

        assert found.is_sound

    @pytest.mark.parametrize("version", ["3.0", "4.0"])
    def test_holds_what_the_purpose_opens(self, house, sales, version):
        person = house.take_in()

        answer = sales.get(f"/contacts/{person}/card-{version}.vcf")

        card = vcard.read(answer.data)
        assert (card.fields["last_name"], card.fields["email"]) == ("Wehmeier", FIELDS["email"])
        assert answer.headers["Cache-Control"] == "no-store"
        assert f"/contacts/{person}/card-{version}.vcf" in sales.get(f"/contacts/{person}").text

    def test_holds_no_field_of_another_purpose(self, house, sales):
        person = house.take_in("sales_approach", "business_contact")
        sales.work_for("sales_approach")

        card = vcard.read(sales.get(f"/contacts/{person}/card-4.0.vcf").data)

        assert "email" not in card.fields

    def test_leaves_one_entry_that_says_so(self, house, sales):
        person = house.take_in()

        sales.get(f"/contacts/{person}/card-4.0.vcf")

        (entry,) = [json.loads(leaf) for leaf in house.entries("card:exported")]
        assert (entry["sub"], entry["pur"], entry["a"]) == (person, "business_contact", sales.member.pseudonym)
        assert set(entry["f"]) == {"identity", "email", "phone", "address", "position"}
        assert house.entries("person:disclosed") == []

    def test_of_somebody_restricted_there_is_none(self, house, sales):
        person = house.take_in()
        house.restrict(person)

        assert sales.get(f"/contacts/{person}/card-4.0.vcf").status_code == 409

    def test_of_a_sole_traders_people_names_no_company(self, house, sales):
        """The company of a sole trader bears a person's name."""
        person = house.take_in(company_id=house.add_sole_trader("Malerei Huber"))

        assert vcard.read(sales.get(f"/contacts/{person}/card-4.0.vcf").data).company == ""

    def test_is_not_for_the_coordinator(self, house, colleague):
        person = house.take_in()

        assert colleague(Role.PRIVACY, "Karla Ruhland").get(f"/contacts/{person}/card-4.0.vcf").status_code == 403


class TestIn:
    def test_fills_the_form_and_keeps_nothing(self, house, sales):
        before = house.snapshot()["contact"]

        page = send(sales, CARD.encode())

        assert page.status_code == 200
        assert {name: value_of(page, name) for name in ("last_name", "first_name", "email", "company", "origin")} == {
            "last_name": "Berg",
            "first_name": "Anna",
            "email": "a.berg@example.com",
            "company": "Kolb Druck GmbH",
            "origin": "Visitenkarte",
        }
        assert "1980-01-31" not in page.text
        assert house.snapshot()["contact"] == before

    def test_is_saved_by_the_form_like_any_other(self, house, sales):
        house.add_company("Kolb Druck GmbH", city="")
        page = send(sales, CARD.encode())
        names = re.findall(r'name="(\w+)"\s+value="', page.text)
        fields = {name: value_of(page, name) for name in names if name not in {"csrf_token", "q"}}

        answer = sales.send("/contacts/new", {**fields, "notice": "given"})

        assert answer.status_code == 303, answer.text
        assert house.count(Contact) == 1

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "keine Visitenkarte"),
            (b"PK\x03\x04", "keine Visitenkarte"),
            (CARD.encode() * 2, "2 Visitenkarten"),
            (CARD.replace("3.0", "2.1").encode(), "alten Fassung"),
        ],
    )
    def test_that_is_none_is_answered_by_a_sentence(self, sales, content, sentence):
        answer = send(sales, content)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_with_markup_is_shown_as_text(self, sales):
        page = send(sales, CARD.replace("Berg", "<script>alert(1)</script>").encode())

        assert "<script>alert(1)" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
