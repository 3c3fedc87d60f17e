"""Consent, objection and restriction decide at once, and nothing comes back by itself."""

from datetime import timedelta

import pytest

from crm.models.lawfulness import RestrictionEvent
from crm.privacy import consent, disclosure, lawfulness, objection, restriction
from crm.privacy.consent import ConsentNotGivenError
from crm.privacy.errors import ObjectedError, PurposeNotAllowedError, RestrictedError, WordingMissingError
from crm.privacy.lawfulness import Standing
from crm.privacy.objection import ForeignWordsError, Heard, Objection, Raised
from crm.privacy.purposes import Channel
from crm.privacy.restriction import RestrictionReason
from tests.integration.privacy.people import MARKETING, SALES, make_person, purpose


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now())


def standing(runtime, person, code, at):
    with runtime.database.reading() as session:
        state = lawfulness.find_states(session, [person], now=at)[person]
        return lawfulness.standing(purpose(session, code), state, now=at)


def give(runtime, person, now, wording="Ja, bitte den Newsletter."):
    with runtime.database.writing() as session:
        consent.give(
            session, subject_id=person, purpose="newsletter", channel=Channel.EMAIL, wording=wording, language="de",
            evidence={"Weg": "Formular"}, given_at=now, actor=SALES, now=now,
        )  # fmt: skip


def withdraw(runtime, person, now):
    with runtime.database.writing() as session:
        consent.withdraw(session, subject_id=person, purpose="newsletter", channel=Channel.EMAIL, actor=SALES, now=now)


class TestConsent:
    """Art. 7 DSGVO."""

    def test_permits_from_its_moment_until_it_is_withdrawn(self, runtime, clock, person):
        assert standing(runtime, person, "newsletter", clock.now()) is Standing.MISSING
        give(runtime, person, clock.now())
        assert standing(runtime, person, "newsletter", clock.now()) is Standing.ALLOWED

        withdraw(runtime, person, clock.now())

        assert standing(runtime, person, "newsletter", clock.now()) is Standing.MISSING

    def test_stays_withdrawn_when_the_clock_jumps_back(self, runtime, clock, person):
        give(runtime, person, clock.now())
        clock.advance(timedelta(days=2))
        withdraw(runtime, person, clock.now())

        clock.advance(-timedelta(days=1))

        assert standing(runtime, person, "newsletter", clock.now()) is Standing.MISSING

    def test_without_proof_permits_nothing(self, runtime, clock, person):
        with runtime.database.writing() as session:
            consent.take_over_unproven(
                session, subject_ids=[person], purpose="newsletter", channel=Channel.EMAIL,
                effective_at=clock.now(), actor=SALES, now=clock.now(),
            )  # fmt: skip

        assert standing(runtime, person, "newsletter", clock.now()) is Standing.MISSING

    def test_needs_its_words(self, runtime, clock, person):
        with pytest.raises(WordingMissingError):
            give(runtime, person, clock.now(), wording=" ")

    def test_cannot_be_withdrawn_twice(self, runtime, clock, person):
        give(runtime, person, clock.now())
        withdraw(runtime, person, clock.now())

        with pytest.raises(ConsentNotGivenError):
            withdraw(runtime, person, clock.now())


class TestObjection:
    """Art. 21 DSGVO."""

    def test_to_advertising_ends_every_advertising_purpose_and_no_other(self, runtime, clock, person):
        give(runtime, person, clock.now())

        with runtime.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin="Telefonat", actor=SALES, now=clock.now())

        assert standing(runtime, person, "newsletter", clock.now()) is Standing.OBJECTED
        assert standing(runtime, person, "sales_approach", clock.now()) is Standing.OBJECTED
        assert standing(runtime, person, "business_contact", clock.now()) is Standing.ALLOWED

    def test_by_channel_leaves_the_other_channels(self, runtime, clock, person):
        with runtime.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin="Brief", actor=SALES, now=clock.now(), channel=Channel.EMAIL)

        assert standing(runtime, person, "newsletter", clock.now()) is Standing.OBJECTED
        assert standing(runtime, person, "phone_advertising", clock.now()) is Standing.MISSING

    @pytest.mark.parametrize("words", ["", "sagt Frau Müller", "Fall 2026-0001 von Frau Müller", f"Portal {'a' * 31}"])
    def test_outlives_the_person_and_so_holds_no_words_that_people_typed(self, person, words):
        with pytest.raises(ForeignWordsError):
            Raised(person, Objection("business_contact"), words)

    @pytest.mark.parametrize("words", [*Heard, "Fall 2026-0001", f"Portal {'a' * 32}"])
    def test_says_in_words_and_numbers_of_ours_where_it_came_from(self, person, words):
        assert Raised(person, Objection("business_contact"), words).origin == words

    def test_to_a_purpose_closes_the_door_for_it(self, runtime, clock, person):
        with runtime.database.writing() as session:
            objection.raise_many(session, [(person, Objection("business_contact"))], origin="Brief", actor=SALES, now=clock.now())

        with pytest.raises(ObjectedError), runtime.database.reading() as session:
            disclosure.open_person(session, subject_id=person, purpose=purpose(session), actor=SALES, now=clock.now())

    def test_is_in_the_journal_of_the_key_store_for_the_day_of_a_restore(self, runtime, clock, person):
        with runtime.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin="Telefonat", actor=SALES, now=clock.now())

        assert [(entry.right, entry.subject_id) for entry in runtime.vault.read_rights()] == [("objection", person)]


class TestRestriction:
    """Art. 18 DSGVO."""

    def test_closes_the_door_and_empties_lists(self, runtime, clock, person):
        with runtime.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.UNLAWFUL, actor=SALES, now=clock.now())

        with runtime.database.reading() as session:
            kinds = {"purpose": purpose(session), "actor": SALES, "now": clock.now()}
            assert disclosure.open_people(session, subject_ids=[person], groups=purpose(session).groups, **kinds) == []
            with pytest.raises(RestrictedError):
                disclosure.open_person(session, subject_id=person, **kinds)

    def test_can_be_lifted(self, runtime, clock, person):
        with runtime.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.UNLAWFUL, actor=SALES, now=clock.now())
            session.add(
                RestrictionEvent(subject_id=person, act="lifted", reason="unlawful", effective_at=clock.now(), recorded_at=clock.now())
            )

        assert standing(runtime, person, "business_contact", clock.now()) is Standing.ALLOWED


class TestRole:
    """Art. 25(2), 32(1)(b) DSGVO: need to know."""

    def test_of_another_purpose_is_refused_before_anything_is_read(self, runtime, clock, person):
        with pytest.raises(PurposeNotAllowedError), runtime.database.reading() as session:
            disclosure.open_person(session, subject_id=person, purpose=purpose(session), actor=MARKETING, now=clock.now())


class TestGround:
    """Art. 6(1) DSGVO."""

    def test_ends_at_the_moment_that_was_set(self, runtime, clock, person):
        ends_at = clock.now() + timedelta(days=5)
        with runtime.database.writing() as session:
            lawfulness.end_ground(session, subject_id=person, purpose=purpose(session), ends_at=ends_at, actor=SALES, now=clock.now())

        assert standing(runtime, person, "business_contact", ends_at - timedelta(seconds=1)) is Standing.ALLOWED
        assert standing(runtime, person, "business_contact", ends_at) is Standing.MISSING
