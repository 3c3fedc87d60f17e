"""What the examination finds between key store, data, log and index, on both engines (Art. 32(1)(d) DSGVO)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from crm import ledger
from crm.actor import Actor
from crm.db import Compartment
from crm.jobs.indexing import IndexKeeper
from crm.ledger.checkpoint import sign_checkpoint
from crm.models.contact import SourceRecord
from crm.models.erasure import ErasureCause
from crm.models.request_case import CaseKind, CaseWay, Identity
from crm.privacy import consent, lawfulness, objection, restriction
from crm.privacy.erasure import eraser, job
from crm.privacy.purposes import Channel
from crm.privacy.requests import cases
from crm.privacy.restriction import RestrictionReason
from crm.search.document import IndexDocument
from crm.search.feed import SearchChange
from crm.search.writer import IndexWriter
from crm.services.health.index import examine_index
from crm.services.health.keys import examine_keys
from crm.services.health.log import examine_log
from crm.services.health.sealed_values import examine_sealed_values
from crm.services.health.stores import open_stores
from crm.vault import KeyFileMissingError, KeysOlderThanDataError, Subject, SubjectState
from crm.vault.schema import data_key, rights_journal, source_tombstone, state, tombstone
from tests.integration.privacy.people import SALES, make_person, purpose


@pytest.fixture
def people(runtime, clock):
    with runtime.database.writing() as session:
        return [make_person(session, clock.now()) for _ in range(3)]


@pytest.fixture
def stores(runtime, clock):
    with open_stores(runtime.settings, now=clock.now()) as opened:
        yield opened


def tamper(runtime, *statements):
    with runtime.keystore.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def named(findings):
    return {type(each).__name__: each.facts for each in findings}


def seal(runtime):
    runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)


def last_size(runtime):
    with runtime.engine.connect() as connection:
        note = ledger.last_checkpoint_note(connection)
    return ledger.read_checkpoint(note, [runtime.make_sealer().signer.verifier]).size


def confirm(runtime, anchor, size):
    """Leave an anchor that confirms so many entries with a root of its own."""
    checkpoint = sign_checkpoint(runtime.make_sealer().signer, size, b"r" * 32)
    file = runtime.settings.high_water if anchor == "high-water" else runtime.make_sealer().folder / anchor
    file.write_bytes(checkpoint.note)


def erase(runtime, person):
    with runtime.database.writing() as session:
        runtime.vault.mark_erasing(session, [person])
    runtime.vault.destroy([person], compartments=list(Compartment), clock=runtime.clock.now)
    with runtime.database.writing() as session:
        runtime.vault.mark_erased(session, [person])


def open_case(runtime, clock, *, subject_id):
    """Open a case of this person, or of somebody unknown; return whose it is."""
    with runtime.database.writing() as session:
        return cases.open_case(
            session,
            subject_id=subject_id,
            kind=CaseKind.ERASURE,
            way=CaseWay.LETTER,
            language="de",
            received_on=clock.now().date(),
            identity=Identity.UNCHECKED,
            request={"name": "Ina Beispiel"},
            objects_too=False,
            found=[],
            settings=runtime.settings,
            actor=SALES,
            now=clock.now(),
        ).subject_id


@pytest.fixture
def stranger(runtime, clock):
    return open_case(runtime, clock, subject_id=None)


class TestKeys:
    @pytest.fixture
    def examine(self, stores):
        return lambda: named(examine_keys(stores))

    def test_that_fit_are_no_finding(self, runtime, people, examine):
        erase(runtime, people[0])
        seal(runtime)

        assert examine() == {}

    def test_lost_by_living_people_are_counted(self, runtime, people, examine):
        tamper(runtime, delete(data_key).where(data_key.c.subject_id.in_(people[:2])))

        assert examine() == {"KeysLost": {"count": 2}}

    def test_of_a_case_of_somebody_unknown_are_enough_and_are_missed_when_lost(self, runtime, stranger, examine):
        before = examine()

        tamper(runtime, delete(data_key).where(data_key.c.subject_id == stranger))

        assert (before, examine()) == ({}, {"KeysLost": {"count": 1}})

    def test_of_their_profile_are_demanded_of_people_with_a_case_too(self, runtime, clock, people, examine):
        open_case(runtime, clock, subject_id=people[0])

        tamper(runtime, delete(data_key).where(data_key.c.subject_id == people[0], data_key.c.compartment == Compartment.PROFILE.value))

        assert examine() == {"KeysLost": {"count": 1}}

    def test_of_a_store_below_the_data_are_refused_as_at_a_start(self, runtime, people, examine):
        tamper(runtime, update(state).values(high_water=1))

        with pytest.raises(KeysOlderThanDataError):
            examine()

    def test_whose_marks_of_erasure_are_gone_are_found(self, runtime, people, examine):
        erase(runtime, people[0])
        tamper(runtime, delete(tombstone))

        assert examine() == {"TombstonesLost": {"count": 1}}

    def test_that_recognise_no_record_of_the_erased_any_more_are_found(self, runtime, clock, people, examine):
        with runtime.database.writing() as session:
            tags = [runtime.vault.source_tag("altes-crm", each) for each in ("17", "18")]
            records = [{"system": "altes-crm", "record_tag": each, "subject_id": people[0]} for each in tags]
            session.execute(insert(SourceRecord), records)
            job.order(session, subject_id=people[0], cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=SALES, now=clock.now())
        eraser.finish(runtime.database, vault=runtime.vault, clock=clock.now)
        before = examine()

        tamper(runtime, delete(source_tombstone).where(source_tombstone.c.tag == runtime.vault.source_tag("altes-crm", "17")))

        assert (before, examine()) == ({}, {"SourcesLost": {"count": 1}})

    def test_know_who_was_erased_when_the_data_no_longer_do(self, runtime, people, examine):
        erase(runtime, people[0])
        with runtime.database.writing() as session:
            session.execute(update(Subject).where(Subject.id == people[0]).values(state=SubjectState.LIVING))

        assert examine() == {"ErasedPeopleBack": {"count": 1}}

    @pytest.mark.parametrize("right", ["objection", "restriction", "withdrawal"])
    def test_without_the_journal_of_a_right_are_found(self, runtime, clock, people, examine, right):
        person, now = people[0], clock.now()
        with runtime.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin="Brief", actor=SALES, now=now)
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.UNLAWFUL, actor=SALES, now=now)
            consent.take_over_unproven(
                session, subject_ids=[person], purpose="newsletter", channel=Channel.EMAIL, effective_at=now, actor=SALES, now=now
            )
            consent.withdraw(session, subject_id=person, purpose="newsletter", channel=Channel.EMAIL, actor=SALES, now=now)
        before = examine()

        tamper(runtime, delete(rights_journal).where(rights_journal.c.right == right))

        assert (before, examine()) == ({}, {"RightsLost": {"count": 1}})

    def test_of_another_installation_are_found_by_the_name_in_the_log(self, runtime, people, stores, examine):
        seal(runtime)
        tamper(runtime, update(state).values(installation_id="f" * 32))

        assert examine() == {"KeyStoreForeign": {}}

    def test_without_their_file_are_refused_with_its_name(self, settings, examine):
        settings.epoch_keys.unlink()

        with pytest.raises(KeyFileMissingError) as refused:
            examine()

        assert refused.value.facts == {"file": settings.epoch_keys}


class TestLog:
    def test_that_fits_its_anchors_is_no_finding(self, runtime, people, stores):
        seal(runtime)

        assert named(examine_log(stores)) == {}

    def test_that_is_not_sealed_yet_is_no_finding(self, runtime, people, stores):
        assert named(examine_log(stores)) == {}

    @pytest.mark.parametrize("anchor", ["high-water", "checkpoint"])
    def test_behind_either_anchor_was_set_back(self, runtime, people, stores, anchor):
        seal(runtime)
        size = last_size(runtime)

        confirm(runtime, anchor, size + 1)

        assert named(examine_log(stores)) == {"LogSetBack": {"file": runtime.settings.high_water, "size": size + 1, "found": size}}

    @pytest.mark.parametrize("earlier", [0, 1])
    def test_that_does_not_hold_what_an_anchor_confirms_was_rewritten(self, runtime, people, stores, earlier):
        seal(runtime)
        size = last_size(runtime)

        confirm(runtime, "high-water", size - earlier)

        assert named(examine_log(stores)) == {"LogRewritten": {"file": runtime.settings.high_water, "size": size - earlier}}

    def test_whose_high_water_file_is_another_logs_is_found(self, runtime, people, stores, settings):
        seal(runtime)
        settings.high_water.write_text("nothing signed")

        assert named(examine_log(stores)) == {"HighWaterUnreadable": {"file": settings.high_water}}


class TestSealedValues:
    def test_of_a_sample_are_said_with_its_size(self, runtime, clock, people, stores):
        found = named(examine_sealed_values(stores.database, actor=Actor("cli:0"), now=clock.now(), at_most=2))

        assert found == {
            "SealedValuesSound": {"values": 10, "compared": 10, "people": 2, "living": 3, "uncovered": 0, "left_out": 5},
        }

    def test_of_a_key_that_was_changed_concern_its_person_only(self, runtime, clock, people, stores):
        tamper(runtime, update(data_key).where(data_key.c.subject_id == people[0]).values(wrapped=b"x" * 60))

        found = named(examine_sealed_values(stores.database, actor=Actor("cli:0"), now=clock.now()))

        assert found["SealedValuesTampered"]["count"] == 5
        assert found["SealedValuesTampered"]["subjects"] == people[0]


class TestIndex:
    @pytest.fixture
    def keep(self, runtime, people):
        def run():
            keeper = IndexKeeper(runtime)
            keeper.keep()
            keeper.close()

        return run

    def examine(self, stores, now):
        return named(examine_index(stores, now=now))

    def test_that_is_not_there_yet_is_a_hint(self, stores, people, now):
        assert self.examine(stores, now) == {"IndexMissing": {"percent": 0}}

    def test_that_is_current_is_compared(self, stores, keep, now):
        keep()

        assert self.examine(stores, now) == {"IndexCurrent": {"people": 3}}

    @pytest.mark.parametrize(("seconds", "expected"), [(120, "IndexCurrent"), (121, "IndexBehind")])
    def test_may_be_two_minutes_behind(self, runtime, stores, keep, now, seconds, expected):
        keep()
        with runtime.database.writing() as session:
            make_person(session, now)

        assert self.examine(stores, now + timedelta(seconds=seconds)).keys() == {expected}

    def test_of_another_feed_is_unfit(self, runtime, stores, keep, now):
        keep()
        with runtime.database.writing() as session:
            far = {"xid": SearchChange.xid + 1_000_000, "id": SearchChange.id + 1_000_000}
            session.execute(update(SearchChange).values(kind="pruned", **far))

        assert self.examine(stores, now).keys() == {"IndexUnfit"}

    @pytest.mark.parametrize(("minutes", "expected"), [(6, "IndexCurrent"), (7, "IndexDiffers")])
    def test_that_still_finds_somebody_long_after_a_ground_ended_by_time_is_found(
        self, runtime, stores, people, keep, now, minutes, expected
    ):
        ends_at = now + timedelta(minutes=1, seconds=1)
        with runtime.database.writing() as session:
            lawfulness.end_ground(session, subject_id=people[0], purpose=purpose(session), ends_at=ends_at, actor=SALES, now=now)
        keep()

        found = self.examine(stores, now + timedelta(minutes=minutes))

        assert found.keys() == {expected}
        assert found[expected].get("surplus") == (1 if expected == "IndexDiffers" else None)

    def test_learns_of_a_ground_that_ended_while_no_worker_ran(self, runtime, clock, stores, people, keep, now):
        with runtime.database.writing() as session:
            lawfulness.end_ground(
                session,
                subject_id=people[0],
                purpose=purpose(session),
                ends_at=now + timedelta(days=1),
                actor=SALES,
                now=now,
            )
        keep()
        clock.advance(timedelta(days=10))
        assert self.examine(stores, clock.now()).keys() == {"IndexDiffers"}

        keeper = IndexKeeper(runtime)
        for work in (keeper.keep, keeper.turn, keeper.keep):
            work()
        keeper.close()

        assert self.examine(stores, clock.now()).keys() == {"IndexCurrent"}

    def test_that_lacks_one_and_has_a_stranger_is_found(self, runtime, stores, people, keep, now):
        keep()
        stranger = IndexDocument(subject_id="e" * 32, first_name="Nora", last_name="Niemand", purposes=1, last_activity=0)

        with IndexWriter(runtime.place) as writer:
            writer.apply(gone=[people[0]], changed=[stranger])

        differs = self.examine(stores, now)["IndexDiffers"]
        assert (differs["people"], differs["missing"], differs["surplus"], differs["other"]) == (4, 1, 1, 0)
