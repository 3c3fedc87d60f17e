"""What a newer export says about people who are here already: a no must not wait for the next form.

Values of a known person are never overwritten by an import; what the person wants is heeded all the same.

Source: Art. 12(3), 17(1), 21(3) DSGVO.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.privacy import objection
from crm.privacy.objection import Objection
from crm.services.imports.rows import NO_WISHES, CompanyRow, PersonRow, Wishes
from crm.services.imports.sources import KnownRecord
from crm.services.requests import opening


def find_news(session: Session, wishes: Mapping[str, Wishes], *, purpose: str) -> dict[str, Wishes]:
    """Return what of these wishes, by person, was not known; people without news are absent.

    Args:
        purpose: the purpose that somebody contests who contests the use as such.
    """
    wanted = {subject_id: each for subject_id, each in wishes.items() if each}
    if not wanted:
        return {}
    standing = objection.find_objections(session, list(wanted))
    asked_before = opening.find_asked(session, list(wanted))
    found = {}
    for subject_id, each in wanted.items():
        known = standing.get(subject_id, frozenset())
        fresh = Wishes(
            each.objections - known,
            use_contested=each.use_contested and Objection(purpose) not in known,
            wants_erasure=each.wants_erasure and subject_id not in asked_before,
        )
        if fresh:
            found[subject_id] = fresh
    return found


class News:
    """What people who are known want besides what was known, each told once however many of their records say it.

    The dry run changes nothing, so it has to remember what it foretold of another record of the person.
    """

    def __init__(self, *, purpose: str) -> None:
        self._purpose = purpose
        self._told: dict[str, Wishes] = {}

    def find(self, session: Session, rows: Sequence[PersonRow | CompanyRow], known: Mapping[str, KnownRecord]) -> dict[str, Wishes]:
        """Return by person what these rows tell that was not known."""
        wanted: dict[str, Wishes] = {}
        for row in rows:
            if row.record_id in known and (subject_id := known[row.record_id].subject_id):
                wanted[subject_id] = wanted.get(subject_id, NO_WISHES) | row.wishes
        found = find_news(session, wanted, purpose=self._purpose)
        news = {subject_id: each - self._told.get(subject_id, NO_WISHES) for subject_id, each in found.items()}
        for subject_id, each in news.items():
            self._told[subject_id] = self._told.get(subject_id, NO_WISHES) | each
        return {subject_id: each for subject_id, each in news.items() if each}


def leave_out_contested(session: Session, wishes: Wishes, subject_id: str, *, purpose: str) -> Wishes:
    """Return these wishes without one that is known: a use that is contested already is being weighed, or was.

    Objections and consents stay: each has a place of its own where what is known is left out.
    """
    if wishes.use_contested and Objection(purpose) in objection.find_objections(session, [subject_id]).get(subject_id, ()):
        return replace(wishes, use_contested=False)
    return wishes
