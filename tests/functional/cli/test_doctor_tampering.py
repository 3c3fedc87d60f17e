"""Somebody has the database file in hand and writes SQL, or changes files beside it: `lethe doctor` says so (Art. 32(1)(b), (d) DSGVO)."""

import json
import sqlite3

import pytest
from sqlalchemy import select

from crm.models.account import Account
from crm.privacy import objection, rectification
from crm.services.accounts import signins
from crm.services.accounts.signins import Lifetimes
from tests.integration.privacy.people import SALES, purpose


@pytest.fixture
def doctor(lethe):
    """Run the examination: the wrong sentences by check, and the exit status."""

    def run():
        result = lethe("doctor", "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        wrong = [each for each in json.loads(result.stdout) if each["state"] == "wrong"]
        return {each["check"]: each["sentence"] for each in wrong}, result.exit_code

    return run


@pytest.fixture
def change(installed):
    """Write SQL past the program, as whoever holds the file can: `change("lethe.sqlite", "DELETE …")`."""

    def run(file, *statements):
        connection = sqlite3.connect(installed / file)
        changed = [connection.execute(each).rowcount for each in statements]
        connection.commit()
        connection.close()
        assert changed[-1] != 0

    return run


def object_to_marketing(opened, person):
    with opened.database.writing() as session:
        objection.raise_to_marketing(session, subject_id=person, origin="Brief", actor=SALES, now=opened.clock.now())


def rectify(opened, person, fields):
    with opened.database.writing() as session:
        rectification.rectify(
            session,
            subject_id=person,
            fields=fields,
            purpose=purpose(session),
            expected_version=1,
            actor=SALES,
            now=opened.clock.now(),
        )


class TestRows:
    def test_that_are_what_acts_wrote_are_no_finding(self, opened, populate, doctor):
        (person,) = populate(1)
        object_to_marketing(opened, person)

        assert doctor() == ({}, 0)

    def test_of_a_deleted_objection_are_missed(self, opened, populate, doctor, change):
        (person,) = populate(1)
        object_to_marketing(opened, person)
        opened.close()
        change("lethe.sqlite", "DELETE FROM objection_event")

        wrong, status = doctor()

        assert "1 Zeilen, die Einträge nennen und die fehlen (objection:raised)" in wrong["rows"]
        assert person in wrong["rows"]
        assert status == 1

    def test_of_a_role_that_somebody_took_are_found(self, installed, doctor, change):
        change("lethe.sqlite", "INSERT INTO account_role (account_id, role) SELECT id, 'privacy' FROM account")

        wrong, status = doctor()

        assert "die kein Eintrag im Protokoll nennt (account)" in wrong["rows"]
        assert status == 1

    def test_that_somebody_wrote_into_a_right_are_found_by_the_journal_too(self, populate, doctor, change):
        (person,) = populate(1)
        forged = f"('{person}', 'lifted', 'unlawful', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
        change("lethe.sqlite", f"INSERT INTO restriction_event (subject_id, act, reason, effective_at, recorded_at) VALUES {forged}")

        wrong, status = doctor()

        assert "restriction_event" in wrong["rows"]
        assert "oder jemand hat in der Datenbank etwas eingefügt" in wrong["keys"]
        assert status == 1


class TestSignIns:
    def test_that_were_revived_with_sql_are_named(self, opened, doctor, change):
        now = opened.clock.now()
        with opened.database.writing() as session:
            account = session.scalars(select(Account)).unique().one()
            signins.begin(session, account, lifetimes=Lifetimes.of(opened.settings), now=now)
            signins.end_all(session, account.id, now=now)
        assert "sign_ins" not in doctor()[0]
        opened.close()
        change("lethe.sqlite", "UPDATE sign_in SET ended_at = NULL")

        wrong, status = doctor()

        assert "1 Anmeldungen" in wrong["sign_ins"] or "1 sign-ins" in wrong["sign_ins"]
        assert account.pseudonym in wrong["sign_ins"]
        assert status == 1


class TestSealedValues:
    def test_that_were_emptied_are_missed(self, populate, doctor, change):
        person, _ = populate(2)
        change("lethe.sqlite", f"UPDATE contact SET sealed_phone = NULL, sealed_email = NULL WHERE subject_id = '{person}'")

        wrong, status = doctor()

        assert "außerhalb von Lethe geleert: 2" in wrong["sealed_values"]
        assert person in wrong["sealed_values"]
        assert status == 1

    def test_that_the_person_had_removed_are_not_missed(self, opened, populate, doctor):
        (person,) = populate(1)
        rectify(opened, person, {"email": "neu@example.com", "phone": ""})

        assert doctor() == ({}, 0)

    def test_that_were_removed_and_put_back_are_found(self, installed, opened, populate, doctor, change):
        (person,) = populate(1)
        connection = sqlite3.connect(installed / "lethe.sqlite")
        (phone,) = connection.execute("SELECT hex(sealed_phone) FROM contact").fetchone()
        connection.close()
        rectify(opened, person, {"phone": ""})
        change("lethe.sqlite", f"UPDATE contact SET sealed_phone = x'{phone}'")

        wrong, _ = doctor()

        assert "sondern ältere: 1" in wrong["sealed_values"]


class TestPeople:
    def test_of_whom_every_row_was_removed_are_missed(self, installed, populate, doctor, change):
        person, _ = populate(2)
        connection = sqlite3.connect(installed / "lethe.sqlite")
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'ledger%'")]
        of_people = [name for name in names if any(each[1] == "subject_id" for each in connection.execute(f"PRAGMA table_info({name})"))]
        connection.close()
        removed = [f"DELETE FROM {name} WHERE subject_id = '{person}'" for name in of_people]
        change("lethe.sqlite", *removed, f"DELETE FROM subject WHERE id = '{person}'")

        wrong, status = doctor()

        assert f"fehlen in der Datenbank: 1 (Kennung {person})" in wrong["sealed_values"]
        assert status == 1

    def test_who_lost_their_contact_alone_are_missed(self, populate, doctor, change):
        person, _ = populate(2)
        change("lethe.sqlite", f"DELETE FROM contact WHERE subject_id = '{person}'")

        wrong, status = doctor()

        assert f"fehlen in der Datenbank: 1 (Kennung {person})" in wrong["sealed_values"]
        assert status == 1


class TestFiles:
    @pytest.mark.parametrize("spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"x" * file.stat().st_size)])
    def test_of_tiles_that_are_gone_or_changed_are_found_and_written_anew(self, installed, populate, doctor, lethe, spoil):
        populate(3)
        spoil(newest_tile(installed / "ledger"))

        wrong, status = doctor()
        verified = lethe("log", "verify")
        (installed / "ledger" / "checkpoint").unlink()
        lethe("users", "list")

        assert "1 Kacheldateien" in wrong["log"]
        assert "tile/0/000.p" in wrong["log"]
        assert status == verified.exit_code == 1
        assert "Kacheldateien" in verified.stdout + verified.stderr
        assert doctor() == ({}, 0)

    def test_of_the_published_checkpoint_is_missed(self, installed, populate, doctor):
        populate(1)
        (installed / "ledger" / "checkpoint").unlink()

        wrong, status = doctor()

        assert "fehlt ein gültiger Prüfpunkt" in wrong["log"]
        assert status == 1

    def test_of_the_high_water_mark_is_missed_until_somebody_puts_it_back(self, installed, populate, doctor, lethe):
        for _ in range(2):
            populate(1)
        (installed / "ledger" / "high-water").unlink()

        lethe("users", "list")
        wrong, status = doctor()
        (installed / "ledger" / "high-water").write_bytes((installed / "ledger" / "checkpoint").read_bytes())
        lethe("users", "list")

        assert "Höchststandsdatei" in wrong["log"]
        assert "wird nichts versiegelt" in wrong["log"]
        assert status == 1
        assert doctor() == ({}, 0)


class TestMarks:
    def test_of_the_key_store_are_missed(self, populate, doctor, change):
        populate(1)
        change("keys/keystore.sqlite", "DELETE FROM keystore_state")

        wrong, status = doctor()

        assert "keystore_state" in wrong["keys"]
        assert status == 1

    @pytest.mark.parametrize("statement", ["DELETE FROM sqlite_sequence", "UPDATE sqlite_sequence SET seq = 1"])
    def test_of_the_numbers_given_to_entries_are_missed(self, populate, lethe, change, statement):
        populate(1)
        change("lethe.sqlite", f"{statement} WHERE name = 'ledger_entry'")

        result = lethe("log", "verify")

        assert "sqlite_sequence" in result.stdout + result.stderr
        assert result.exit_code == 1


def newest_tile(folder):
    """Return the tile that the newest checkpoint needs."""
    size = int((folder / "checkpoint").read_text().splitlines()[1])
    return folder / "tile" / "0" / "000.p" / str(size)
