import base64
import hashlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from crm import ledger
from crm.ledger import sealer as sealer_module
from crm.ledger.merkle import leaf_hash, root_from_path
from crm.ledger.sealing_lock import sealing_lock

from .conftest import READ


class TestSealOnce:
    def test_gives_a_gap_free_order_and_signs_what_is_new(self, log, now):
        log.write(3)
        log.write(2)

        made = log.sealer.seal_once(log.database, now=now)

        assert made.size == 5
        assert [index for (index,) in log.rows("SELECT leaf_index FROM ledger_leaf ORDER BY 1")] == [0, 1, 2, 3, 4]
        assert ledger.read_checkpoint(made.note, [log.signer.verifier]) == made
        assert log.verify().checkpoint == made

    def test_does_nothing_when_nothing_waits(self, log, now):
        assert log.sealer.seal_once(log.database, now=now) is None
        log.write(1)
        log.seal()

        assert log.sealer.seal_once(log.database, now=now) is None
        assert log.rows("SELECT count(*) FROM ledger_checkpoint") == [(1,)]

    def test_goes_on_batch_by_batch(self, log, now, monkeypatch):
        monkeypatch.setattr(sealer_module, "BATCH", 100)
        log.write(600)

        sizes = [log.sealer.seal_once(log.database, now=now).size for _ in range(6)]

        assert sizes == [100, 200, 300, 400, 500, 600]
        assert log.sealer.seal_once(log.database, now=now) is None
        assert log.verify().is_sound

    def test_publishes_tiles_from_which_the_root_follows(self, log):
        log.write(300)
        checkpoint = log.seal()

        folder = log.folder / "published"
        first, rest = (folder / "tile/0/000").read_bytes(), (folder / "tile/0/001.p/44").read_bytes()
        assert (folder / "checkpoint").read_bytes() == checkpoint.note
        assert (folder / "tile/1/000.p/1").read_bytes() != b""
        assert log.sealer.high_water.read_bytes() == checkpoint.note
        assert _root(first + rest) == checkpoint.root
        assert not (folder / "tile/0/000.p").exists()

    def test_makes_up_for_what_a_crash_left_unpublished(self, log, now, monkeypatch):
        log.write(10)
        with monkeypatch.context() as crash:
            crash.setattr(sealer_module, "publish", lambda *_arguments: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                log.sealer.seal_once(log.database, now=now)
        assert not log.sealer.high_water.exists()

        assert log.sealer.seal_once(log.database, now=now) is None

        assert log.sealer.high_water.exists()
        assert (log.folder / "published/tile/0/000.p/10").exists()
        assert log.verify().is_sound

    def test_has_one_sealer_at_a_time(self, log, now):
        log.write(1)

        with sealing_lock(log.database.engine), pytest.raises(ledger.SealerBusyError):
            log.sealer.seal_once(log.database, now=now)

        assert log.sealer.seal_once(log.database, now=now).size == 1

    def test_refuses_to_build_on_a_damaged_tree(self, log, now):
        log.write(3)
        log.seal()
        with log.attack() as connection:
            connection.execute(text("UPDATE ledger_tile SET hashes = :hashes"), {"hashes": bytes(96)})
        log.write(1)

        with pytest.raises(ledger.LedgerDamagedError):
            log.sealer.seal_once(log.database, now=now)

    def test_refuses_to_go_on_with_another_key(self, log, now):
        log.write(3)
        log.seal()
        log.sealer.high_water.unlink()
        log.signer = ledger.Signer("lethe-test", b"2" * 32)
        log.write(1)

        with pytest.raises(ledger.LedgerDamagedError):
            log.sealer.seal_once(log.database, now=now)

    def test_refuses_a_high_water_file_that_nobody_signed(self, log, now):
        log.write(1)
        log.seal()
        log.sealer.high_water.write_bytes(b"")

        with pytest.raises(ledger.HighWaterUnreadableError):
            log.sealer.seal_once(log.database, now=now)


class TestCheckpoints:
    def test_are_thinned_to_one_an_hour_after_a_day(self, log, clock):
        for _ in range(12):
            log.write(1)
            log.seal()
            clock.advance(timedelta(minutes=20))

        clock.advance(timedelta(days=1))
        log.write(1)
        log.seal()

        assert [size for (size,) in log.rows("SELECT size FROM ledger_checkpoint ORDER BY 1")] == [3, 6, 9, 12, 13]
        assert log.verify().is_sound

    def test_of_the_last_day_are_all_kept(self, log, clock):
        for _ in range(6):
            log.write(1)
            log.seal()
            clock.advance(timedelta(minutes=20))

        assert log.rows("SELECT count(*) FROM ledger_checkpoint") == [(6,)]


class TestWriters:
    def test_at_the_same_time_lose_nothing(self, log):
        """On PostgreSQL a cursor on ids would lose what commits late."""
        done = threading.Event()
        threads = [threading.Thread(target=lambda: [log.write(2) for _ in range(40)]) for _ in range(4)]

        def seal_meanwhile():
            while not done.is_set():
                log.seal()

        sealing = threading.Thread(target=seal_meanwhile)
        for thread in (sealing, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        sealing.join()
        log.seal()

        verification = log.verify()
        assert (verification.size, verification.unsealed, verification.findings) == (320, 0, ())

    @pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
    def test_that_commit_late_are_waited_for(self, log, now):
        with log.database.writing() as slow:
            ledger.append(slow, ledger.draft(slow, READ, now=now))
            log.write(1)
            assert log.seal() is None
            assert log.verify().unsealed == 1

        assert log.seal().size == 2

    @pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
    def test_go_on_after_the_database_moved_to_another_cluster(self, log):
        log.write(3)
        log.seal()
        log.write(2)
        with log.attack() as connection:
            connection.execute(text("UPDATE ledger_cursor SET cluster = 'old'"))
            connection.execute(text("UPDATE ledger_entry SET xid = '9000000000000'"))
        log.write(1)

        assert log.seal().size == 6
        log.write(1)
        assert log.seal().size == 7
        assert log.verify().is_sound


class TestProof:
    @pytest.mark.parametrize("index", [0, 255, 256, 300])
    def test_leads_from_the_leaf_to_the_signed_root(self, log, index):
        log.write(301)
        checkpoint = log.seal()
        ((leaf,),) = log.rows(f"SELECT leaf FROM ledger_entry JOIN ledger_leaf ON entry_id = id WHERE leaf_index = {index}")

        with log.database.reading() as session:
            proof = ledger.prove(session.connection(), index, checkpoint)

        head, note = proof.split(b"\n\n", 1)
        title, place, *path = head.decode().split("\n")
        assert (title, place, note) == ("c2sp.org/tlog-proof@v1", f"index {index}", checkpoint.note)
        assert root_from_path(leaf_hash(bytes(leaf)), index, 301, [base64.b64decode(each) for each in path]) == checkpoint.root
        assert len(proof) <= 1024

    def test_of_what_is_not_sealed_does_not_exist(self, log):
        log.write(1)
        checkpoint = log.seal()

        with log.database.reading() as session, pytest.raises(ledger.NotSealedError):
            ledger.prove(session.connection(), 1, checkpoint)


def _root(hashes):
    """The definition, once more and by hand."""
    if len(hashes) == 32:
        return hashes
    count, width = len(hashes) // 32, 1
    while width * 2 < count:
        width *= 2
    return hashlib.sha256(b"\x01" + _root(hashes[: width * 32]) + _root(hashes[width * 32 :])).digest()
