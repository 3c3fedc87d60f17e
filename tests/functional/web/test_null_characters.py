"""What no database keeps is refused and never left out: a value that changes unseen is a wrong one (Art. 5(1)(d) DSGVO)."""

import pytest

from crm.models.contact import Contact
from tests.functional.web.conftest import FIELDS, hidden
from tests.functional.web.test_contact_form import new_form
from tests.support.staff import on_one_engine

pytestmark = on_one_engine


@pytest.mark.parametrize(("field", "title"), [("last_name", "Nachname"), ("city", "Ort"), ("segment", "segment")])
def test_in_a_form_are_refused_with_the_name_of_the_field(house, sales, field, title):
    answer = sales.send("/contacts/new", {**new_form(sales), **FIELDS, field: "Weh\0meier"})

    assert answer.status_code == 422
    assert f"Das Feld „{title}“ enthält ein Nullzeichen" in answer.text
    assert house.count(Contact) == 0


def test_in_a_note_leave_nothing_behind(house, sales):
    person = house.take_in()

    answer = sales.send(f"/contacts/{person}/notes", {"text": "Ruft\0zurück", "kind": "note"})

    assert answer.status_code == 422
    assert house.entries("note:written") == []


def write_note(visitor, person, text):
    page = visitor.get(f"/contacts/{person}")
    return visitor.send(f"/contacts/{person}/notes", {"text": text, "kind": "note", "token": hidden(page, "token"), "seen": ""})


def test_overrides_in_a_note_are_refused_with_what_was_typed_still_there(house, sales):
    person = house.take_in()

    answer = write_note(sales, person, "Ruft \u202ekcüruz")

    assert answer.status_code == 422
    assert "Der Text enthält Steuerzeichen, die ihn anders zeigen, als er ist." in answer.text
    assert "kcüruz</textarea>" in answer.text
    assert house.entries("note:written") == []


def test_marks_without_width_leave_a_note_as_it_is_seen(house, sales):
    person = house.take_in()

    write_note(sales, person, "Ruft\u200b zu\u00adrück")

    assert "Ruft zurück" in sales.get(f"/contacts/{person}").text


def test_in_an_address_are_refused_too(house, colleague, sales):
    assert sales.get("/contacts?segment=A%00B").status_code == 422


def test_in_a_search_are_refused_with_a_sentence(sales):
    answer = sales.search("\0")

    assert answer.status_code == 422
    assert "Nullzeichen" in answer.text
