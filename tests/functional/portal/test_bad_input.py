"""Bad input gets one sentence that says what is wrong and what helps, and loses nothing that was typed."""

import re

import pytest

from crm.db.errors import DatabaseReadOnlyError, DiskFullError
from crm.privacy.intake import letterbox
from crm.privacy.intake.letterbox import IntakeClosedError
from tests.support.staff import on_one_engine

pytestmark = on_one_engine

FORMS = ["/objection", "/erasure"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Hier fehlt Ihre E-Mail-Adresse."),
        ("   ", "Hier fehlt Ihre E-Mail-Adresse."),
        ("katharina", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina@", "Das ist keine vollständige E-Mail-Adresse."),
        ("@example.com", "Das ist keine vollständige E-Mail-Adresse."),
        ("a@b@example.com", "Das ist keine vollständige E-Mail-Adresse."),
        ("a@b", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina@localhost", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina@localhost.", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina@müller", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina@example..com", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina wehmeier@example.com", "Das ist keine vollständige E-Mail-Adresse."),
        ("a" * 300 + "@example.com", "Das ist keine vollständige E-Mail-Adresse."),
        ("katharina\0@example.com", "Das ist keine vollständige E-Mail-Adresse."),
        ("=?utf-8?q?x?=@b.de", "Das ist keine vollständige E-Mail-Adresse."),
        ("=?utf-8?q?victim2=40good.example=2C_y?=@b.de", "Das ist keine vollständige E-Mail-Adresse."),
        ("a=?iso-8859-1?b?eA==?=@b.de", "Das ist keine vollständige E-Mail-Adresse."),
        ("a" * 65 + "@b.de", "Das ist keine vollständige E-Mail-Adresse."),
        ("a@1.2.3.4", "Das ist keine vollständige E-Mail-Adresse."),
        ("a@[1.2.3.4]", "Das ist keine vollständige E-Mail-Adresse."),
        ("a@0x7f000001", "Das ist keine vollständige E-Mail-Adresse."),
        ("k@example.com\nBcc: alle@example.com", "Entfernen Sie den Zeilenumbruch."),
        ("k@example.com\r\nBcc: alle@example.com", "Entfernen Sie den Zeilenumbruch."),
    ],
)
def test_an_address_that_is_none_is_explained_at_its_field(counter, client, path, email, sentence):
    answer = client.post(path, data={"email": email, "name": "K. Wehmeier"})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert re.search(r'name="email"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*f-email-wrong"', answer.text, re.DOTALL)
    assert counter.waiting() == 0


@pytest.mark.parametrize("path", FORMS)
def test_the_cursor_is_where_something_is_to_be_mended(client, path):
    """Without a script: the browser itself goes to the field."""
    fresh, refused = client.get(path).text, client.post(path, data={"email": "falsch@", "name": "x" * 201}).text

    assert "autofocus" not in fresh
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*autofocus', refused) == ["email"]


def test_the_cursor_goes_to_the_first_field_that_is_wrong(client):
    page = client.post("/erasure", data={"email": "k@example.com", "message": "x" * 2001}).text

    assert re.findall(r'<(?:input|textarea)[^>]*name="(\w+)"[^>]*autofocus', page) == ["message"]


def test_nothing_that_was_typed_is_lost(counter, client):
    typed = {"email": "falsch@", "name": "Käthe <b>", "message": "Zeile 1\nZeile 2", "objects_too": "1"}

    page = client.post("/erasure", data=typed).text

    for shown in ('value="falsch@"', 'value="Käthe &lt;b&gt;"', "Zeile 1\nZeile 2", "checked"):
        assert shown in page


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "x" * 201, "Das ist länger als 200 Zeichen."),
        ("message", "x" * 2001, "Das ist länger als 2000 Zeichen."),
        ("name", "K\x1b[31m", "Hier stehen Steuerzeichen."),
        ("message", "Hallo\x07", "Hier stehen Steuerzeichen."),
    ],
)
def test_a_text_that_does_not_fit_is_explained_at_its_field(counter, client, field, text, sentence):
    answer = client.post("/erasure", data={"email": "k@example.com", field: text})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert counter.waiting() == 0


@pytest.mark.parametrize(("field", "longest"), [("name", 200), ("message", 2000)])
def test_a_text_of_the_longest_length_is_taken(counter, client, field, longest):
    assert client.post("/erasure", data={"email": "k@example.com", field: "ä" * longest}).status_code == 200
    assert counter.waiting() == 1


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("k@müller.example", "k@xn--mller-kva.example"),
        ("k@pаypal.example", "k@xn--pypal-4ve.example"),
        ("k@例え。テスト", "k@xn--r8jz45g.xn--zckzah"),
        ("k@firma.intern", "k@firma.intern"),
        ("K@EXAMPLE.COM", "k@example.com"),
    ],
)
@pytest.mark.parametrize("path", FORMS)
def test_a_look_alike_of_a_domain_is_taken_and_shown_as_what_it_is(counter, client, path, email, shown):
    answer = client.post(path, data={"email": email})

    assert answer.status_code == 200
    assert f'<b class="address">{shown}</b>' in answer.text
    assert ("Ihre Adresse hat Buchstaben" in answer.text) is ("xn--" in shown)


@pytest.mark.parametrize("path", FORMS)
def test_a_huge_body_is_refused_with_a_sentence(counter, client, path):
    answer = client.post(path, data={"email": "k@example.com", "message": "x" * 2_000_000})

    assert answer.status_code == 413
    assert "Das ist zu groß" in answer.text
    assert counter.waiting() == 0


def test_a_form_of_another_kind_is_an_empty_one(counter, client):
    for body, kind in ((b'{"email": "k@example.com"}', "application/json"), (b"\xff\xfe", "text/plain"), (b"", "")):
        assert client.post("/objection", data=body, content_type=kind).status_code == 422

    assert counter.waiting() == 0


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("fault", [DiskFullError, DatabaseReadOnlyError, IntakeClosedError])
def test_what_cannot_be_kept_is_said_for_a_customer_and_what_they_typed_stays(client, monkeypatch, path, fault):
    def refuse(*_arguments, **_facts):
        raise fault

    monkeypatch.setattr(letterbox, "receive", refuse)

    answer = client.post(path, data={"email": "k@example.com", "name": "Ina Kern", "message": "Früher Kassel."})

    assert answer.status_code == 503
    assert "Wir konnten Ihre Nachricht gerade nicht aufnehmen" in answer.text and "oder rufen Sie uns an" in answer.text
    assert "Administration" not in answer.text and "Datenordner" not in answer.text
    assert 'value="k@example.com"' in answer.text
    assert path == "/objection" or ('value="Ina Kern"' in answer.text and "Früher Kassel." in answer.text)
    assert "Erledigt" not in answer.text


@pytest.mark.parametrize("letter", ["o", "u", "c", "k", "b", "s", "r"])
@pytest.mark.parametrize("fault", [DiskFullError, DatabaseReadOnlyError])
def test_a_link_that_cannot_be_looked_up_says_so_for_a_customer(counter, client, monkeypatch, letter, fault):
    def refuse(*_arguments, **_facts):
        raise fault

    monkeypatch.setattr(counter.portal.database, "reading", refuse)

    answer = client.get(f"/{letter}/{'x' * 43}")

    assert answer.status_code == 503
    assert "gerade nicht erreichbar" in answer.text and "oder rufen Sie uns an" in answer.text
    assert "Administration" not in answer.text and "Datenordner" not in answer.text


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "..%2F..%2Fetc", "ä", "' OR 1=1 --"])
@pytest.mark.parametrize("letter", ["o", "u", "c", "k", "b", "s", "r"])
def test_a_made_up_token_meets_a_calm_page(client, letter, token):
    answer = client.get(f"/{letter}/{token}")

    assert answer.status_code == 404
    assert "Fehler" not in answer.text or "%2F" in token
