"""Says what rows beside the people bring: their wishes take effect with the records of the people themselves."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.services.imports import sources
from crm.services.imports.decided import Decided
from crm.services.imports.news import find_news
from crm.services.imports.rows import NO_WISHES, Reason, Verdict, Wishes, WishRow


def decide_wishes(session: Session, rows: Sequence[WishRow], *, system: str, purpose: str) -> list[Decided]:
    """Return the verdict of each row, before any of these people come in: merged where somebody gets something new.

    A record that was erased here does not come back, so its wishes bring nothing.

    Args:
        purpose: as of `find_news`.
    """
    record_ids = {record_id for row in rows for record_id in row.record_ids}
    known = sources.find_known(session, system, record_ids)
    coming = record_ids - known.keys() - sources.find_erased(session, system, record_ids)
    wanted: dict[str, Wishes] = {}
    told = []
    for row in rows:
        people = {subject_id for each in row.record_ids if each in known and (subject_id := known[each].subject_id)}
        told.append((row, people))
        for subject_id in people:
            wanted[subject_id] = wanted.get(subject_id, NO_WISHES) | row.wishes
    news = find_news(session, wanted, purpose=purpose)
    return [_decided(row, is_new=not coming.isdisjoint(row.record_ids) or _brings(row, people, news)) for row, people in told]


def _brings(row: WishRow, people: set[str], news: dict[str, Wishes]) -> bool:
    """Return whether the row itself says something that is news for one of these people."""
    return any(row.wishes & news[each] for each in people & news.keys())


def _decided(row: WishRow, *, is_new: bool) -> Decided:
    return Decided(row.row, Verdict.MERGED) if is_new else Decided(row.row, Verdict.SKIPPED, (Reason.NOTHING_NEW,))
