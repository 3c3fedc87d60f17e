"""What a newer export says about people who are here already: a no must not wait for the next form.

Values of a known person are never overwritten by an import; what the person wants is heeded all the same.

Source: Art. 12(3), 17(1), 21(3) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.privacy import objection
from crm.privacy.objection import Objection
from crm.services.imports.rows import Wishes
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


def leave_out_contested(session: Session, wishes: Wishes, subject_id: str, *, purpose: str) -> Wishes:
    """Return these wishes without one that is known: a use that is contested already is being weighed, or was.

    Objections and consents stay: each has a place of its own where what is known is left out.
    """
    if wishes.use_contested and Objection(purpose) in objection.find_objections(session, [subject_id]).get(subject_id, ()):
        return replace(wishes, use_contested=False)
    return wishes
