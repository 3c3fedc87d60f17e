"""Every attack on the log by somebody who owns the database, and what finds it (design: attacks, each a test)."""

import hashlib
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crm import ledger
from crm.clock import micros
from crm.ledger import Kind
from crm.ledger.leaf import canonical

from .conftest import READ


@pytest.fixture
def sealed(log):
    """Twelve sealed entries, some with payload, and one list of two people."""
    log.write(6)
    log.write(2, payload=b"first")
    log.write(2, payload=b"second")
    log.write(1)
    log.write_list(["1" * 32, "2" * 32])
    log.seal()
    assert log.verify().is_sound
    return log


def leaf_at(connection, entry_id):
    return bytes(connection.execute(text("SELECT leaf FROM ledger_entry WHERE id = :id"), {"id": entry_id}).scalar_one())


def set_leaf(connection, entry_id, leaf):
    connection.execute(text("UPDATE ledger_entry SET leaf = :leaf WHERE id = :id"), {"leaf": leaf, "id": entry_id})


def insert_copy(connection, fields, leaf):
    connection.execute(
        text("INSERT INTO ledger_entry (leaf, event, t, actor, action, purpose, subject_id) VALUES (:leaf, :id, :t, :a, :act, :pur, :sub)"),
        {**fields, "leaf": leaf},
    )


class TestSealedEntry:
    @pytest.mark.parametrize(("before", "after"), [(b'"sales"', b'"salet"'), (b'"identity"', b'"identitz"'), (b'"v":1', b'"v":2')])
    def test_with_one_byte_changed_is_found(self, sealed, before, after):
        with sealed.attack() as connection:
            set_leaf(connection, 4, leaf_at(connection, 4).replace(before, after))

        findings = sealed.verify().findings
        assert (Kind.LEAF_CHANGED, 3) in {(finding.kind, finding.index) for finding in findings}
        assert Kind.ROOT_DIFFERS in sealed.kinds()
        assert "Eintrag 3 wurde verändert" in findings[0].sentence

    def test_is_named_once_with_the_number_of_checkpoints_that_no_longer_agree(self, sealed):
        for _ in range(5):
            sealed.write(1)
            sealed.seal()
        with sealed.attack() as connection:
            set_leaf(connection, 4, leaf_at(connection, 4).replace(b'"identity"', b'"identitz"'))

        findings = sealed.verify().findings

        assert [finding.index for finding in findings if finding.kind is Kind.LEAF_CHANGED] == [3]
        [told] = [finding for finding in findings if finding.kind in {Kind.ROOT_DIFFERS, Kind.ROOTS_DIFFER}]
        assert told.sentence.startswith("6 unterschriebene Prüfpunkte, zuerst der über 12 Einträge,")

    def test_changed_together_with_its_hash_is_found(self, sealed):
        with sealed.attack() as connection:
            leaf = leaf_at(connection, 4).replace(b'"identity"', b'"identitz"')
            set_leaf(connection, 4, leaf)
            connection.execute(
                text("UPDATE ledger_leaf SET hash = :hash WHERE leaf_index = 3"), {"hash": hashlib.sha256(b"\0" + leaf).digest()}
            )

        assert {Kind.ROOT_DIFFERS, Kind.TILE_DIFFERS} <= sealed.kinds()

    @pytest.mark.parametrize("column", ["actor", "action", "purpose", "subject_id", "event"])
    def test_whose_search_column_lies_is_found(self, sealed, column):
        with sealed.attack() as connection:
            connection.execute(text(f"UPDATE ledger_entry SET {column} = 'x' WHERE id = 4"))

        assert sealed.kinds() == {Kind.COLUMNS_DIFFER}

    def test_deleted_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id = 4"))

        assert Kind.LEAF_MISSING in sealed.kinds()

    def test_deleted_with_its_hash_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id = 4"))
            connection.execute(text("DELETE FROM ledger_leaf WHERE leaf_index = 3"))

        assert {Kind.INDEX_MISSING, Kind.SEALED_TAIL_CUT, Kind.COUNTER_GAP} <= sealed.kinds()

    def test_deleted_and_the_rest_renumbered_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id = 4"))
            connection.execute(text("DELETE FROM ledger_leaf WHERE leaf_index = 3"))
            for index in range(4, 12):
                connection.execute(text("UPDATE ledger_leaf SET leaf_index = leaf_index - 1 WHERE leaf_index = :index"), {"index": index})

        assert {Kind.SEALED_TAIL_CUT, Kind.ROLLED_BACK, Kind.COUNTER_GAP} <= sealed.kinds()

    def test_that_changed_places_with_another_is_found(self, sealed):
        with sealed.attack() as connection:
            for before, after in ((3, 100), (5, 3), (100, 5)):
                connection.execute(text(f"UPDATE ledger_leaf SET leaf_index = {after} WHERE leaf_index = {before}"))

        assert sealed.kinds() == {Kind.ROOT_DIFFERS, Kind.HIGH_WATER_DIFFERS, Kind.TILE_DIFFERS}

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_replaced_past_the_guards_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(
                text(
                    "INSERT OR REPLACE INTO ledger_entry (id, leaf, event, t, actor, action) SELECT 4, '{}', event, t, actor, action"
                    " FROM ledger_entry WHERE id = 4"
                )
            )

        assert {Kind.LEAF_CHANGED, Kind.FORM_BROKEN} <= sealed.kinds()

    def test_slipped_in_behind_the_seal_is_found(self, sealed, engine_kind):
        with sealed.attack() as connection:
            connection.execute(text("UPDATE ledger_leaf SET entry_id = 100 WHERE leaf_index = 11"))
            connection.execute(text("UPDATE ledger_entry SET id = 100 WHERE id = 12"))
            fields = json.loads(leaf_at(connection, 3)) | {"id": "f" * 32, "w": "forged", "n": 1}
            insert_copy(connection, fields, canonical(fields))
            if engine_kind == "sqlite":
                connection.execute(text("UPDATE ledger_entry SET id = 12 WHERE event = :event"), {"event": "f" * 32})
            else:
                connection.execute(text("UPDATE ledger_entry SET xid = '1' WHERE event = :event"), {"event": "f" * 32})

        assert Kind.SLIPPED_IN in sealed.kinds()

    def test_that_is_no_canonical_json_was_forged_before_the_seal_and_is_found(self, log, now):
        with log.database.writing() as session:
            draft = ledger.draft(session, READ, now=now)
            ledger.append(session, draft)
        with log.attack() as connection:
            set_leaf(connection, 1, draft.aad + b" ")
        log.seal()

        assert log.kinds() == {Kind.FORM_BROKEN, Kind.COUNTER_GAP} or log.kinds() == {Kind.FORM_BROKEN}

    def test_that_is_larger_than_the_format_allows_is_found(self, log, now):
        log.write()
        with log.attack() as connection:
            fields = json.loads(leaf_at(connection, 1)) | {"res": "x" * 66_000}
            set_leaf(connection, 1, canonical(fields))
        log.seal()

        assert Kind.FORM_BROKEN in log.kinds()

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE ledger_entry SET leaf = 7 WHERE id = 4",
            "UPDATE ledger_entry SET leaf = CAST(x'ff' AS TEXT) WHERE id = 4",
            "UPDATE ledger_entry SET actor = CAST(x'ff' AS TEXT) WHERE id = 4",
            "UPDATE ledger_entry SET t = 'later' WHERE id = 4",
            "UPDATE ledger_payload SET content = 'text'",
            "UPDATE ledger_salt SET salt = 7",
            "UPDATE ledger_leaf SET hash = 'text' WHERE leaf_index = 3",
            "UPDATE ledger_leaf SET entry_id = 'text' WHERE leaf_index = 3",
            "UPDATE ledger_leaf SET leaf_index = 4611686018427387904 WHERE leaf_index = 11",
            "UPDATE ledger_leaf SET leaf_index = -1 WHERE leaf_index = 11",
            "UPDATE ledger_tile SET hashes = 'text'",
            "UPDATE ledger_checkpoint SET note = 'text'",
        ],
    )
    def test_of_another_type_is_found_and_stops_nothing(self, sealed, change):
        with sealed.attack() as connection:
            connection.exec_driver_sql(change)

        assert not sealed.verify().is_sound


class TestPayload:
    def test_changed_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("UPDATE ledger_payload SET content = :content"), {"content": b"forged"})

        assert {(finding.kind, finding.index) for finding in sealed.verify().findings} >= {
            (Kind.PAYLOAD_CHANGED, index) for index in (6, 7, 8, 9, 11)
        }

    def test_that_changed_places_with_another_is_found(self, sealed):
        with sealed.attack() as connection:
            events = connection.execute(text("SELECT event FROM ledger_entry WHERE id IN (7, 9) ORDER BY id")).scalars().all()
            for before, after in ((events[0], "x"), (events[1], events[0]), ("x", events[1])):
                connection.execute(
                    text("UPDATE ledger_payload SET event = :after WHERE event = :before"), {"before": before, "after": after}
                )

        assert sealed.kinds() == {Kind.PAYLOAD_CHANGED}

    def test_deleted_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_payload"))

        assert {Kind.PAYLOAD_MISSING, Kind.SALT_WRONG} == sealed.kinds()

    def test_that_belongs_to_nothing_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("INSERT INTO ledger_payload (event, content) VALUES ('x', :content)"), {"content": b"x"})

        assert sealed.kinds() == {Kind.PAYLOAD_STRAY}

    def test_salt_of_a_list_that_is_not_filed_yet_and_names_another_person_is_found(self, log):
        log.write_list(["1" * 32, "2" * 32])
        with log.attack() as connection:
            connection.execute(text("UPDATE ledger_list SET people = :people"), {"people": "9" * 64 + "z" * 64})

        assert log.verify().findings[0].facts == {"count": 2}
        log.seal()
        assert log.kinds() == {Kind.SALT_WRONG}

    def test_salt_that_names_another_person_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("UPDATE ledger_salt SET subject_id = :other WHERE position = 0"), {"other": "9" * 32})

        assert sealed.kinds() == {Kind.SALT_WRONG}

    def test_salt_taken_away_is_found(self, sealed):
        with sealed.attack() as connection:
            taken = connection.execute(text("DELETE FROM ledger_salt WHERE position = 0")).rowcount

        assert [(each.kind, each.facts) for each in sealed.verify().findings] == [(Kind.SALT_MISSING, {"count": taken})]

    def test_salts_of_a_list_that_is_not_filed_yet_taken_away_are_found(self, log):
        log.write_list(["1" * 32, "2" * 32])
        with log.attack() as connection:
            connection.execute(text("DELETE FROM ledger_list"))

        assert [(each.kind, each.facts) for each in log.verify().findings] == [(Kind.SALT_MISSING, {"count": 2})]


class TestTail:
    def test_that_was_sealed_and_cut_is_found(self, sealed):
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id > 8"))
            connection.execute(text("DELETE FROM ledger_leaf WHERE entry_id > 8"))

        assert {Kind.SEALED_TAIL_CUT, Kind.ROLLED_BACK} <= sealed.kinds()

    def test_that_was_not_sealed_and_cut_shows_when_the_writer_goes_on(self, sealed):
        sealed.write(3)
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id > 12"))
        for _ in range(6):  # the pool of connections takes turns
            sealed.write(1)

        assert Kind.COUNTER_GAP in sealed.kinds()
        sealed.seal()
        assert Kind.COUNTER_GAP in sealed.kinds()

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_that_was_not_sealed_and_cut_shows_at_once_where_ids_have_no_gaps(self, sealed):
        sealed.write(3)
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_entry WHERE id > 13"))

        verification = sealed.verify()
        assert [(finding.kind, finding.facts["count"]) for finding in verification.findings] == [(Kind.TAIL_CUT, 2)]
        assert verification.unsealed == 1

    def test_entry_changed_before_it_was_sealed_is_found_by_its_columns(self, sealed):
        sealed.write(1)
        with sealed.attack() as connection:
            set_leaf(connection, 13, leaf_at(connection, 13).replace(b"person:disclosed", b"person:forgotten"))

        assert [(finding.kind, finding.index) for finding in sealed.verify().findings] == [(Kind.COLUMNS_DIFFER, 12)]

    def test_entry_repeated_before_it_was_sealed_is_found_by_its_counter(self, sealed):
        with sealed.attack() as connection:
            fields = json.loads(leaf_at(connection, 3)) | {"id": "f" * 32}
            insert_copy(connection, fields, canonical(fields))

        assert sealed.kinds() == {Kind.COUNTER_TWICE}


class TestTime:
    def test_set_back_by_more_than_the_skew_is_found(self, sealed, clock):
        with sealed.attack() as connection:
            moment = micros(clock.now() - timedelta(hours=3))
            fields = json.loads(leaf_at(connection, 3)) | {"id": "f" * 32, "w": "forged", "n": 1, "t": moment}
            insert_copy(connection, fields, canonical(fields))
        assert sealed.kinds() == {Kind.BACKDATED}

        sealed.seal()

        assert [(finding.kind, finding.index) for finding in sealed.verify().findings] == [(Kind.BACKDATED, 12)]

    @pytest.mark.parametrize(("behind", "sound"), [(2_000, True), (2_001, False)])
    @pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
    def test_of_interleaved_commits_may_differ_by_two_seconds(self, log, clock, behind, sound):
        log.write(1)
        clock.advance(-timedelta(milliseconds=behind))
        log.write(1)
        log.seal()

        assert log.verify().is_sound is sound


class TestWholeLog:
    def test_signed_with_another_key_is_found(self, sealed):
        forger = ledger.Signer("lethe-test", b"9" * 32)
        with sealed.attack() as connection:
            size, note = connection.execute(text("SELECT size, note FROM ledger_checkpoint")).one()
            signed = forger.sign(bytes(note).rpartition(b"\n\n")[0] + b"\n")
            connection.execute(text("UPDATE ledger_checkpoint SET note = :note WHERE size = :size"), {"note": signed, "size": size})

        assert Kind.UNSIGNED in sealed.kinds()
        assert sealed.verify().checkpoint is None

    def test_written_anew_with_the_same_key_is_found_by_the_high_water_file(self, sealed):
        _rewrite(sealed)

        assert sealed.kinds() == {Kind.HIGH_WATER_DIFFERS}
        with pytest.raises(ledger.LedgerRolledBackError):
            sealed.seal()

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_rolled_back_to_an_earlier_copy_is_found_by_the_high_water_file(self, sealed, database_url):
        file = Path(database_url.removeprefix("sqlite:///"))
        _copy(sealed, file, file.with_suffix(".backup"))
        sealed.write(3)
        sealed.seal()
        sealed.database.engine.dispose()
        for leftover in (f"{file}-wal", f"{file}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(file.with_suffix(".backup"), file)

        assert sealed.kinds() == {Kind.ROLLED_BACK}
        sealed.write(5)
        with pytest.raises(ledger.LedgerRolledBackError):
            sealed.seal()

    def test_that_ends_before_what_was_seen_is_refused_without_a_key(self, sealed):
        sealed.write(1)
        sealed.seal()
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_checkpoint WHERE size = 13"))

        with pytest.raises(ledger.LedgerRolledBackError) as refused:
            sealed.require_not_set_back()

        assert refused.value.facts == {"found": 12, "expected": 13}

    def test_written_anew_with_the_same_key_is_refused_without_a_key(self, sealed):
        _rewrite(sealed)

        with pytest.raises(ledger.LedgerRolledBackError):
            sealed.require_not_set_back()

    def test_that_goes_on_after_what_was_seen_or_whose_file_is_elsewhere_is_not_refused(self, sealed):
        seen = sealed.sealer.high_water.read_bytes()
        sealed.write(1)
        sealed.seal()

        for content in (seen, b"no checkpoint"):
            sealed.sealer.high_water.write_bytes(content)
            sealed.require_not_set_back()
        sealed.sealer.high_water.unlink()
        sealed.require_not_set_back()

    def test_with_its_last_checkpoint_taken_away_is_found(self, sealed):
        sealed.write(1)
        sealed.seal()
        with sealed.attack() as connection:
            connection.execute(text("DELETE FROM ledger_checkpoint WHERE size = 13"))

        assert sealed.kinds() == {Kind.CHECKPOINT_BEHIND}

    def test_with_an_earlier_checkpoint_that_does_not_fit_is_found(self, sealed):
        sealed.write(1)
        sealed.seal()
        with sealed.attack() as connection:
            note = sealed.signer.sign(b"lethe-test\n12\n" + b"A" * 43 + b"=\n")
            connection.execute(text("UPDATE ledger_checkpoint SET note = :note WHERE size = 12"), {"note": note})

        assert sealed.kinds() == {Kind.ROOT_DIFFERS}

    def test_emptied_is_found(self, sealed):
        with sealed.attack() as connection:
            for table in ("ledger_entry", "ledger_payload", "ledger_leaf", "ledger_tile", "ledger_checkpoint", "ledger_salt"):
                connection.execute(text(f"DELETE FROM {table}" if connection.dialect.name == "sqlite" else f"TRUNCATE {table}"))

        assert Kind.ROLLED_BACK in sealed.kinds()

    def test_whose_high_water_file_is_gone_is_found(self, sealed):
        sealed.sealer.high_water.unlink()

        assert sealed.kinds() == {Kind.HIGH_WATER_MISSING}

    def test_whose_high_water_file_nobody_signed_is_found(self, sealed):
        sealed.sealer.high_water.write_bytes(b"12")

        assert sealed.kinds() == {Kind.HIGH_WATER_UNREADABLE}

    def test_whose_tiles_do_not_fit_is_found(self, log):
        log.write(600)
        log.seal()
        with log.attack() as connection:
            connection.execute(text("UPDATE ledger_tile SET hashes = :hashes WHERE level = 1"), {"hashes": bytes(64)})

        assert [(finding.kind, finding.facts) for finding in log.verify().findings] == [(Kind.TILE_DIFFERS, {"level": 1, "number": 0})]


def test_several_processes_find_what_one_finds(log, monkeypatch):
    monkeypatch.setattr("crm.ledger.chunks._PAYS_FROM", 0)
    monkeypatch.setattr("crm.ledger.chunks.CHUNK", 256)
    log.write(700)
    log.seal()
    with log.attack() as connection:
        set_leaf(connection, 600, leaf_at(connection, 600).replace(b'"sales"', b'"salet"'))
    seen = []

    alone, together = log.verify(), log.verify(processes=2, progress=lambda done, total: seen.append((done, total)))

    assert alone == together
    assert alone.count == 5
    assert seen == [(256, 700), (512, 700), (700, 700)]


def test_a_ruined_log_is_reported_within_bounds(log):
    log.write(500)
    log.seal()
    with log.attack() as connection:
        connection.execute(text("UPDATE ledger_entry SET leaf = :leaf"), {"leaf": b"x"})

    verification = log.verify()

    assert len(verification.findings) == 200
    assert verification.count >= 1_000


def _rewrite(log):
    """Change an entry and seal the whole log again, as somebody with the key and root could."""
    with log.attack() as connection:
        leaf = leaf_at(connection, 4).replace(b'"identity"', b'"position"')
        set_leaf(connection, 4, leaf)
        for table in ("ledger_leaf", "ledger_tile", "ledger_checkpoint", "ledger_cursor"):
            connection.execute(text(f"DELETE FROM {table}"))
    elsewhere = log.folder / "forged"
    ledger.Sealer(log.signer, elsewhere, elsewhere / "high-water").seal_all(log.database, clock=log.clock.now)


def _copy(log, file, target):
    with log.database.reading() as session:
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(file, target)
        session.connection().exec_driver_sql("BEGIN")
