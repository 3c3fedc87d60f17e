"""From the form on the portal to the file on the person's disk (Art. 12, 15, 20 DSGVO)."""

import json
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.models.request_case import CaseKind, RequestCase
from crm.privacy.requests import execution, granting
from tests.integration.intake.conftest import PERSON

PRIVACY = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


class Story:
    """One request, step by step."""

    def __init__(self, counter):
        self.counter = counter

    def ask(self, kind):
        assert self.counter.client.post("/access", data={"email": PERSON, "kind": kind}).status_code == 200
        self.counter.drain()
        self.counter.client.post(self.counter.link("request_to_confirm_copy"))
        self.counter.drain()
        with self.counter.database.reading() as session:
            return session.scalars(select(RequestCase)).one()

    def answer(self, case):
        now, settings = self.counter.clock.now(), self.counter.runtime.settings
        acting = {"case_id": case.id, "actor": PRIVACY, "now": now}
        granting.compose(self.counter.database, version=case.version, words=[], settings=settings, **acting)
        with self.counter.database.writing() as session:
            granting.grant(session, version=case.version + 1, **acting)
        vault = self.counter.runtime.vault
        execution.execute_due(self.counter.database, vault=vault, settings=settings, clock=self.counter.clock.now)
        return re.search(r"/a/[\w-]+", self.mail("request_answered"))[0]

    def mail(self, kind):
        return next(letter["text"] for found, letter in reversed(self.counter.mails()) if found == kind)

    def code(self):
        return re.search(r"\d{4} \d{4}", self.mail("answer_code"))[0]


@pytest.fixture
def story(counter):
    counter.add_person()
    return Story(counter)


@pytest.mark.parametrize("kind", [CaseKind.ACCESS, CaseKind.PORTABILITY])
def test_a_copy_is_asked_for_confirmed_and_fetched_once(story, client, kind):
    case = story.ask(kind)
    assert (case.kind, case.identity) == (kind, "mail_confirmed")
    page = story.answer(case)

    assert "Code schicken" in client.get(page).text
    assert client.post(page, data={"code": "12345678"}).status_code == 422
    assert "gleich da" in client.post(f"{page}/code").text
    story.counter.drain()
    wrong = client.post(page, data={"code": "00000000"})
    assert (wrong.status_code, 'value="00000000"' in wrong.text) == (422, True)
    fetched = client.post(page, data={"code": story.code()})

    archive = ZipFile(BytesIO(fetched.data))
    assert json.loads(archive.read("daten.json"))["kind"] == kind
    assert (fetched.headers["Cache-Control"], fetched.mimetype) == ("no-store", "application/zip")
    assert client.get(page).status_code == client.post(page, data={"code": story.code()}).status_code == 410


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_looking_changes_nothing_and_a_link_that_is_none_says_nothing(story, client):
    page = story.answer(story.ask(CaseKind.ACCESS))

    for _ in range(3):
        client.get(page)

    assert story.counter.drain() == 0
    for stranger in (f"{page}x", "/a/none"):
        assert client.get(stranger).status_code == client.post(f"{stranger}/code").status_code == client.post(stranger).status_code == 404
    story.counter.clock.advance(timedelta(days=31))
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_bad_input_says_what_is_wrong_and_loses_nothing(client):
    answer = client.post("/access", data={"email": "nobody", "name": "Ada", "kind": "everything"})

    assert answer.status_code == 422
    assert "Das ist keine vollständige E-Mail-Adresse" in answer.text
    assert "Bitte wählen Sie eine der beiden Möglichkeiten." in answer.text
    assert 'value="Ada"' in answer.text
