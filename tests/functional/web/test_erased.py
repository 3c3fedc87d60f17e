"""A link to somebody who is erased says so calmly, to everybody who may follow it, and nothing finds the person any more."""

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.company import Company
from crm.models.erasure import ErasureCause
from crm.privacy.erasure import eraser, job
from crm.web.access_matrix import access_matrix
from tests.functional.web.conftest import ACTOR

MATRIX = access_matrix(demo=False)
OF_A_PERSON = {
    "contacts.show": ("get", ""),
    "contacts.edit": ("get", "/edit"),
    "contacts.change": ("post", "/edit"),
    "contacts.rights": ("get", "/rights"),
    "contacts.write_note": ("post", "/notes"),
    "contacts.raise_objection": ("post", "/objection"),
    "contacts.withdraw_consent": ("post", "/withdrawal"),
}
TYPED = {"last_name": "Neu", "text": "Doch noch etwas", "kind": "note", "version": "1", "permission": "newsletter:email"}


def order(house, subject_id):
    with house.database.writing() as session:
        job.order(session, subject_id=subject_id, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=ACTOR, now=house.now)


def erase(house, subject_id):
    order(house, subject_id)
    eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now)


def trader(house):
    company_id = house.add_sole_trader()
    with house.database.reading() as session:
        return company_id, session.scalar(select(Company.subject_id).where(Company.id == company_id))


@pytest.mark.parametrize("endpoint", OF_A_PERSON)
def test_every_page_of_the_person_answers_gone_to_every_role_that_has_it(house, colleague, endpoint):
    person = house.take_in()
    erase(house, person)
    method, path = OF_A_PERSON[endpoint]

    for role in sorted(MATRIX[endpoint]):
        visitor = colleague(role)
        address = f"/contacts/{person}{path}"
        answer = visitor.get(address) if method == "get" else visitor.send(address, TYPED)

        assert answer.status_code == 410, (role, answer.text)
        assert "wurden am 23.11.2026 10:00 gelöscht" in answer.text, role
        assert ("nicht gespeichert" in answer.text) == (method == "post")
        assert "Wehmeier" not in answer.text
        assert "wiederherstell" not in answer.text, "An older copy of the key store still can, until its epoch closes."


def test_the_company_of_a_sole_trader_is_gone_for_every_role_that_sees_companies(house, colleague):
    company_id, person = trader(house)
    erase(house, person)

    for role in sorted(MATRIX["companies.show"]):
        visitor = colleague(role)
        assert visitor.get(f"/companies/{company_id}").status_code == 410, role
        if role in MATRIX["companies.edit"]:
            assert visitor.get(f"/companies/{company_id}/edit").status_code == 410
            changed = visitor.send(f"/companies/{company_id}/edit", {"name": "Neu", "version": "1"})
            assert changed.status_code == 410


def test_who_checks_the_log_is_led_to_the_proof(house, colleague):
    person = house.take_in()
    erase(house, person)

    assert f"/ledger/subject/{person}" in colleague(Role.PRIVACY).get(f"/contacts/{person}").text
    assert "/ledger/subject/" not in colleague(Role.SALES).get(f"/contacts/{person}").text


def test_it_says_so_in_english_too(house, sales):
    person = house.take_in()
    erase(house, person)

    sales.get("/language/en?next=/help")
    answer = sales.get(f"/contacts/{person}")

    assert answer.status_code == 410
    assert "Nothing is left to see here" in answer.text


def test_while_the_erasure_is_under_way_it_says_that(house, sales):
    person = house.take_in()
    order(house, person)

    answer = sales.get(f"/contacts/{person}")

    assert answer.status_code == 410
    assert "werden gerade gelöscht" in answer.text


def test_a_part_of_a_page_asked_for_by_script_says_it_in_place(house, sales):
    person = house.take_in()
    erase(house, person)

    answer = sales.get(f"/contacts/{person}", headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    assert answer.status_code == 410
    assert "<html" not in answer.text
    assert "23.11.2026" in answer.text


def test_list_search_count_and_exact_look_up_find_nobody(house, sales):
    person, stays = house.take_in(), house.take_in(fields={"last_name": "Bleibt", "email": "bleibt@example.com"})
    company_id, owner = trader(house)
    house.build_index()
    assert "Wehmeier" in sales.search("Wehmeier").text
    erase(house, person)
    erase(house, owner)
    house.build_index()

    for words in ("Wehmeier", "wehmeier@example.com", "0561 47110", "Huber"):
        answer = sales.search(words)
        assert answer.status_code == 200
        assert f"/contacts/{person}" not in answer.text
        assert f"/contacts/{owner}" not in answer.text
    everybody = sales.get("/contacts").text
    assert stays in everybody
    assert person not in everybody
    assert company_id not in sales.get("/companies?kind=natural_person").text
