"""The use cases over the log: each leaves an entry of its own."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from crm import ledger
from crm.actor import Actor, Role
from crm.ledger import EntryFilter
from crm.services import ledger_reading

AUDITOR = Actor("a" * 32, frozenset({Role.AUDITOR}), Role.AUDITOR)
MARIA, JONAS = "1" * 32, "2" * 32


def listed(log, wanted=None, **page):
    with log.database.reading() as session:
        return ledger_reading.list_entries(session, wanted=wanted or EntryFilter(), actor=AUDITOR, clock=log.clock, **page)


def actions(page):
    return [entry.fields["act"] for entry in page.entries]


@pytest.fixture
def told(log, clock):
    """Maria disclosed, a list with both, Jonas rectified; an hour apart."""
    log.write(1, sub=MARIA)
    clock.advance(timedelta(hours=1))
    log.write_list([JONAS, MARIA])
    clock.advance(timedelta(hours=1))
    log.write(1, sub=JONAS, act="person:rectified", a="d" * 32, pur="service")
    clock.advance(timedelta(hours=1))
    return log


class TestListEntries:
    def test_shows_the_newest_first_and_leaves_an_entry(self, told):
        assert actions(listed(told)) == ["person:rectified", "person:disclosed", "person:disclosed"]

        newest = listed(told).entries[0].fields
        assert (newest["act"], newest["a"], newest["r"], newest["cnt"]) == ("log:read", AUDITOR.pseudonym, "auditor", 3)

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"actor": "d" * 32}, 1),
            ({"action": "person:disclosed"}, 2),
            ({"purpose": "service"}, 1),
            ({"purpose": "sales", "subject_id": JONAS}, 1),
            ({"subject_id": "3" * 32}, 0),
        ],
    )
    def test_filters(self, told, wanted, found):
        assert len(listed(told, EntryFilter(**wanted)).entries) == found

    @pytest.mark.parametrize("sealed", [False, True])
    def test_finds_the_lists_in_which_a_person_was(self, told, sealed):
        if sealed:
            told.seal()

        assert [entry.fields.get("cnt") for entry in listed(told, EntryFilter(subject_id=MARIA)).entries] == [2, None]

    def test_since_includes_and_until_excludes_the_moment(self, now, told):
        hour = timedelta(hours=1)

        assert len(listed(told, EntryFilter(since=now + hour, until=now + 2 * hour)).entries) == 1

    def test_goes_on_page_by_page(self, told):
        first = listed(told, limit=2)
        second = listed(told, limit=2, before=first.before)

        assert actions(first) == ["person:rectified", "person:disclosed"]
        assert (actions(second), second.before) == (["person:disclosed"], None)

    def test_goes_back_page_by_page(self, told):
        first = listed(told, EntryFilter(purpose="sales"), limit=1)
        second = listed(told, EntryFilter(purpose="sales"), limit=1, before=first.before)

        back = listed(told, EntryFilter(purpose="sales"), limit=1, after=second.after)

        assert [entry.id for entry in back.entries] == [entry.id for entry in first.entries]

    @pytest.mark.parametrize("leaf", [b"\xff", b'{"t":1}', b""])
    def test_shows_a_forged_entry_without_content(self, told, leaf):
        with told.attack() as connection:
            connection.execute(text("UPDATE ledger_entry SET leaf = :leaf WHERE id = 1"), {"leaf": leaf})

        assert listed(told).entries[-1].fields == {}

    def test_tells_the_place_of_what_is_sealed(self, told):
        told.seal()
        told.write(1)

        assert [entry.index for entry in listed(told).entries] == [None, 2, 1, 0]


class TestVerifyLog:
    def test_says_in_the_log_that_it_was_sound_or_broken(self, told):
        told.seal()
        verify = lambda: ledger_reading.verify_log(told.database, sealer=told.sealer, actor=AUDITOR, clock=told.clock)  # noqa: E731 - twice below

        assert verify().is_sound
        told.sealer.high_water.unlink()
        assert not verify().is_sound

        page = listed(told, EntryFilter(action="log:verified"))
        assert [entry.fields["res"] for entry in page.entries] == ["broken", "sound"]

    def test_seals_nothing(self, told):
        ledger_reading.verify_log(told.database, sealer=told.sealer, actor=AUDITOR, clock=told.clock)

        assert told.rows("SELECT count(*) FROM ledger_leaf") == [(0,)]


class TestExportLog:
    def test_holds_the_entry_about_itself(self, told, tmp_path):
        checkpoint = ledger_reading.export_log(told.database, sealer=told.sealer, folder=tmp_path / "out", actor=AUDITOR, clock=told.clock)

        assert checkpoint.size == 4
        assert actions(listed(told))[0] == "log:exported"

    def test_into_a_folder_in_use_leaves_nothing(self, told, tmp_path):
        (tmp_path / "letter").touch()

        with pytest.raises(ledger.ExportFolderInUseError):
            ledger_reading.export_log(told.database, sealer=told.sealer, folder=tmp_path, actor=AUDITOR, clock=told.clock)

        assert len(listed(told).entries) == 3
