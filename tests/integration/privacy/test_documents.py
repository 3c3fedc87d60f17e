"""Kept documents: filed under a duty, they outlive the person's profile, are shown for the duty alone, and go on the day after."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.db import Compartment
from crm.errors import NotFoundError
from crm.ledger.tables import entry as ledger_entry
from crm.models.erasure import ErasureCause, RetainedDocument
from crm.privacy import documents
from crm.privacy.documents import NewDocument
from crm.privacy.documents.filing import DocumentDayError, DocumentRuleError, DocumentTitleError, DutyOverError
from crm.privacy.documents.media import LARGEST, DocumentMissingError, DocumentTooLargeError, DocumentTypeError, media_type_of
from crm.privacy.erasure import eraser, job, run
from crm.privacy.errors import PurposeNotAllowedError
from crm.vault import ErasedError
from tests.integration.privacy.people import SALES, make_person, purpose

ACCOUNTING = Actor("7" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
INVOICE = b"%PDF-1.7 Rechnung Wehmeier"


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now(), "contract_person")


@pytest.fixture
def today(clock):
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


def new(today, **changes):
    return NewDocument(**{"rule": "RET-10", "title": "Rechnung 4711", "content": INVOICE, "issued_on": today, **changes})


def file(runtime, clock, person, document, today):
    with runtime.database.writing() as session:
        return documents.file(
            session, subject_id=person, document=document, purpose=purpose(session, "legal_retention"), today=today, actor=ACCOUNTING,
            now=clock.now(),
        )  # fmt: skip


def titles(runtime, clock, person, today, *, actor=ACCOUNTING, code="legal_retention"):
    with runtime.database.reading() as session:
        found = documents.open_documents(
            session, subject_id=person, purpose=purpose(session, code), today=today, actor=actor, now=clock.now()
        )  # fmt: skip
        return [each.title for each in found]


def content(runtime, clock, person, document_id, today, *, actor=ACCOUNTING, code="legal_retention"):
    with runtime.database.reading() as session:
        return documents.open_document(
            session, subject_id=person, document_id=document_id, purpose=purpose(session, code), today=today, actor=actor, now=clock.now()
        )  # fmt: skip


def erase(runtime, clock, person):
    """Let the profile go, as an erasure does."""
    with runtime.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=clock.now())
    assert eraser.finish(runtime.database, vault=runtime.vault, clock=clock.now) == 1


def expire(runtime, clock, today):
    return documents.expire(runtime.database, vault=runtime.vault, today=today, clock=clock.now).total()


def rows(runtime):
    with runtime.database.reading() as session:
        return session.execute(select(RetainedDocument.id)).scalars().all()


def entries(runtime, action):
    with runtime.database.reading() as session:
        rows = session.scalars(select(ledger_entry.c.leaf).where(ledger_entry.c.action == action).order_by(ledger_entry.c.id))
        return [leaf.decode() for leaf in rows]


def destroyed(runtime, person):
    return {each.compartment for each in runtime.vault.find_destructions([person])}


class TestFiling:
    """Art. 6(1)(c) DSGVO; § 257 HGB; § 147 AO."""

    @pytest.mark.parametrize(
        ("rule", "issued_on", "keep_until"),
        [
            ("RET-10", date(2025, 3, 10), date(2033, 12, 31)),  # a voucher: eight years from the end of its year
            ("RET-11", date(2025, 12, 31), date(2031, 12, 31)),  # a letter: six years
            ("RET-11", date(2026, 1, 1), date(2032, 12, 31)),
        ],
    )
    def test_is_kept_to_the_end_of_the_year_in_which_its_period_ends(self, runtime, clock, person, today, rule, issued_on, keep_until):
        assert file(runtime, clock, person, new(today, rule=rule, issued_on=issued_on), today).keep_until == keep_until

    def test_opens_as_it_was_filed_and_says_so_in_the_log(self, runtime, clock, person, today):
        filed = file(runtime, clock, person, new(today), today)

        opened = content(runtime, clock, person, filed.id, today)

        assert (opened.title, opened.media_type, opened.content) == ("Rechnung 4711", "application/pdf", INVOICE)
        [entry] = entries(runtime, "document:filed")
        assert "RET-10" in entry and "Rechnung" not in entry  # digits could stand in a hash
        assert len(entries(runtime, "document:disclosed")) == 1

    def test_holds_no_clear_text(self, runtime, clock, person, today):
        filed = file(runtime, clock, person, new(today), today)

        assert b"Wehmeier" not in filed.sealed_content and b"4711" not in filed.sealed_title

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"title": " "}, DocumentTitleError),
            ({"title": "x" * 121}, DocumentTitleError),
            ({"rule": "RET-01"}, DocumentRuleError),
            ({"issued_on": date(2100, 1, 1)}, DocumentDayError),
            ({"issued_on": date(2010, 1, 1)}, DutyOverError),
            ({"content": b""}, DocumentMissingError),
            ({"content": b"MZ\x90\x00"}, DocumentTypeError),
        ],
    )
    def test_refuses_what_it_cannot_keep_and_says_at_which_field(self, runtime, clock, person, today, changes, error):
        with pytest.raises(error) as refusal:
            file(runtime, clock, person, new(today, **changes), today)

        assert refusal.value.field
        assert rows(runtime) == []

    def test_is_for_those_who_keep_books(self, runtime, clock, person, today):
        with runtime.database.writing() as session, pytest.raises(PurposeNotAllowedError):
            documents.file(
                session, subject_id=person, document=new(today), purpose=purpose(session, "legal_retention"), today=today, actor=SALES,
                now=clock.now(),
            )  # fmt: skip

    def test_nothing_is_filed_about_somebody_erased(self, runtime, clock, person, today):
        erase(runtime, clock, person)

        with pytest.raises(ErasedError):
            file(runtime, clock, person, new(today), today)


class TestMedia:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (b"%PDF-1.4 x", "application/pdf"),
            (b"\x89PNG\r\n\x1a\nx", "image/png"),
            (b"\xff\xd8\xff\xe0x", "image/jpeg"),
            ("Guten Tag, Größe".encode(), "text/plain"),
            (b"<script>alert(1)</script>", "text/plain"),  # never served as anything else
        ],
    )
    def test_is_what_the_content_says(self, content, media_type):
        assert media_type_of(content) == media_type

    @pytest.mark.parametrize("content", [b"\x00\x01", b"PK\x03\x04", b"GIF89a\x00", b"\xff\xfe<\x00", b"   "])
    def test_else_is_refused(self, content):
        with pytest.raises(DocumentTypeError):
            media_type_of(content)

    def test_has_an_upper_limit(self):
        assert media_type_of(b"%PDF-".ljust(LARGEST)) == "application/pdf"
        with pytest.raises(DocumentTooLargeError):
            media_type_of(b"%PDF-".ljust(LARGEST + 1))


class TestAfterErasure:
    """Art. 17(3)(b), 18 DSGVO: the document stays, for its duty alone."""

    def test_accounting_still_finds_and_opens_it(self, runtime, clock, person, today):
        filed = file(runtime, clock, person, new(today), today)
        erase(runtime, clock, person)

        assert titles(runtime, clock, person, today) == ["Rechnung 4711"]
        assert content(runtime, clock, person, filed.id, today).content == INVOICE

    @pytest.mark.parametrize(("actor", "code"), [(SALES, "legal_retention"), (SALES, "business_contact"), (ACCOUNTING, "contract_person")])
    def test_nobody_does_for_another_purpose(self, runtime, clock, person, today, actor, code):
        filed = file(runtime, clock, person, new(today), today)
        erase(runtime, clock, person)

        with pytest.raises(PurposeNotAllowedError):
            titles(runtime, clock, person, today, actor=actor, code=code)
        with pytest.raises(PurposeNotAllowedError):
            content(runtime, clock, person, filed.id, today, actor=actor, code=code)

    def test_the_list_shows_what_ends_first_and_whose_person_is_gone(self, runtime, clock, person, today):
        with runtime.database.writing() as session:
            living = make_person(session, clock.now(), "contract_person", fields={"last_name": "Huber"})
        file(runtime, clock, living, new(today, title="Brief", rule="RET-11"), today)
        file(runtime, clock, person, new(today), today)
        erase(runtime, clock, person)

        def listed(*, erased_only):
            with runtime.database.reading() as session:
                found = documents.list_all(
                    session, erased_only=erased_only, after=None, purpose=purpose(session, "legal_retention"), today=today,
                    actor=ACCOUNTING, now=clock.now(),
                )  # fmt: skip
                return [(each.title, each.erased) for each in found]

        assert listed(erased_only=False) == [("Brief", False), ("Rechnung 4711", True)]
        assert listed(erased_only=True) == [("Rechnung 4711", True)]


class TestExpiry:
    """Art. 5(1)(e) DSGVO."""

    def test_nothing_goes_on_the_last_day_and_everything_on_the_day_after(self, runtime, clock, person, today):
        last = file(runtime, clock, person, new(today), today).keep_until

        assert expire(runtime, clock, last) == 0
        assert expire(runtime, clock, last + timedelta(days=1)) == 1
        assert rows(runtime) == []

    def test_is_not_opened_any_more_before_the_run_has_taken_it(self, runtime, clock, person, today):
        filed = file(runtime, clock, person, new(today), today)

        with pytest.raises(NotFoundError):
            content(runtime, clock, person, filed.id, filed.keep_until + timedelta(days=1))

    def test_the_key_goes_with_the_last_document_of_somebody_erased(self, runtime, clock, person, today):
        letter = file(runtime, clock, person, new(today, title="Brief", rule="RET-11"), today)
        voucher = file(runtime, clock, person, new(today), today)
        erase(runtime, clock, person)

        assert expire(runtime, clock, letter.keep_until + timedelta(days=1)) == 1
        assert destroyed(runtime, person) == {Compartment.PROFILE}
        assert content(runtime, clock, person, voucher.id, today).content == INVOICE

        assert expire(runtime, clock, voucher.keep_until + timedelta(days=1)) == 1
        assert destroyed(runtime, person) == {Compartment.PROFILE, Compartment.RECORD}
        assert ['"res":"row"' in each for each in entries(runtime, "document:erased")] == [True, False]

    def test_a_living_person_keeps_the_key_and_can_get_another_document(self, runtime, clock, person, today):
        last = file(runtime, clock, person, new(today), today).keep_until

        expire(runtime, clock, last + timedelta(days=1))

        assert destroyed(runtime, person) == set()
        assert file(runtime, clock, person, new(today), today)

    def test_what_a_crash_left_after_the_key_is_finished_by_the_next_run(self, runtime, clock, person, today):
        last = file(runtime, clock, person, new(today), today).keep_until
        erase(runtime, clock, person)
        runtime.vault.destroy([person], compartments=[Compartment.RECORD], clock=clock.now)  # and here the worker dies

        assert expire(runtime, clock, last + timedelta(days=1)) == 1
        assert rows(runtime) == []

    def test_leaves_somebody_who_is_being_erased_for_the_next_run(self, runtime, clock, person, today):
        last = file(runtime, clock, person, new(today), today).keep_until
        with runtime.database.writing() as session:
            runtime.vault.mark_erasing(session, [person])

        assert expire(runtime, clock, last + timedelta(days=1)) == 0
