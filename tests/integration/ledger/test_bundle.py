"""The bundle, verified by code that shares nothing with `crm.ledger`: a stranger's, after the public formats."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text

from crm import ledger


def is_genuine(folder):
    """Say whether the entries lead to the signed checkpoint and to every earlier one."""
    keys = {}
    for vkey in (folder / "trusted.vkeys").read_text().splitlines():
        name, key_id, encoded = vkey.split("+", 2)
        raw = base64.b64decode(encoded)
        assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id
        keys[name] = Ed25519PublicKey.from_public_bytes(raw[1:])
    lines = [json.loads(line) for line in (folder / "entries.jsonl").read_text().splitlines()]
    if [line["index"] for line in lines] != list(range(len(lines))):
        return False
    hashes = [_hash(line) for line in lines]
    return all(_fits(path.read_text(), keys, hashes) for path in [folder / "checkpoint", *sorted((folder / "anchors").iterdir())])


def _hash(line):
    if "leaf_hash" in line:
        return base64.b64decode(line["leaf_hash"])
    leaf = base64.b64decode(line["leaf"])
    named = json.loads(leaf).get("ph")
    payload = None if line["payload"] is None else hashlib.sha256(base64.b64decode(line["payload"])).hexdigest()
    assert named == payload
    return hashlib.sha256(b"\x00" + leaf).digest()


def _fits(note, keys, hashes):
    origin, size, root, _blank, signature = note.rstrip("\n").split("\n")
    dash, name, encoded = signature.split(" ")
    assert (dash, name) == ("\u2014", origin)
    keys[name].verify(base64.b64decode(encoded)[4:], f"{origin}\n{size}\n{root}\n".encode())
    return _root(hashes[: int(size)]) == base64.b64decode(root)


def _root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + _root(hashes[:half]) + _root(hashes[half:])).digest()


@pytest.fixture
def filled(log, clock):
    for _ in range(3):
        log.write(5)
        log.write(1, payload=b"sealed")
        log.write_list(["1" * 32])
        log.seal()
        clock.advance(timedelta(seconds=1))
    return log


def export(log, folder):
    return ledger.export_bundle(log.database.engine, folder, trusted=[log.signer.verifier])


def test_a_stranger_can_verify_the_bundle(filled, tmp_path):
    checkpoint = export(filled, tmp_path / "out")

    assert checkpoint.size == 21
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["anchors", "checkpoint", "entries.jsonl", "trusted.vkeys"]
    assert [path.name for path in sorted((tmp_path / "out/anchors").iterdir())] == [f"{7:020}", f"{14:020}"]
    assert is_genuine(tmp_path / "out")


def test_a_stranger_finds_a_forged_entry(filled, tmp_path):
    with filled.attack() as connection:
        leaf = bytes(connection.execute(text("SELECT leaf FROM ledger_entry WHERE id = 2")).scalar_one())
        connection.execute(text("UPDATE ledger_entry SET leaf = :leaf WHERE id = 2"), {"leaf": leaf.replace(b"sales", b"salet")})

    export(filled, tmp_path / "out")

    assert not is_genuine(tmp_path / "out")


def test_an_entry_that_is_gone_leaves_its_hash(filled, tmp_path):
    with filled.attack() as connection:
        connection.execute(text("DELETE FROM ledger_entry WHERE id = 2"))

    export(filled, tmp_path / "out")

    line = json.loads((tmp_path / "out/entries.jsonl").read_text().splitlines()[1])
    assert set(line) == {"index", "leaf_hash"}
    assert is_genuine(tmp_path / "out")


def test_what_is_not_sealed_yet_stays_out(filled, tmp_path):
    filled.write(1)

    export(filled, tmp_path / "out")

    assert len((tmp_path / "out/entries.jsonl").read_text().splitlines()) == 21


def test_only_the_owner_reads_the_bundle(filled, tmp_path):
    export(filled, tmp_path / "out")

    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*") if path.is_file()} == {0}


def test_a_folder_that_holds_something_is_refused(filled, tmp_path):
    (tmp_path / "other").touch()

    with pytest.raises(ledger.ExportFolderInUseError):
        export(filled, tmp_path)


def test_a_log_without_checkpoint_has_no_bundle(log, tmp_path):
    log.write(1)

    with pytest.raises(ledger.NothingSealedError):
        export(log, tmp_path / "out")
