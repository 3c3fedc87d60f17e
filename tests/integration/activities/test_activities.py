"""Activities: whom they are about, who may write and read them, and what is left when they are done."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.activity import Activity
from crm.models.contact import Contact, Note
from crm.privacy import restriction
from crm.privacy.errors import RestrictedError, StaleVersionError
from crm.privacy.notes import SpecialCategoryError
from crm.privacy.restriction import RestrictionReason
from crm.services.activities import entry as activities
from crm.services.activities import listing
from crm.services.activities.entry import (
    ActivityEntry,
    ActivityKindError,
    AlreadyDoneError,
    DueDayError,
    Outcome,
    OwnerMissingError,
    TextMissingError,
)
from crm.services.forms import SentForm, new_form_token
from crm.services.matter import Matter
from crm.services.staff_names import OwnerUnknownError
from crm.services.work_customers import CustomerMissingError
from tests.integration.deals.selling import SALES, add_company, add_deal, add_person, purpose
from tests.support.furnished import Furnished
from tests.support.staff import hire, quick_hashes  # noqa: F401 - a fixture

ENTRY = ActivityEntry(kind="call", text="Angebot nachfassen", due_on=date(2026, 12, 1), due_time=None, owner_id=None)


@pytest.fixture
def owner(runtime, clock, quick_hashes):  # noqa: F811 - the fixture imported above
    return hire(runtime.database, clock.now(), Role.SALES).id


def plan(session, clock, owner, *, token=None, code="business_contact", matter=None, **facts):
    return activities.create(
        session,
        entry=replace(ENTRY, owner_id=owner, **facts),
        matter=matter or Matter(),
        form=SentForm(token or new_form_token(), {"text": "x"}),
        purpose=purpose(session, code),
        actor=SALES,
        now=clock.now(),
    )


def finish(runtime, clock, activity_id, text="", version=1, hints=frozenset()):
    with runtime.database.writing() as session:
        activities.finish(
            session,
            activity_id=activity_id,
            outcome=Outcome(text=text, seen_hints=hints),
            purpose=purpose(session),
            expected_version=version,
            actor=SALES,
            now=clock.now(),
        )


def opened(runtime, clock, activity_id, code="business_contact"):
    with runtime.database.reading() as session:
        return listing.open_one(session, activity_id=activity_id, purpose=purpose(session, code), actor=SALES, now=clock.now())


class TestCreate:
    def test_seals_the_text_for_the_person(self, runtime, clock, owner):
        with runtime.database.writing() as session:
            activity_id = plan(session, clock, owner, matter=Matter(subject_id=add_person(session, clock.now())))

        shown = opened(runtime, clock, activity_id)
        assert b"nachfassen" not in shown.activity.sealed_text
        assert (shown.text, shown.customer.person["last_name"]) == ("Angebot nachfassen", "Wehmeier")
        assert opened(runtime, clock, activity_id, "contract_person").text is None

    def test_about_a_deal_is_about_its_customer(self, runtime, clock, owner):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            subject_id = add_person(session, clock.now(), company_id=company_id)
            deal_id = add_deal(session, clock.now(), company_id=company_id, subject_id=subject_id)
            activity_id = plan(session, clock, owner, matter=Matter(deal_id=deal_id))

        activity = opened(runtime, clock, activity_id).activity
        assert (activity.deal_id, activity.company_id, activity.subject_id) == (deal_id, company_id, subject_id)

    def test_by_the_same_form_sent_again_keeps_nothing(self, runtime, clock, owner):
        token = new_form_token()
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            first = plan(session, clock, owner, token=token, matter=Matter(company_id=company_id))
        with runtime.database.writing() as session:
            assert plan(session, clock, owner, token=token, matter=Matter(company_id=company_id)) == first

        assert Furnished(runtime, clock).count(Activity) == 1

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"kind": "dream"}, ActivityKindError),
            ({"text": " "}, TextMissingError),
            ({"due_on": None}, DueDayError),
            ({"due_on": date(2101, 1, 1)}, DueDayError),
            ({"owner_id": None}, OwnerMissingError),
            ({"owner_id": "a" * 32}, OwnerUnknownError),
        ],
    )
    def test_refuses_what_cannot_be(self, runtime, clock, owner, wrong, error):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            wanted = replace(ENTRY, **{"owner_id": owner, **wrong})

            faults = activities.check(session, wanted)

        assert [type(fault) for fault in faults] == [error]
        with pytest.raises(error), runtime.database.writing() as session:
            activities.create(
                session,
                entry=wanted,
                matter=Matter(company_id=company_id),
                form=SentForm(new_form_token(), {}),
                purpose=purpose(session),
                actor=SALES,
                now=clock.now(),
            )

    def test_is_about_somebody(self, runtime, clock, owner):
        with pytest.raises(CustomerMissingError), runtime.database.writing() as session:
            plan(session, clock, owner)

    def test_about_somebody_restricted_is_refused(self, runtime, clock, owner):
        """Art. 18 DSGVO."""
        with runtime.database.writing() as session:
            subject_id = add_person(session, clock.now())
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

        with pytest.raises(RestrictedError), runtime.database.writing() as session:
            plan(session, clock, owner, matter=Matter(subject_id=subject_id))


class TestFinish:
    @pytest.fixture
    def about_person(self, runtime, clock, owner):
        with runtime.database.writing() as session:
            subject_id = add_person(session, clock.now())
            return subject_id, plan(session, clock, owner, matter=Matter(subject_id=subject_id))

    def test_writes_a_note_and_a_call_moves_the_last_contact(self, runtime, clock, about_person):
        subject_id, activity_id = about_person
        clock.advance(timedelta(days=3))

        finish(runtime, clock, activity_id, "Will bis Freitag entscheiden.")

        with runtime.database.reading() as session:
            assert session.scalars(select(Note.kind).where(Note.subject_id == subject_id)).all() == ["call"]
            assert session.get_one(Contact, subject_id).last_contact_at == clock.now()
            assert session.get_one(Activity, activity_id).done_at == clock.now()
        assert len(Furnished(runtime, clock).entries("activity:done")) == 1

    def test_without_a_word_moves_nothing(self, runtime, clock, about_person):
        subject_id, activity_id = about_person
        before = clock.now()
        clock.advance(timedelta(days=3))

        finish(runtime, clock, activity_id)

        with runtime.database.reading() as session:
            assert session.get_one(Contact, subject_id).last_contact_at == before
        assert Furnished(runtime, clock).count(Note) == 0

    def test_twice_is_refused(self, runtime, clock, about_person):
        finish(runtime, clock, about_person[1])

        with pytest.raises(AlreadyDoneError):
            finish(runtime, clock, about_person[1], version=2)

    def test_with_words_of_special_categories_asks_first_and_does_nothing_by_halves(self, runtime, clock, about_person):
        """Art. 9 DSGVO."""
        with pytest.raises(SpecialCategoryError):
            finish(runtime, clock, about_person[1], "Ist an Krebs erkrankt.")

        assert opened(runtime, clock, about_person[1]).activity.done_at is None

    def test_about_a_company_alone_leaves_no_note(self, runtime, clock, owner):
        with runtime.database.writing() as session:
            activity_id = plan(session, clock, owner, matter=Matter(company_id=add_company(session, clock.now())))

        finish(runtime, clock, activity_id, "Nichts über niemanden.")

        assert Furnished(runtime, clock).count(Note) == 0


class TestLists:
    def test_what_is_due_comes_overdue_first_and_by_time(self, runtime, clock, owner):
        today = clock.now().date()
        with runtime.database.writing() as session:
            matter = Matter(company_id=add_company(session, clock.now()))
            for text, days, at in (("heute", 0, None), ("um acht", 0, time(8)), ("gestern", -1, None), ("morgen", 1, None)):
                plan(session, clock, owner, matter=matter, text=text, due_on=today + timedelta(days=days), due_time=at)

        with runtime.database.reading() as session:
            found = listing.find_due(session, owner_id=owner, today=today, purpose=purpose(session), actor=SALES, now=clock.now())
        assert [each.text for each in found.rows] == ["gestern", "um acht", "heute"]
        assert found.more == 0

    def test_pages_by_day(self, runtime, clock, owner, monkeypatch):
        monkeypatch.setattr(listing, "PAGE_SIZE", 2)
        with runtime.database.writing() as session:
            matter = Matter(company_id=add_company(session, clock.now()))
            for number in range(3):
                plan(session, clock, owner, matter=matter, text=f"Nr. {number}", due_on=date(2026, 12, 1 + number))

        def page(after):
            with runtime.database.reading() as session:
                return listing.list_of(
                    session, owner_id=owner, done=False, after=after, purpose=purpose(session), actor=SALES, now=clock.now()
                )

        first = page(None)
        assert [each.text for each in first.rows] == ["Nr. 0", "Nr. 1"]
        assert [each.text for each in page(first.after).rows] == ["Nr. 2"]
        with pytest.raises(listing.ActivityPageTokenError):
            page("a" * 32)


def test_a_change_overwrites_nobody(runtime, clock, owner):
    with runtime.database.writing() as session:
        activity_id = plan(session, clock, owner, matter=Matter(company_id=add_company(session, clock.now())))

    def change(text):
        with runtime.database.writing() as session:
            activities.change(
                session,
                activity_id=activity_id,
                entry=replace(ENTRY, owner_id=owner, text=text),
                purpose=purpose(session),
                expected_version=1,
                actor=SALES,
                now=clock.now(),
            )

    change("Muster schicken")
    with pytest.raises(StaleVersionError):
        change("Katalog schicken")

    assert opened(runtime, clock, activity_id).text == "Muster schicken"
