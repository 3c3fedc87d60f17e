"""Collecting and changing: only what the purpose needs, nothing typed is lost, nobody is overwritten."""

import html
import re
import threading
from typing import ClassVar

import pytest
from sqlalchemy import select

from crm.models.company import Company
from crm.models.contact import Contact, SourceRecord
from crm.models.privacy_task import PrivacyTask
from crm.services.accounts import user_changes
from crm.vault.tags import TAG_BYTES
from crm.web.contacts import form as contact_form
from tests.functional.web.conftest import FIELDS, error_at, hidden, names_in
from tests.support.staff import ADMIN

ORIGIN = {"origin": "Visitenkarte", "notice": "given"}


def new_form(visitor):
    page = visitor.get("/contacts/new")
    return {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), **ORIGIN}


def inputs_of(answer):
    """Return what the form holds: names and values of its fields."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", answer.text.split('class="form"')[1]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name.group(1)] = value.group(1) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', answer.text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


class TestCreate:
    def test_takes_in_a_person_and_shows_them(self, house, sales):
        answer = sales.send("/contacts/new", {**new_form(sales), **FIELDS}, follow_redirects=True)

        assert "Dr. Katharina Wehmeier" in answer.text
        assert "Visitenkarte" in answer.text
        (leaf,) = house.entries("person:collected")
        assert "Wehmeier" not in leaf

    def test_asks_for_the_fields_of_the_purpose_only(self, house, sales):
        sales.work_for("sales_approach")

        form = inputs_of(sales.get("/contacts/new"))

        assert {"last_name", "street", "position"} <= form.keys()
        assert not {"email", "phone", "birth_date"} & form.keys()

    def test_does_not_keep_what_the_purpose_does_not_need_even_when_it_is_sent(self, house, sales):
        sales.work_for("sales_approach")
        form = {**new_form(sales), **FIELDS, "birth_date": "1980-01-01"}

        sales.send("/contacts/new", form)

        with house.database.reading() as session:
            contact = session.query(Contact).one()
        assert contact.sealed_identity
        assert contact.sealed_email is None
        assert contact.sealed_birth_date is None

    def test_keeps_to_the_purpose_the_form_was_made_for(self, house, sales):
        form = new_form(sales)
        sales.work_for("sales_approach")

        answer = sales.send("/contacts/new", {**form, **FIELDS})

        sales.work_for("business_contact")
        assert "wehmeier<wbr>@example.com" in sales.get(answer.location).text

    def test_sent_twice_takes_in_one_person(self, house, sales):
        form = {**new_form(sales), **FIELDS}

        first, second = sales.send("/contacts/new", form), sales.send("/contacts/new", form)

        assert (first.status_code, second.status_code) == (303, 303)
        assert first.location == second.location
        assert house.count(Contact) == 1

    def test_sent_again_with_another_name_is_a_second_contact_that_the_warning_sees(self, house, sales):
        form = {**new_form(sales), **FIELDS}
        first = sales.send("/contacts/new", form)

        warned = sales.send("/contacts/new", {**form, "first_name": "Gerda"})

        assert warned.status_code == 422
        assert "Dr. Katharina Wehmeier" in warned.text
        assert inputs_of(warned)["first_name"] == "Gerda"
        assert house.count(Contact) == 1

        saved = sales.send("/contacts/new", {**form, "first_name": "Gerda", "confirm_duplicate": "1"})
        assert saved.status_code == 303
        assert saved.location != first.location
        assert house.count(Contact) == 2

    @pytest.mark.parametrize("email", ["=?utf-8?q?victim=40good.example=2C_y?=@b.de", "a" * 65 + "@b.de", "a@1.2.3.4", "a@localhost"])
    def test_takes_no_address_that_stands_for_another_one(self, house, sales, email):
        answer = sales.send("/contacts/new", {**new_form(sales), **FIELDS, "email": email})

        assert answer.status_code == 422
        assert "Das ist keine vollständige E-Mail-Adresse." in answer.text
        assert house.count(Contact) == 0

    def test_keeps_nothing_of_the_form_but_a_keyed_hash(self, house, sales):
        form = {**new_form(sales), **FIELDS}

        sales.send("/contacts/new", form)

        with house.database.reading() as session:
            (record,) = session.scalars(select(SourceRecord))
        assert len(record.record_tag) == TAG_BYTES
        assert form["token"] not in str(house.snapshot())

    def test_arriving_twice_at_the_same_moment_takes_in_one_person(self, app, house, sales, monkeypatch):
        form = {**new_form(sales), **FIELDS}
        together, locations = threading.Barrier(2), []
        looked = contact_form.find_saved_contact

        def look_together(db, sent):
            found = looked(db, sent)
            together.wait(timeout=30)  # both have looked before either saves
            return found

        monkeypatch.setattr(contact_form, "find_saved_contact", look_together)
        twins = [sales.twin(app) for _ in range(2)]
        threads = [threading.Thread(target=lambda twin=twin: locations.append(twin.send("/contacts/new", form).location)) for twin in twins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(locations)) == 1
        assert re.fullmatch("/contacts/[0-9a-f]{32}", locations[0])
        assert house.count(Contact) == 1

    @pytest.mark.parametrize(
        ("field", "value"), [("owner", "x"), ("owner", "' OR 1=1"), ("company", "Gibt es nicht AG"), ("segment", "x" * 41)]
    )
    def test_marks_a_choice_that_is_not_there_and_keeps_what_was_typed(self, house, sales, field, value):
        refused = sales.send("/contacts/new", {**new_form(sales), **FIELDS, field: value})

        assert refused.status_code == 422
        assert error_at(refused, field)
        assert inputs_of(refused)["last_name"] == "Wehmeier"
        assert html.unescape(inputs_of(refused)[field]) == value
        assert house.count(Contact) == 0

    def test_of_a_purpose_the_role_does_not_work_for_is_shown_again_for_its_own(self, house, sales):
        refused = sales.send("/contacts/new", {**new_form(sales), **FIELDS, "purpose": "newsletter_of_others"})

        assert refused.status_code == 422
        assert "Dieses Formular gehört zu einem Zweck" in refused.text
        form = inputs_of(refused)
        assert (form["last_name"], form["purpose"]) == ("Wehmeier", "business_contact")
        assert house.count(Contact) == 0
        assert sales.send("/contacts/new", form).status_code == 303

    def test_shows_every_mistake_at_its_field_and_keeps_what_was_typed(self, house, sales):
        before = house.count(Contact)
        wrong = {
            "first_name": "Eva",
            "email": "no address",
            "phone": "abc",
            "company": "Gibt es nicht AG",
            "origin": "",
            "owner": "0" * 32,
            "notice": "never",
        }

        refused = sales.send("/contacts/new", {**new_form(sales), **wrong})

        assert refused.status_code == 422
        for field in ("email", "phone", "company", "origin", "owner", "notice"):
            assert error_at(refused, field), field
        assert inputs_of(refused)["first_name"] == "Eva"
        assert inputs_of(refused)["email"] == "no address"
        assert house.count(Contact) == before

    def test_needs_a_name_or_an_address(self, house, sales):
        refused = sales.send("/contacts/new", {**new_form(sales), "first_name": "Eva"})

        assert refused.status_code == 422
        assert error_at(refused, "last_name")

    @pytest.mark.parametrize("value", ["x" * 201, "Zei\u202etsch", "a\u0007b"])
    def test_refuses_what_no_name_can_be(self, house, sales, value):
        refused = sales.send("/contacts/new", {**new_form(sales), "last_name": value})

        assert refused.status_code == 422
        assert error_at(refused, "last_name")

    def test_opens_a_task_when_the_person_has_to_be_told(self, house, sales):
        sales.send("/contacts/new", {**new_form(sales), "last_name": "Neu", "notice": "due"})

        assert house.count(PrivacyTask, PrivacyTask.kind == "notice_due") == 1
        sales.send("/contacts/new", {**new_form(sales), "last_name": "Alt", "notice": "given"})
        assert house.count(PrivacyTask) == 1

    def test_finds_the_company_by_its_name(self, house, sales):
        company = house.add_company("Brückner Pumpenbau GmbH")
        offered = sales.get("/companies/suggest?company=brück").text
        assert 'value="Brückner Pumpenbau GmbH · Kassel"' in offered

        sales.send("/contacts/new", {**new_form(sales), "last_name": "Neu", "company": "Brückner Pumpenbau GmbH · Kassel"})

        assert house.count(Contact, Contact.company_id == company) == 1

    def test_asks_which_of_two_companies_of_one_name(self, house, sales):
        house.add_company("Doppel GmbH", city="Ulm")
        second = house.add_company("Doppel GmbH", city="Kiel")

        assert error_at(sales.send("/contacts/new", {**new_form(sales), "last_name": "N", "company": "Doppel GmbH"}), "company")
        sales.send("/contacts/new", {**new_form(sales), "last_name": "N", "company": "Doppel GmbH · Kiel"})
        assert house.count(Contact, Contact.company_id == second) == 1

    def test_suggests_no_sole_traders_because_their_names_are_people(self, house, sales):
        house.add_sole_trader("Malerei Huber")

        assert "Huber" not in sales.get("/companies/suggest?company=huber").text

    def test_is_refused_for_a_purpose_that_rests_on_consent(self, house, sales):
        form = {**new_form(sales), "purpose": "phone_advertising", "last_name": "Neu"}
        sales.work_for("phone_advertising")

        page = sales.get("/contacts/new")
        assert page.status_code == 409
        assert 'action="/purpose/business_contact"' in page.text
        assert sales.send("/contacts/new", form).status_code == 409
        assert house.count(Contact) == 0


class TestDuplicates:
    def test_are_shown_before_saving_and_the_second_press_saves(self, house, sales):
        house.take_in()
        house.build_index()
        form = {**new_form(sales), **FIELDS, "first_name": "Katarina"}

        warned = sales.send("/contacts/new", form)

        assert warned.status_code == 422
        assert "Dr. Katharina Wehmeier" in warned.text
        assert "gleiche E-Mail-Adresse" in warned.text
        assert house.count(Contact) == 1
        assert inputs_of(warned)["first_name"] == "Katarina"

        assert sales.send("/contacts/new", {**form, "confirm_duplicate": "1"}).status_code == 303
        assert house.count(Contact) == 2

    def test_are_found_by_a_name_that_sounds_alike_at_the_same_postcode(self, house, sales):
        house.take_in(fields={"first_name": "Uwe", "last_name": "Meier", "postal_code": "34117"})
        house.build_index()

        warned = sales.send("/contacts/new", {**new_form(sales), "first_name": "Uwe", "last_name": "Mayer", "postal_code": "34117"})

        assert "Uwe Meier" in warned.text
        assert "ähnlicher Name" in warned.text

    def test_leave_an_entry_also_where_nobody_is_found(self, house, sales):
        """Or the form would tell, unseen, whether an address is known."""
        sales.send("/contacts/new", {**new_form(sales), "email": "nobody@example.com", "notice": "never"})
        assert house.entries("people:listed") == []  # a form with mistakes does not look

        sales.send("/contacts/new", {**new_form(sales), "email": "nobody@example.com"})

        (leaf,) = house.entries("people:listed")
        assert '"cnt":0' in leaf
        assert '"res":"nobody"' in leaf

    def test_whom_the_purpose_may_not_see_are_not_named(self, house, sales):
        house.take_in("service")
        house.build_index()

        answer = sales.send("/contacts/new", {**new_form(sales), **FIELDS})

        assert answer.status_code == 303

    def test_do_not_stop_anybody_while_the_index_is_built(self, house, sales):
        house.take_in(fields={"first_name": "Uwe", "last_name": "Meier"})

        assert sales.send("/contacts/new", {**new_form(sales), "first_name": "Uwe", "last_name": "Meier"}).status_code == 303


def edited(visitor, person, **changes):
    """Return the form of a person as it is sent after these changes."""
    return {**inputs_of(visitor.get(f"/contacts/{person}/edit")), **changes}


class TestDuplicatesOfAChange:
    OTHER: ClassVar = {"first_name": "Uwe", "last_name": "Meier", "postal_code": "34117", "email": "uwe@example.com", "phone": "0561 4711"}

    @pytest.fixture
    def people(self, house):
        """Return somebody to be changed and somebody to be like."""
        both = house.take_in(), house.take_in(fields=self.OTHER)
        house.build_index()
        return both

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"email": "UWE@example.com"}, "gleiche E-Mail-Adresse"),
            ({"mobile": "+49 561 4711"}, "gleiche E-Mail-Adresse oder Telefonnummer"),
            ({"first_name": "Uwe", "last_name": "Mayer", "postal_code": "34117"}, "ähnlicher Name"),
        ],
    )
    def test_are_shown_before_saving_and_the_second_press_saves(self, house, sales, people, changes, reason):
        person, other = people
        form = edited(sales, person, position="Leitung", **changes)

        warned = sales.send(f"/contacts/{person}/edit", form)

        assert warned.status_code == 422
        assert f'href="/contacts/{other}"' in warned.text
        assert reason in warned.text
        assert house.entries("person:rectified") == []
        again = inputs_of(warned)
        assert {name: again[name] for name in form if name != "csrf_token"} == {name: form[name] for name in form if name != "csrf_token"}

        assert sales.send(f"/contacts/{person}/edit", {**again, "confirm_duplicate": "1"}).status_code == 303
        assert len(house.entries("person:rectified")) == 1

    def test_are_never_the_person_themselves(self, house, sales, people):
        person, _ = people
        form = edited(sales, person, phone="", mobile=FIELDS["phone"], first_name="Katarina")

        assert sales.send(f"/contacts/{person}/edit", form).status_code == 303

    def test_are_not_asked_for_by_what_was_not_changed(self, house, sales, people):
        person, _ = people
        sales.send(f"/contacts/{person}/edit", {**edited(sales, person, email="uwe@example.com"), "confirm_duplicate": "1"})
        before = len(house.entries("people:listed"))

        assert sales.send(f"/contacts/{person}/edit", edited(sales, person, position="Leitung")).status_code == 303
        assert len(house.entries("people:listed")) == before

    def test_say_of_somebody_restricted_that_there_is_one(self, house, sales, people):
        person, other = people
        house.restrict(other)

        warned = sales.send(f"/contacts/{person}/edit", edited(sales, person, email="uwe@example.com"))

        assert warned.status_code == 422
        assert "Es gibt einen eingeschränkten Datensatz." in warned.text
        assert "Meier" not in warned.text


class TestPhoneNumbers:
    @pytest.mark.parametrize("typed", ["٠٣٠ ١٢٣٤٥٦٧", "۰۳۰ ۱۲۳۴۵۶۷", "０３０ １２３４５６７"])
    def test_are_kept_in_the_digits_that_every_phone_dials(self, sales, typed):
        answer = sales.send("/contacts/new", {**new_form(sales), **FIELDS, "phone": typed}, follow_redirects=True)

        assert "030 1234567" in answer.text
        assert typed not in answer.text


class TestChange:
    def edit(self, visitor, person, **changes):
        return edited(visitor, person, **changes)

    def test_changes_fields_and_what_the_contact_belongs_to(self, house, sales):
        person = house.take_in()
        form = self.edit(sales, person, last_name="Neumann", owner=sales.member.id, segment="Energie")

        answer = sales.send(f"/contacts/{person}/edit", form, follow_redirects=True)

        assert "Dr. Katharina Neumann" in answer.text
        assert "Jule Brandt" in answer.text
        assert len(house.entries("person:rectified")) == 1
        assert "Neumann" not in house.entries("person:rectified")[0]

    def test_opens_no_notes_because_it_shows_none(self, house, sales):
        person = house.take_in()
        note = {"text": "Ruft im Mai an.", "kind": "note", "token": "a" * 32}
        assert sales.send(f"/contacts/{person}/notes", note).status_code == 303
        assert '"notes"' in (sales.get(f"/contacts/{person}"), house.entries("person:disclosed")[-1])[1]
        before = len(house.entries("person:disclosed"))

        sales.get(f"/contacts/{person}/edit")

        [entry] = house.entries("person:disclosed")[before:]
        assert '"notes"' not in entry

    def test_leaves_fields_of_other_purposes_as_they_are(self, house, sales):
        person = house.take_in("business_contact", "sales_approach")
        sales.work_for("sales_approach")

        sales.send(f"/contacts/{person}/edit", self.edit(sales, person, city="Fulda", email="stolen@example.com"))

        sales.work_for("business_contact")
        page = sales.get(f"/contacts/{person}").text
        assert "Fulda" in page
        assert "wehmeier<wbr>@example.com" in page
        assert "stolen@example.com" not in page

    def test_does_not_lose_the_company_of_a_sole_trader(self, house, sales):
        company = house.add_sole_trader()
        with house.database.reading() as session:
            person = session.get(Company, company).subject_id

        form = self.edit(sales, person, first_name="Ilona")
        assert "company" not in form
        sales.send(f"/contacts/{person}/edit", form)

        assert house.count(Contact, Contact.company_id == company) == 1

    def test_shows_what_somebody_else_changed_and_loses_nothing_typed(self, house, sales, colleague):
        person = house.take_in()
        mine = self.edit(sales, person, last_name="Neumann", city="Ulm")
        other = colleague(name="Timo Krug")
        other.send(f"/contacts/{person}/edit", self.edit(other, person, last_name="Altmann", position="Leitung"))

        conflict = sales.send(f"/contacts/{person}/edit", mine)

        assert conflict.status_code == 409
        assert "Inzwischen hat jemand anderes" in conflict.text
        assert "Altmann" in error_at(conflict, "last_name")
        form = inputs_of(conflict)
        assert form["last_name"] == "Neumann"  # mine, where both changed
        assert form["city"] == "Ulm"  # mine alone
        assert form["position"] == "Leitung"  # theirs alone
        table = conflict.text.split('class="compare"')[1].split("</table>")[0]
        assert re.findall(r'<th scope="row">([^<]+)', table) == ["Nachname", "Position"]

        assert sales.send(f"/contacts/{person}/edit", form).status_code == 303
        page = sales.get(f"/contacts/{person}").text
        assert "Neumann" in page
        assert "Leitung" in page

    def test_says_when_it_was_oneself_in_another_window(self, house, sales, colleague):
        person = house.take_in()
        first, second = self.edit(sales, person, city="Ulm"), self.edit(sales, person, city="Kiel", position="Leitung")
        sales.send(f"/contacts/{person}/edit", first)

        conflict = sales.send(f"/contacts/{person}/edit", second)

        assert conflict.status_code == 409
        assert "Inzwischen haben Sie selbst diesen Datensatz geändert" in conflict.text
        assert "jemand anderes" not in conflict.text

    def test_says_that_it_was_somebody_else_though_oneself_changed_it_too(self, house, sales, colleague):
        person = house.take_in()
        opened = self.edit(sales, person, city="Ulm")
        other = colleague(name="Timo Krug")
        other.send(f"/contacts/{person}/edit", self.edit(other, person, city="Kiel"))
        sales.send(f"/contacts/{person}/edit", self.edit(sales, person, position="Leitung"))

        assert "Inzwischen hat jemand anderes" in sales.send(f"/contacts/{person}/edit", opened).text

    @pytest.mark.parametrize("field", ["owner", "company_id"])
    def test_does_not_believe_a_form_about_what_stood_there_before(self, house, sales, field):
        person = house.take_in()
        nobody = "0" * 32
        form = self.edit(sales, person, last_name="Neumann", **{field: nobody, f"was_{field}": nobody})

        answer = sales.send(f"/contacts/{person}/edit", form)

        assert answer.status_code == (422 if field == "owner" else 303)
        assert house.count(Contact, Contact.owner_id.is_(None), Contact.company_id.is_(None)) == 1

    def test_keeps_an_owner_who_is_disabled_until_another_is_chosen(self, house, sales, colleague):
        timo = colleague(name="Timo Krug").member
        person = house.take_in(owner_id=timo.id)
        with house.database.writing() as session:
            user_changes.disable(session, account_id=timo.id, actor=ADMIN, now=house.now)

        form = self.edit(sales, person, last_name="Neumann")

        assert form["owner"] == timo.id
        assert sales.send(f"/contacts/{person}/edit", form).status_code == 303
        assert house.count(Contact, Contact.owner_id == timo.id) == 1

    def test_sent_twice_is_no_conflict_with_oneself(self, house, sales):
        person = house.take_in()
        form = self.edit(sales, person, last_name="Neumann")

        assert sales.send(f"/contacts/{person}/edit", form).status_code == 303
        assert sales.send(f"/contacts/{person}/edit", form).status_code == 303
        assert len(house.entries("person:rectified")) == 1

    def test_refuses_with_the_mistake_at_its_field(self, house, sales):
        person = house.take_in()

        refused = sales.send(f"/contacts/{person}/edit", self.edit(sales, person, email="nonsense", last_name="Neu<b>"))

        assert refused.status_code == 422
        assert error_at(refused, "email")
        assert 'value="Neu&lt;b&gt;"' in refused.text
        assert house.entries("person:rectified") == []

    @pytest.mark.parametrize("version", ["0", "-1", "99999999999999999999", "x", "1; DROP"])
    def test_of_a_version_that_never_was_is_a_conflict(self, house, sales, version):
        person = house.take_in()

        answer = sales.send(f"/contacts/{person}/edit", self.edit(sales, person, last_name="Neumann", version=version))

        assert answer.status_code == 409
        assert house.entries("person:rectified") == []

    def test_of_a_restricted_person_is_refused(self, house, sales):
        person = house.take_in()
        form = self.edit(sales, person, last_name="Neumann")
        house.restrict(person)

        assert sales.send(f"/contacts/{person}/edit", form).status_code == 409
        assert house.entries("person:rectified") == []

    def test_shows_in_the_list_once_the_index_has_it(self, house, sales):
        person = house.take_in()
        sales.send(f"/contacts/{person}/edit", self.edit(sales, person, last_name="Neumann"))
        house.build_index()

        assert names_in(sales.get("/contacts")) == ["Neumann, Katharina"]
