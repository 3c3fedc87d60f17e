"""Accounting files what a statute makes the firm keep, and finds it again after the person is gone."""

import re
from io import BytesIO

import pytest
from flask import request

from crm.actor import Role
from crm.models.erasure import ErasureCause, RetainedDocument
from crm.privacy.erasure import eraser, job, run
from crm.web.documents import UPLOADS
from tests.functional.web.conftest import hidden, shown_fields, strip_number

INVOICE = b"%PDF-1.7 geheim"


@pytest.fixture
def person(house):
    return house.take_in("contract_person", "legal_retention")


def form(page, **changes):
    fields = {"token": hidden(page, "token"), "title": "Rechnung 4711", "rule": "RET-10", "issued_on": "2026-03-10"}
    return {**fields, "file": (BytesIO(changes.pop("content", INVOICE)), changes.pop("file_name", "rechnung.pdf")), **changes}


def file(accounting, person, **changes):
    page = accounting.get(f"/documents/{person}")
    return accounting.send(f"/documents/{person}", form(page, **changes), content_type="multipart/form-data")


def erase(house, person):
    with house.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)
    assert eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now) == 1


def link_in(page):
    return re.search(r'href="(/documents/[0-9a-f]{32}/[0-9a-f]{32})"', page.text).group(1)


class TestFiling:
    def test_begins_on_the_contact_page(self, accounting, person):
        accounting.work_for("legal_retention")

        assert f"/documents/{person}" in accounting.get(f"/contacts/{person}").text

    def test_shows_the_document_with_its_last_day(self, accounting, person):
        assert file(accounting, person).status_code == 303

        page = accounting.get(f"/documents/{person}")
        assert "Rechnung 4711" in page.text
        assert "31. Dezember 2034" in page.text or "31.12.2034" in page.text

    def test_page_names_the_person_and_counts_the_fields(self, accounting, person):
        page = accounting.get(f"/documents/{person}")

        assert "Wehmeier" in page.text
        assert strip_number(page) == len(shown_fields(page)) == 3

    def test_sent_twice_files_once(self, accounting, house, person):
        page = accounting.get(f"/documents/{person}")
        for _ in range(2):
            accounting.send(f"/documents/{person}", form(page), content_type="multipart/form-data")

        assert house.count(RetainedDocument) == 1

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"content": b"MZ\x90\x00", "file_name": "rechnung.pdf"}, "der Dateiname zählt nicht"),
            ({"content": b""}, "Bitte wählen Sie eine Datei aus"),
            ({"content": b"%PDF-".ljust(6 * 1024 * 1024)}, "größer als 5 MB"),
            ({"issued_on": ""}, "Datum der Unterlage"),
            ({"issued_on": "2010-01-01"}, "31.12.2018"),
            ({"title": ""}, "Titel mit höchstens 120 Zeichen"),
        ],
    )
    def test_refused_says_why_and_keeps_what_was_typed(self, accounting, house, person, changes, sentence):
        answer = file(accounting, person, **{"title": "Rechnung <b>4711</b>", **changes})

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert ("Rechnung &lt;b&gt;4711" in answer.text) == ("title" not in changes)
        assert house.count(RetainedDocument) == 0

    def test_far_too_large_is_refused_before_it_is_read(self, accounting, house, person):
        assert file(accounting, person, content=b"%PDF-".ljust(17 * 1024 * 1024)).status_code == 413
        assert house.count(RetainedDocument) == 0

    def test_is_read_into_memory_and_never_into_a_file_of_the_system(self, app, person):
        sent = {"file": (BytesIO(b"%PDF-".ljust(2 * 1024 * 1024)), "rechnung.pdf")}

        with app.test_request_context(f"/documents/{person}", method="POST", data=sent):
            request.max_content_length = UPLOADS["documents.file"]
            assert type(request.files["file"].stream) is BytesIO


class TestFetching:
    @pytest.mark.parametrize(
        ("content", "media_type", "name"),
        [
            (INVOICE, "application/pdf", "Rechnung 4711.pdf"),
            (b"<script>alert(1)</script>", "text/plain; charset=utf-8", "Rechnung 4711.txt"),
        ],
    )
    def test_hands_over_a_file_that_does_nothing_here(self, accounting, person, content, media_type, name):
        file(accounting, person, content=content)

        answer = accounting.get(link_in(accounting.get(f"/documents/{person}")))

        assert (answer.content_type, answer.get_data()) == (media_type, content)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_leaves_an_entry(self, accounting, house, person):
        file(accounting, person)
        link = link_in(accounting.get(f"/documents/{person}"))
        before = len(house.entries("document:disclosed"))

        accounting.get(link)

        assert len(house.entries("document:disclosed")) == before + 1

    def test_of_nothing_is_not_found(self, accounting, person):
        assert accounting.get(f"/documents/{person}/{'a' * 32}").status_code == 404


class TestAfterErasure:
    """Art. 17(3)(b) DSGVO."""

    def test_the_list_still_leads_to_the_file(self, accounting, house, person):
        file(accounting, person)
        erase(house, person)

        page = accounting.get("/documents?of=erased")

        assert "Rechnung 4711" in page.text
        assert accounting.get(link_in(page)).get_data() == INVOICE

    def test_the_page_of_the_person_shows_no_name_and_takes_nothing_more(self, accounting, house, person):
        file(accounting, person)
        erase(house, person)

        page = accounting.get(f"/documents/{person}")

        assert "Wehmeier" not in page.text
        assert 'type="file"' not in page.text
        assert "Diese Person ist gelöscht" in page.text

    def test_nothing_is_filed_any_more(self, accounting, house, person):
        page = accounting.get(f"/documents/{person}")
        erase(house, person)

        answer = accounting.send(f"/documents/{person}", form(page), content_type="multipart/form-data")

        assert answer.status_code == 410
        assert house.count(RetainedDocument) == 0


class TestOthers:
    @pytest.mark.parametrize("role", [Role.SALES, Role.SERVICE, Role.PRIVACY, Role.ADMIN, Role.AUDITOR, Role.MANAGEMENT])
    def test_do_not_see_documents(self, colleague, accounting, person, role):
        file(accounting, person)
        link = link_in(accounting.get(f"/documents/{person}"))
        other = colleague(role, "Ute Kern")

        assert {other.get(path).status_code for path in ("/documents", f"/documents/{person}", link)} == {403}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_list_without_documents_says_what_to_do(accounting):
    assert "Noch keine Unterlagen" in accounting.get("/documents").text
    assert "Keine Unterlagen gelöschter Personen" in accounting.get("/documents?of=erased").text
