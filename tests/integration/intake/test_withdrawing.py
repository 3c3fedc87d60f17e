"""The withdrawal of consents through the portal, from the form to the mail (Art. 7(3) DSGVO)."""

import pytest

from crm.privacy import consent
from crm.privacy.consent import ConsentAct
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Channel
from crm.vault import Right
from tests.integration.intake.conftest import NOBODY, PERSON
from tests.integration.privacy.people import SALES

ONE_ENGINE = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def consenting(counter, **fields):
    """Take in somebody who has consented to newsletter and phone calls."""
    person = counter.add_person(**fields)
    with counter.database.writing() as session:
        for purpose, channel in (("newsletter", Channel.EMAIL), ("phone_advertising", Channel.PHONE)):
            facts = {"purpose": purpose, "channel": channel, "wording": "Ja.", "language": "de", "evidence": {"Weg": "Formular"}}
            consent.give(session, subject_id=person, given_at=counter.clock.now(), actor=SALES, now=counter.clock.now(), **facts)
    return person


def withdraw(counter, email=PERSON, **fields):
    answer = counter.client.post("/withdrawal", data={"email": email, **fields})
    counter.drain()
    return answer


def acts_of(counter, person):
    with counter.database.reading() as session:
        states = consent.find_states(session, [person], now=counter.clock.now()).get(person, {})
    return {purpose: each.act for (purpose, _), each in states.items()}


def test_ends_one_consent_at_once_and_no_other(counter):
    person = consenting(counter)

    assert withdraw(counter, purpose="newsletter").status_code == 200

    assert acts_of(counter, person) == {"newsletter": ConsentAct.WITHDRAWN, "phone_advertising": ConsentAct.GIVEN}
    assert counter.standing(person, "newsletter") is Standing.MISSING
    assert counter.standing(person, "sales_approach") is Standing.ALLOWED
    assert Right.WITHDRAWAL in {each.right for each in counter.runtime.vault.read_rights()}
    [(kind, letter)] = counter.mails()
    assert kind == "withdrawal_confirmed"
    assert "dafür nicht mehr: Newsletter." in letter["text"]


def test_ends_all_of_everybody_who_has_the_address(counter):
    people = [consenting(counter), consenting(counter, first_name="Konrad")]

    withdraw(counter)

    assert [set(acts_of(counter, each).values()) for each in people] == [{ConsentAct.WITHDRAWN}] * 2
    assert len(counter.mails()) == 1


@ONE_ENGINE
def test_again_or_of_nobody_says_that_there_is_nothing_and_the_page_is_the_same(counter):
    consenting(counter)
    first = withdraw(counter)

    again, unknown = withdraw(counter), withdraw(counter, email=NOBODY)

    assert first.text == again.text == unknown.text.replace(NOBODY, PERSON)
    assert sorted(kind for kind, _ in counter.mails()) == ["withdrawal_confirmed", "withdrawal_of_nothing", "withdrawal_of_nothing"]


@ONE_ENGINE
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"purpose": "business_contact"}, "eine der Möglichkeiten"),
        ({"email": "kaputt@"}, "E-Mail-Adresse"),
        ({"email": ""}, "E-Mail-Adresse"),
    ],
)
def test_bad_input_says_what_is_wrong_and_changes_nothing(counter, fields, sentence):
    person = consenting(counter)

    refused = withdraw(counter, **fields)

    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert set(acts_of(counter, person).values()) == {ConsentAct.GIVEN}
    assert counter.mails() == []
