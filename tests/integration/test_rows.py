"""Rows written by the short way are the same rows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, text

from crm.db import insert_rows
from crm.search.feed import ChangeKind, SearchChange

MOMENTS = [
    datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 0, 0, 7, tzinfo=UTC),
    datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=2))),
    datetime(1, 1, 1, tzinfo=UTC),
]


def row(moment):
    return {"xid": 0, "subject_id": "5" * 32, "kind": ChangeKind.CHANGED, "at": moment}


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_row_is_the_one_that_sqlalchemy_would_have_written(database, moment):
    with database.writing() as session:
        session.connection().execute(insert(SearchChange), [row(moment)])
        insert_rows(session.connection(), SearchChange, [row(moment)])

    with database.reading() as session:
        one, other = session.execute(text("SELECT xid, subject_id, kind, at FROM search_change ORDER BY id")).all()
        assert one == other


def test_moments_without_a_zone_are_refused(database):
    with database.writing() as session, pytest.raises(ValueError, match="time zone"):
        insert_rows(session.connection(), SearchChange, [row(datetime(2026, 11, 23, 9, 0))])  # noqa: DTZ001 - that is the point


def test_no_rows_are_no_statement(database):
    with database.writing() as session:
        insert_rows(session.connection(), SearchChange, [])

    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM search_change")).scalar() == 0
