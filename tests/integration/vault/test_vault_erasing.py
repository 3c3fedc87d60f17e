"""A destroyed key opens nothing any more: in no process, in no file, after no crash."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select

from crm.db import Compartment, make_engine, new_id
from crm.vault import (
    Columns,
    ErasedError,
    KeysOlderThanDataError,
    ObjectionLine,
    Place,
    Right,
    RightsEntry,
    Subject,
    SubjectState,
    create_keystore,
    destruction,
)
from crm.vault.errors import JournalFormError
from crm.vault.schema import data_key, epoch, rights_journal, source_tombstone, tombstone

ROOT = Path(__file__).parents[3]

PROCESS = """
import sys
from pathlib import Path
from crm.clock import SystemClock
from crm.db import Database, make_engine
from crm.vault import ErasedError, FileKeyProvider, Place, Vault

keystore, business, key_file, subject_id, sealed = sys.argv[1:]
vault = Vault(keystore=make_engine(keystore), provider=FileKeyProvider(Path(key_file)), clock=SystemClock())
database = Database(make_engine(business), equipment={"vault": vault}, at_begin=vault.refresh)
place = Place(subject_id, "profile", "contact", "sealed_identity", subject_id)

def attempt(what):
    try:
        print(what().decode(), flush=True)
    except ErasedError:
        print("ErasedError", flush=True)

def write():
    with database.writing() as session:
        vault.begin_write(session, [subject_id])
        return vault.seal(session, place, b"new") and b"sealed"

def read():
    with database.reading() as session:
        session.connection()
        return vault.open(place, bytes.fromhex(sealed))

attempt(read)
attempt(write)
sys.stdin.readline()
attempt(read)
attempt(write)
"""


def files_of(installation):
    file = Path(installation.keystore.url.database)
    return [each for each in file.parent.iterdir() if each.is_file()]


def is_in_files(installation, wrapped):
    return any(wrapped in each.read_bytes() for each in files_of(installation))


def wrapped_keys(installation, subject_id):
    with installation.keystore.connect() as connection:
        return connection.scalars(select(data_key.c.wrapped).where(data_key.c.subject_id == subject_id)).all()


class TestDestroy:
    """Art. 17(1) DSGVO."""

    def test_nothing_opens_and_nothing_is_written_afterwards(self, installation):
        place, sealed = installation.seal(installation.person())

        installation.erase(place.subject_id)

        with pytest.raises(ErasedError):
            installation.vault.open(place, sealed)
        with pytest.raises(ErasedError):
            installation.seal(place.subject_id)

    def test_another_process_with_the_key_in_memory_loses_it_at_its_next_transaction(self, installation):
        place, sealed = installation.seal(installation.person())
        assert installation.other.open(place, sealed)

        installation.erase(place.subject_id)

        with installation.other_database.reading() as session:
            session.connection()
            with pytest.raises(ErasedError):
                installation.other.open(place, sealed)

    def test_a_second_process_of_the_operating_system_can_neither_read_nor_write(self, installation, urls):
        place, sealed = installation.seal(installation.person())
        arguments = [*urls, str(installation.key_file), place.subject_id, sealed.hex()]

        with subprocess.Popen(
            [sys.executable, "-c", PROCESS, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            before = [process.stdout.readline().strip() for _ in range(2)]
            installation.erase(place.subject_id)
            after = process.communicate("\n", timeout=60)[0].split()

        assert before == ['{"first_name":"Anna"}', "sealed"]
        assert after == ["ErasedError", "ErasedError"]

    def test_a_writer_with_the_key_in_memory_cannot_seal_again(self, installation):
        place, _ = installation.seal(installation.person())
        with installation.database.writing() as session:
            installation.vault.mark_erasing(session, [place.subject_id])

        with pytest.raises(ErasedError):
            installation.seal(place.subject_id)

    def test_the_guard_of_the_same_transaction_ends_with_the_erasure(self, installation):
        subject_id = installation.person()

        with installation.database.writing() as session:
            installation.vault.begin_write(session, [subject_id])
            installation.vault.mark_erasing(session, [subject_id])
            with pytest.raises(RuntimeError):
                installation.vault.seal(session, Place(subject_id, "profile", "contact", "sealed_email", subject_id), b"x")

    def test_only_the_named_compartments_go(self, installation):
        subject_id = installation.person(Compartment.PROFILE, Compartment.RECORD)
        invoice = installation.seal(subject_id, compartment=Compartment.RECORD)
        profile = installation.seal(subject_id)

        destroyed = installation.vault.destroy([subject_id], compartments=[Compartment.PROFILE], clock=installation.clock.now)

        assert [each.compartment for each in destroyed] == [Compartment.PROFILE]
        assert installation.other.open(*invoice)
        with pytest.raises(ErasedError):
            installation.other.open(*profile)

    def test_other_people_keep_their_keys(self, installation):
        gone, stays = installation.seal(installation.person()), installation.seal(installation.person())

        installation.erase(gone[0].subject_id)

        assert installation.other.open(*stays)
        assert installation.vault.open_many([stays]) == [b'{"first_name":"Anna"}']
        with pytest.raises(ErasedError):
            installation.vault.open_many([stays, gone])

    def test_a_row_of_somebody_erased_by_another_process_ends_the_list(self, installation):
        gone, stays = installation.seal(installation.person()), installation.seal(installation.person())
        where = Columns("profile", "contact", ["sealed_identity"])
        rows = [(place.subject_id, sealed) for place, sealed in (stays, gone)]
        assert len(installation.other.open_rows(where, rows)) == 2  # its keys are in memory now

        installation.erase(gone[0].subject_id)
        installation.other.refresh()

        assert installation.other.open_rows(where, rows[:1]) == [[b'{"first_name":"Anna"}']]
        with pytest.raises(ErasedError):
            installation.other.open_rows(where, rows)

    def test_an_erased_pseudonym_is_never_used_again(self, installation):
        subject_id = installation.person(Compartment.PROFILE)
        installation.erase(subject_id)

        with pytest.raises(ErasedError), installation.database.writing() as session:
            installation.vault.create(session, [subject_id], compartments=[Compartment.PROFILE], now=installation.clock.now())
        with pytest.raises(ErasedError), installation.database.writing() as session:
            installation.vault.add_keys(session, [subject_id], compartments=[Compartment.CASE], now=installation.clock.now())
        assert installation.vault.inspect().find_buried([subject_id, new_id()]) == {subject_id}

    def test_a_living_person_gets_a_new_key_for_a_case_after_the_old_one_has_expired(self, installation):
        subject_id = installation.person(Compartment.PROFILE, Compartment.CASE)
        place, old = installation.seal(subject_id, b"old case", compartment=Compartment.CASE)
        installation.vault.destroy([subject_id], compartments=[Compartment.CASE], clock=installation.clock.now)

        with installation.database.writing() as session:
            installation.vault.add_keys(session, [subject_id], compartments=[Compartment.CASE], now=installation.clock.now())
        _, new = installation.seal(subject_id, b"new case", compartment=Compartment.CASE)

        assert installation.other.open(place, new) == b"new case"
        with pytest.raises(ErasedError):
            installation.other.open(place, old)

    def test_the_proof_says_removed_and_leaves_irrecoverable_open_until_the_epoch_closes(self, installation):
        subject_id = installation.person(Compartment.PROFILE)
        installation.erase(subject_id)
        now = installation.clock.now()

        (before,) = installation.vault.find_destructions([subject_id])
        with installation.keystore.execution_options(writing=True).begin() as connection:
            connection.execute(epoch.update().values(closed_at=now + timedelta(days=1)))
        (after,) = installation.vault.find_destructions([subject_id])

        assert (before.ordered_at, before.removed_at, before.irrecoverable_since) == (now, now, None)
        assert after.irrecoverable_since == now + timedelta(days=1)

    def test_journal_and_tombstones_are_written_and_repeating_adds_nothing(self, installation):
        subject_id = installation.person(Compartment.PROFILE, Compartment.PROOF)
        tag = installation.vault.source_tag("legacy", "4711")

        for _ in range(2):
            installation.vault.destroy([subject_id], compartments=list(Compartment), source_tags=[tag], clock=installation.clock.now)

        (entry,) = installation.vault.read_rights()
        assert (entry.right, entry.subject_id, set(entry.compartments)) == (
            Right.ERASURE,
            subject_id,
            {Compartment.PROFILE, Compartment.PROOF},
        )
        assert installation.vault.find_erased_sources([tag, installation.vault.source_tag("legacy", "4712")]) == {tag}
        assert installation.state().shred_sequence == 1


class TestTraces:
    """SQLite keeps deleted bytes where it is not told otherwise."""

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_no_file_of_the_key_store_holds_a_removed_key(self, installation):
        people = [installation.person() for _ in range(40)]
        keys = {each: wrapped_keys(installation, each) for each in people}
        assert all(is_in_files(installation, wrapped) for wrapped in keys[people[7]])

        for each in people[:20]:
            installation.erase(each)

        assert not any(is_in_files(installation, wrapped) for each in people[:20] for wrapped in keys[each])
        assert all(installation.vault.find_destructions(people[:20])[place].removed_at for place in range(80))
        installation.vault.finish_destructions(clock=installation.clock.now)
        assert wrapped_keys(installation, people[30]) == keys[people[30]]

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_a_reader_delays_removed_until_it_has_gone(self, installation):
        subject_id = installation.person(Compartment.PROFILE)
        (wrapped,) = wrapped_keys(installation, subject_id)
        reader = installation.keystore.connect()
        reader.execute(select(data_key.c.number)).all()

        (during,) = installation.vault.destroy([subject_id], compartments=[Compartment.PROFILE], clock=installation.clock.now, patience=0.2)
        was_there = is_in_files(installation, wrapped)
        reader.close()
        finished = installation.vault.finish_destructions(clock=lambda: installation.clock.now() + timedelta(minutes=1))

        assert during.removed_at is None
        assert was_there
        assert finished
        assert not is_in_files(installation, wrapped)
        assert installation.vault.find_destructions([subject_id])[0].removed_at == installation.clock.now() + timedelta(minutes=1)

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_waiting_for_a_reader_lets_others_write(self, installation):
        subject_id = installation.person(Compartment.PROFILE)
        with installation.keystore.connect() as reader:
            reader.execute(select(data_key.c.number)).all()
            installation.vault.destroy([subject_id], compartments=[Compartment.PROFILE], clock=installation.clock.now, patience=0)

            assert installation.person(Compartment.PROFILE)

    def test_nobody_else_may_read_the_files_of_the_key_store_whatever_the_umask(self, tmp_path):
        engine = make_engine(f"sqlite:///{tmp_path / 'keys' / 'keystore.sqlite'}", may_change_schema=True)
        before = os.umask(0)
        try:
            create_keystore(engine)
            modes = {each.stat().st_mode & 0o777 for each in (tmp_path / "keys").iterdir()}
        finally:
            os.umask(before)
            engine.dispose()

        assert modes == {0o600}


class PowerCutError(Exception):
    """Stands for a process that ends at this statement."""


def cut_power_at(engine, number):
    """Fail at the `number`-th statement on the key store from now on."""
    seen = 0

    def count(*_arguments):
        nonlocal seen
        seen += 1
        if seen == number:
            raise PowerCutError

    event.listen(engine, "before_cursor_execute", count)
    return lambda: event.remove(engine, "before_cursor_execute", count)


def create_and_fail(installation, *compartments):
    """Make keys for somebody whose row is never committed."""
    with installation.database.writing() as session:
        installation.vault.create(session, [new_id()], compartments=compartments, now=installation.clock.now())
        raise PowerCutError


class TestCrash:
    @pytest.mark.parametrize("statement", range(1, 15))
    def test_a_destruction_cut_off_at_any_statement_is_finished_later(self, installation, statement):
        place, sealed = installation.seal(installation.person())
        mend = cut_power_at(installation.keystore, statement)
        was_cut = False
        try:
            installation.vault.destroy([place.subject_id], compartments=list(Compartment), clock=installation.clock.now)
        except PowerCutError:
            was_cut = True
        mend()

        restarted = installation.new_vault()
        restarted.destroy([place.subject_id], compartments=list(Compartment), clock=installation.clock.now)

        assert was_cut or statement > 9
        with pytest.raises(ErasedError):
            restarted.open(place, sealed)
        assert [each.removed_at for each in restarted.find_destructions([place.subject_id])] == [installation.clock.now()] * 4
        assert len(list(restarted.read_rights())) == 1
        restarted.close()

    def test_from_the_tombstone_on_nothing_opens_although_the_key_is_still_there(self, installation):
        place, sealed = installation.seal(installation.person(Compartment.PROFILE))

        destruction.order(
            installation.vault._store, [place.subject_id], compartments=[Compartment.PROFILE], source_tags=[], now=installation.clock.now()
        )

        assert wrapped_keys(installation, place.subject_id)
        with pytest.raises(ErasedError):
            installation.other.open(place, sealed)
        assert installation.new_vault().finish_destructions(clock=installation.clock.now)
        assert not wrapped_keys(installation, place.subject_id)

    @pytest.mark.parametrize("statement", range(1, 12))
    def test_a_creation_cut_off_at_any_statement_leaves_only_keys_that_are_swept(self, installation, statement):
        stays = installation.seal(installation.person(Compartment.PROFILE))
        mend = cut_power_at(installation.keystore, statement)
        with pytest.raises(PowerCutError):
            create_and_fail(installation, Compartment.PROFILE)
        mend()

        with installation.database.reading() as session:
            assert installation.vault.sweep_orphans(session, older_than=installation.clock.now()) == 0
            installation.vault.sweep_orphans(session, older_than=installation.clock.now() + timedelta(hours=1))

        with installation.keystore.connect() as connection:
            assert connection.scalars(select(data_key.c.subject_id)).all() == [stays[0].subject_id]
        assert installation.other.open(*stays)


class TestSweep:
    def test_removes_keys_without_a_person_and_looks_at_each_key_once(self, installation):
        people = [installation.person(Compartment.PROFILE) for _ in range(3)]
        with pytest.raises(PowerCutError):
            create_and_fail(installation, *Compartment)
        later = installation.clock.now() + timedelta(hours=1)

        with installation.database.reading() as session:
            swept = [installation.vault.sweep_orphans(session, older_than=later) for _ in range(2)]

        assert swept == [4, 0]
        assert installation.state().swept == 7
        assert all(wrapped_keys(installation, each) for each in people)

    def test_leaves_keys_alone_whose_person_may_still_be_written(self, installation):
        with pytest.raises(PowerCutError):
            create_and_fail(installation, Compartment.PROFILE)

        with installation.database.reading() as session:
            young = installation.vault.sweep_orphans(session, older_than=installation.clock.now())
            old = installation.vault.sweep_orphans(session, older_than=installation.clock.now() + timedelta(microseconds=1))

        assert (young, old) == (0, 1)


class TestGeneration:
    def test_keys_as_new_as_the_data_are_accepted(self, installation):
        installation.person()

        with installation.database.reading() as session:
            installation.vault.check_generation(session)

    def test_a_key_store_older_than_the_data_is_refused(self, installation):
        installation.person()
        with installation.database.writing() as session:
            session.add(
                Subject(id=new_id(), state=SubjectState.LIVING, write_seq=0, key_number=5, created_at=installation.clock.now()),
            )

        with installation.database.reading() as session, pytest.raises(KeysOlderThanDataError):
            installation.vault.check_generation(session)


class TestRightsJournal:
    def test_acts_come_back_in_order_from_any_point(self, installation):
        subject_id, now = installation.person(), installation.clock.now()
        acts = [
            RightsEntry(right=Right.OBJECTION, noted_at=now, subject_id=subject_id, purposes=("direct_marketing",), tag=b"t" * 16),
            RightsEntry(right=Right.OBJECTION, noted_at=now, tag=b"u" * 16),
            RightsEntry(right=Right.WITHDRAWAL, noted_at=now, subject_id=subject_id, purposes=("newsletter", "events")),
        ]
        installation.vault.note_rights(acts[:2])
        installation.vault.note_rights(acts[2:])

        entries = list(installation.other.read_rights())

        assert [(each.right, each.subject_id, each.purposes, each.tag, each.noted_at) for each in entries] == [
            (each.right, each.subject_id, each.purposes, each.tag, now) for each in acts
        ]
        assert list(installation.other.read_rights(after=entries[1].sequence)) == entries[2:]

    def test_the_end_of_an_objection_says_what_it_ended(self, installation):
        ended = ObjectionLine(act="corrected", origin="Fall 2026-0001", channel="email")
        line = RightsEntry(
            right=Right.OBJECTION_LIFTED,
            noted_at=installation.clock.now(),
            subject_id=installation.person(),
            purposes=("direct_marketing",),
            objection=ended,
        )
        installation.vault.note_rights([line])

        [read] = installation.other.read_rights()

        assert (read.purposes, read.objection) == (("direct_marketing",), ended)

    def test_a_line_of_the_first_form_is_still_read_and_one_of_a_newer_version_refused(self, installation):
        line = {"subject_id": installation.person(), "right": "objection", "compartments": "[]", "noted_at": installation.clock.now()}
        with installation.keystore.begin() as connection:
            connection.execute(insert(rights_journal), [{**line, "purposes": '["direct_marketing"]'}])

        [read] = installation.other.read_rights()

        assert (read.purposes, read.objection) == (("direct_marketing",), None)
        with installation.keystore.begin() as connection:
            connection.execute(insert(rights_journal), [{**line, "purposes": '{"form": 3, "purposes": []}'}])
        with pytest.raises(JournalFormError):
            list(installation.other.read_rights())

    def test_nothing_of_it_names_anybody(self, installation):
        installation.erase(installation.person())

        with installation.keystore.connect() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(each)).scalar()
                for each in (rights_journal, tombstone, source_tombstone)
            ]
        assert counts == [1, 4, 0]
