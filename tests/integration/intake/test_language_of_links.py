"""Whoever wrote to us in English gets English mails, and English pages behind their links (Art. 12(1) DSGVO)."""

from crm.portal import create_app
from tests.integration.intake.conftest import PERSON


def ask_in(counter, language):
    counter.client.get(f"/language/{language}")
    counter.ask_for_erasure(PERSON)
    counter.drain()
    return counter.link("request_to_confirm")


def test_leads_to_pages_in_the_language_of_the_mail_without_a_cookie(counter):
    link = ask_in(counter, "en")
    newcomer = create_app(counter.portal).test_client()

    asked = newcomer.get(link)
    done = newcomer.post(link.partition("?")[0])

    assert "Confirm the erasure" in asked.text
    assert '<html lang="en"' in done.text


def test_says_nothing_of_the_language_of_the_installation(counter):
    link = ask_in(counter, "de")

    assert "?" not in link
    assert '<html lang="de"' in create_app(counter.portal).test_client().get(link).text


def test_a_language_that_there_is_not_changes_nothing(counter):
    answer = counter.client.get("/?lang=xx")

    assert '<html lang="de"' in answer.text
    assert "Set-Cookie" not in answer.headers
