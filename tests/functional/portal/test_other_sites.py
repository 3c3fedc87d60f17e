"""Forms in other sites: a plain HTML post counts, because no browser lends it a power (Art. 12(2), 21(4) DSGVO; decision 17)."""

import pytest

from crm.privacy import restriction
from tests.integration.intake.conftest import PERSON
from tests.support.staff import on_one_engine

pytestmark = on_one_engine


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://www.firma.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {},
    ],
    ids=["another site", "a browser that hides it", "a program"],
)
@pytest.mark.parametrize("path", ["/objection", "/erasure"])
def test_are_taken_with_the_address_alone_and_without_a_cookie(counter, client, path, headers):
    answer = client.post(path, data={"email": "katharina@example.com"}, headers=headers)

    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert counter.waiting() == 1


def test_a_request_for_erasure_from_there_does_nothing_until_the_mail_is_confirmed(counter, client):
    person = counter.add_person()

    client.post("/erasure", data={"email": PERSON}, headers={"Origin": "https://evil.example"})
    counter.drain()

    assert [kind for kind, _ in counter.mails()] == ["request_to_confirm"]
    with counter.database.reading() as session:
        assert restriction.find_reasons(session, [person]) == {}


def test_are_answered_in_the_language_of_the_site_they_stand_in(client):
    answer = client.post("/objection?lang=en", data={"email": "katharina@example.com"}, headers={"Origin": "https://www.firma.example"})

    assert '<html lang="en"' in answer.text and "Done" in answer.text
