from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.search import ChangeKind, IndexWriter, Position, SearchChange, announce, current_position, has_gap, prune, read_feed

IDS = [f"{number:032x}" for number in range(10)]
START = Position()
SOME = st.lists(st.sampled_from(IDS), min_size=1, max_size=4)


@pytest.fixture
def moment(clock):
    return clock.now()


def read_all(database, *, after=START, limit=1_000):
    """All announcements from `after` on, as `(changed, gone)` of each batch, and the new position."""
    batches = []
    while True:
        with database.reading() as session:
            batch = read_feed(session, after=after, limit=limit)
        after = batch.position
        if batch.changed or batch.gone:
            batches.append((batch.changed, batch.gone))
        if not batch.has_more:
            return batches, after


def write_and_break(database, subject_ids, moment):
    """Announce in a transaction that is rolled back."""

    def announce_and_break(session):
        announce(session, subject_ids, now=moment)
        raise LookupError

    with pytest.raises(LookupError), database.writing() as session:
        announce_and_break(session)


class TestReadFeed:
    def test_gives_each_person_once_by_the_latest_announcement(self, database, moment):
        with database.writing() as session:
            announce(session, IDS[:3], now=moment)
            announce(session, [IDS[1]], kind=ChangeKind.GONE, now=moment)
            announce(session, [IDS[0]], now=moment)

        batches, position = read_all(database)

        assert batches == [((IDS[0], IDS[2]), (IDS[1],))]
        assert read_all(database, after=position) == ([], position)

    def test_gives_nothing_that_was_rolled_back(self, database, moment):
        write_and_break(database, [IDS[0]], moment)
        with database.writing() as session:
            announce(session, [IDS[1]], now=moment)

        batches, _ = read_all(database)

        assert batches == [((IDS[1],), ())]

    def test_comes_in_batches(self, database, moment):
        with database.writing() as session:
            announce(session, IDS, now=moment)

        batches, _ = read_all(database, limit=3)

        assert [changed for changed, _ in batches] == [tuple(IDS[at : at + 3]) for at in range(0, 10, 3)]

    def test_announcing_nobody_writes_nothing(self, database, moment):
        with database.writing() as session:
            announce(session, [], now=moment)
            assert session.scalar(select(func.count()).select_from(SearchChange)) == 0

    @pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
    def test_waits_for_an_older_transaction_so_that_late_commits_are_not_lost(self, database, moment):
        """An id cursor would read the second announcement, pass the first by and never come back."""
        with database.writing() as slow:
            announce(slow, [IDS[0]], now=moment)
            with database.writing() as quick:
                announce(quick, [IDS[1]], now=moment)
            between, position = read_all(database)

        after, _ = read_all(database, after=position)

        assert between == []
        assert after == [((IDS[0], IDS[1]), ())]

    @given(
        steps=st.lists(st.tuples(st.booleans(), SOME), max_size=8),
        limit=st.integers(1, 5),
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_hands_over_exactly_what_was_committed(self, database, moment, steps, limit):
        with database.reading() as session:
            position = current_position(session)
        committed = []

        for is_kept, subject_ids in steps:
            if not is_kept:
                write_and_break(database, subject_ids, moment)
                continue
            with database.writing() as session:
                announce(session, subject_ids, now=moment)
            committed.append(set(subject_ids))
            batches, position = read_all(database, after=position, limit=limit)
            assert {each for changed, _ in batches for each in changed} == committed[-1]

        assert read_all(database, after=position)[0] == []


class TestCurrentPosition:
    def test_is_where_a_build_continues(self, database, moment):
        with database.writing() as session:
            announce(session, [IDS[0]], now=moment)
        with database.reading() as session:
            position = current_position(session)
        with database.writing() as session:
            announce(session, [IDS[1]], now=moment)

        batches, _ = read_all(database, after=position)

        assert batches == [((IDS[1],), ())]

    @pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
    def test_does_not_pass_by_what_is_being_written(self, database, moment):
        with database.writing() as slow:
            announce(slow, [IDS[0]], now=moment)
            with database.reading() as session:
                position = current_position(session)

        batches, _ = read_all(database, after=position)

        assert batches == [((IDS[0],), ())]


class TestPrune:
    def test_removes_what_is_old_and_keeps_what_is_new(self, database, moment):
        with database.writing() as session:
            announce(session, IDS[:5], now=moment - timedelta(days=2))
        with database.writing() as session:
            announce(session, IDS[5:7], now=moment)

        with database.writing() as session:
            removed = prune(session, older_than=moment - timedelta(days=1))

        with database.reading() as session:
            left = session.execute(select(SearchChange.kind, SearchChange.subject_id).order_by(SearchChange.id)).all()
        assert removed == 4
        assert [tuple(row) for row in left] == [("pruned", ""), ("changed", IDS[5]), ("changed", IDS[6])]
        assert read_all(database)[0] == [((IDS[5], IDS[6]), ())]

    def test_removes_nothing_twice(self, database, moment):
        with database.writing() as session:
            announce(session, IDS, now=moment)

        for expected in (9, 0):
            with database.writing() as session:
                assert prune(session, older_than=moment + timedelta(seconds=1)) == expected

    def test_of_an_empty_feed_is_nothing(self, database, moment):
        with database.writing() as session:
            assert prune(session, older_than=moment) == 0


class TestHasGap:
    def test_tells_an_index_that_slept_too_long(self, database, moment):
        with database.reading() as session:
            slept = current_position(session)
        with database.writing() as session:
            announce(session, IDS[:2], now=moment - timedelta(days=2))
        _, awake = read_all(database)
        with database.writing() as session:
            prune(session, older_than=moment - timedelta(days=1))

        with database.reading() as session:
            assert has_gap(session, after=slept)
            assert not has_gap(session, after=awake)

    def test_is_none_where_nothing_was_pruned(self, database, moment):
        with database.reading() as session:
            empty = current_position(session)
        with database.writing() as session:
            announce(session, IDS[:2], now=moment)

        with database.reading() as session:
            assert not has_gap(session, after=empty)
            assert not has_gap(session, after=current_position(session))

    def test_tells_an_index_that_is_ahead_of_a_restored_database(self, database):
        with database.reading() as session:
            assert has_gap(session, after=Position(xid=1 << 50, id=1 << 40))
            assert has_gap(session, after=Position(xid=current_position(session).xid, id=(1 << 63) - 1)) == (
                session.get_bind().dialect.name == "sqlite"
            )


class TestIndexAndFeed:
    """The position is kept in the index, in the transaction that applies the batch."""

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_a_batch_that_broke_is_applied_again(self, database, index, person, moment):
        someone = person("Ida Ott")
        index.build()
        with database.writing() as session:
            announce(session, [someone.subject_id], now=moment)
        with database.reading() as session:
            batch = read_feed(session, after=index.reader.position())

        with pytest.raises(OverflowError), IndexWriter(index.place) as writer:
            writer.apply(changed=[someone, person("Udo Ott", purposes=1 << 70)], position=batch.position)
        with database.reading() as session:
            again = read_feed(session, after=index.reader.position())
        with IndexWriter(index.place) as writer:
            writer.apply(changed=[someone], position=again.position)

        assert again == batch
        assert index.ids("ott") == [someone.subject_id]
        with database.reading() as session:
            assert read_feed(session, after=index.reader.position()).changed == ()
