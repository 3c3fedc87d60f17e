import hashlib
import json
from datetime import timedelta

import pytest

from crm import ledger
from crm.ledger.leaf import MAX_LEAF, canonical

from .conftest import READ


def counters(log):
    return [json.loads(bytes(leaf))["n"] for (leaf,) in log.rows("SELECT leaf FROM ledger_entry ORDER BY id")]


def _append_and_fail(session, now):
    ledger.append(session, ledger.draft(session, READ, now=now))
    raise KeyError


class TestAppend:
    def test_stores_the_leaf_and_repeats_what_filters_need(self, log, now):
        log.write(sub="5" * 32)

        ((leaf, event, t, actor, action, purpose, subject),) = log.rows(
            "SELECT leaf, event, t, actor, action, purpose, subject_id FROM ledger_entry"
        )
        fields = json.loads(bytes(leaf))
        assert canonical(fields) == bytes(leaf)
        assert (event, t, actor, action, purpose, subject) == tuple(fields[name] for name in ("id", "t", "a", "act", "pur", "sub"))
        assert (fields["v"], fields["n"], t) == (1, 1, int(now.timestamp()) * 1_000_000)

    def test_names_the_hash_of_the_payload(self, log):
        log.write(payload=b"sealed")

        ((leaf, content),) = log.rows(
            "SELECT leaf, content FROM ledger_entry JOIN ledger_payload ON ledger_payload.event = ledger_entry.event"
        )
        assert json.loads(bytes(leaf))["ph"] == hashlib.sha256(b"sealed").hexdigest()
        assert bytes(content) == b"sealed"

    def test_of_a_list_is_one_entry_with_salted_hashes(self, log):
        log.write_list(["1" * 32, "2" * 32])

        ((leaf, content),) = log.rows(
            "SELECT leaf, content FROM ledger_entry JOIN ledger_payload ON ledger_payload.event = ledger_entry.event"
        )
        log.seal()
        salts = log.rows("SELECT salt, subject_id FROM ledger_salt ORDER BY position")
        assert json.loads(bytes(leaf))["cnt"] == 2
        assert bytes(content) == b"".join(hashlib.sha256(bytes(salt) + subject.encode()).digest() for salt, subject in salts)

    def test_of_an_empty_list_is_an_entry_too(self, log):
        log.write_list([])

        assert log.verify().is_sound
        assert counters(log) == [1]

    def test_binds_the_payload_to_the_leaf_without_its_hash(self, log, now):
        with log.database.writing() as session:
            draft = ledger.draft(session, READ, now=now)
            ledger.append(session, draft, b"sealed")

        ((leaf,),) = log.rows("SELECT leaf FROM ledger_entry")
        fields = json.loads(bytes(leaf))
        del fields["ph"]
        assert draft.aad == canonical(fields)

    def test_refuses_what_is_larger_than_the_format_allows(self, log):
        with pytest.raises(ledger.LeafTooLargeError):
            log.write(res="x" * MAX_LEAF)

        assert log.rows("SELECT count(*) FROM ledger_entry") == [(0,)]

    @pytest.mark.parametrize("fields", [{"a": "x"}, {"act": "a:b"}, {**READ, "name": "Maria"}, {**READ, "n": 1}])
    def test_refuses_fields_that_the_format_does_not_know(self, log, now, fields):
        with pytest.raises(ValueError), log.database.writing() as session:
            ledger.draft(session, fields, now=now)


class TestCounter:
    def test_goes_on_over_transactions_of_a_connection(self, log):
        log.write(2)
        log.write(1)

        assert counters(log) == [1, 2, 3]
        assert log.verify().is_sound

    def test_does_not_advance_on_a_rollback(self, log):
        log.write(1)

        with pytest.raises(KeyError), log.database.writing() as session:
            _append_and_fail(session, log.clock.now())

        log.write(1)
        assert counters(log) == [1, 2]
        assert log.verify().is_sound

    def test_goes_back_with_a_savepoint(self, log):
        with log.database.writing() as session:
            for keep in (True, False, True, False):
                savepoint = session.begin_nested()
                ledger.append(session, ledger.draft(session, READ, now=log.clock.now()))
                with session.begin_nested():
                    ledger.append(session, ledger.draft(session, READ, now=log.clock.now()), subjects=["1" * 32])
                savepoint.commit() if keep else savepoint.rollback()

        assert counters(log) == [1, 2, 3, 4]
        assert log.verify().is_sound

    def test_belongs_to_one_connection(self, log):
        with log.database.writing() as first:
            ledger.append(first, ledger.draft(first, READ, now=log.clock.now()))
        log.database.engine.dispose()
        log.write(1)

        assert counters(log) == [1, 1]
        assert len({json.loads(bytes(leaf))["w"] for (leaf,) in log.rows("SELECT leaf FROM ledger_entry")}) == 2

    def test_starts_anew_when_nobody_knows_whether_a_commit_happened(self, log, monkeypatch):
        log.write(1)
        dialect = log.database.engine.dialect
        commit = type(dialect).do_commit
        monkeypatch.setattr(type(dialect), "do_commit", lambda self, connection: (commit(self, connection), 1 / 0))

        with pytest.raises(ZeroDivisionError):
            log.write(1)

        monkeypatch.undo()
        log.write(1)
        assert counters(log) == [1, 2, 1]
        assert log.verify().is_sound


class TestDraft:
    def test_that_is_never_appended_stops_the_commit(self, log, now):
        with pytest.raises(RuntimeError, match="never appended"), log.database.writing() as session:
            [ledger.draft(session, READ, now=now) for _ in range(2)]

        assert counters(log) == []

    def test_fits_no_other_transaction(self, log, now):
        with pytest.raises(RuntimeError), log.database.writing() as session:
            stale = ledger.draft(session, READ, now=now)
        with pytest.raises(RuntimeError, match="transaction"), log.database.writing() as session:
            ledger.append(session, stale)

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_needs_the_write_lock(self, log, now):
        with log.database.reading() as session, pytest.raises(RuntimeError, match="write lock"):
            ledger.draft(session, READ, now=now)

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_is_never_older_than_the_last_entry(self, log):
        log.write()
        log.clock.advance(timedelta(hours=-1))
        log.write()

        assert len(set(log.rows("SELECT t FROM ledger_entry"))) == 1
