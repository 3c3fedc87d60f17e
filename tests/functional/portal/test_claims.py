"""Restriction, rectification and objections with reasons, from the form on the portal to the case (Art. 16, 18, 21(1) DSGVO)."""

import pytest
from sqlalchemy import select

from crm.models.request_case import CaseKind, RequestCase
from crm.privacy import restriction
from crm.privacy.requests import sealed
from crm.privacy.restriction import RestrictionReason
from tests.integration.intake.conftest import NOBODY, PERSON

FORMS = {
    CaseKind.RESTRICTION: ("/restriction", {"ground": "legal_claims"}),
    CaseKind.RECTIFICATION: ("/rectification", {"right-last_name": "Wehmeyer", "restrict": "1"}),
    CaseKind.USE_OBJECTION: ("/objection-with-reasons", {"message": "Ich werde belästigt."}),
}
RESTS = {
    CaseKind.RESTRICTION: (),
    CaseKind.RECTIFICATION: (RestrictionReason.ACCURACY_CONTESTED,),
    CaseKind.USE_OBJECTION: (RestrictionReason.OBJECTION_PENDING,),
}
ONE_ENGINE = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def send(counter, kind, email=PERSON, **fields):
    path, said = FORMS[kind]
    return counter.client.post(path, data={"email": email, **said, **fields})


def cases_of(counter):
    with counter.database.reading() as session:
        return session.scalars(select(RequestCase)).all()


@pytest.mark.parametrize("kind", FORMS)
def test_becomes_a_case_when_the_mail_is_confirmed_and_not_before(counter, kind):
    person = counter.add_person()

    assert send(counter, kind).status_code == 200
    counter.drain()
    assert cases_of(counter) == []
    link = counter.link("request_to_confirm_copy")
    assert "Ja, der Antrag kommt von mir" in counter.client.get(link).text
    counter.client.post(link)
    counter.drain()

    [case] = cases_of(counter)
    with counter.database.reading() as session:
        request = sealed.open_part(session, session.merge(case), "sealed_request")
        assert restriction.find_reasons(session, [person]).get(person, ()) == RESTS[kind]
    assert (case.kind, case.subject_id, case.identity) == (kind, person, "mail_confirmed")
    assert FORMS[kind][1].items() <= request.items()
    status = counter.client.get(counter.link("request_opened"))
    assert status.status_code == 200


@ONE_ENGINE
@pytest.mark.parametrize("kind", FORMS)
def test_answers_alike_for_an_address_that_nobody_has(counter, kind):
    counter.add_person()

    known, unknown = send(counter, kind), send(counter, kind, email=NOBODY)

    assert known.text.replace(PERSON, "") == unknown.text.replace(NOBODY, "")


@ONE_ENGINE
@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (CaseKind.RESTRICTION, {"ground": "time_up"}, "einen der vier Gründe"),
        (CaseKind.RECTIFICATION, {"right-last_name": "", "message": " "}, "was richtig ist"),
        (CaseKind.RECTIFICATION, {"right-city": "x" * 300}, "länger als"),
        (CaseKind.RECTIFICATION, {"right-city": "Ulm\x01"}, "Steuerzeichen"),
        (CaseKind.USE_OBJECTION, {"message": " "}, "beschreiben Sie kurz"),
        (CaseKind.USE_OBJECTION, {"email": "kaputt"}, "E-Mail-Adresse"),
    ],
)
def test_bad_input_says_what_is_wrong_and_loses_nothing(counter, kind, fields, sentence):
    refused = send(counter, kind, **{"name": "Katharina W.", **fields})

    assert (refused.status_code, sentence in refused.text, "Katharina W." in refused.text) == (422, True, True)
    counter.drain()
    assert counter.mails() == []
