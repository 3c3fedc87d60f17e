"""Why a document stays though its duty has ended: it is under a hold, or its person obtained that their data are kept.

Source: Art. 17(3)(b), (e), 18(1), (2) DSGVO; § 147(3) AO.
"""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import aliased

from crm.privacy import restriction
from crm.privacy.holds import Text, holds_thing
from crm.vault import Subject, SubjectState

_PERSON: Final = aliased(Subject)  # of its own, so that it is never taken for the table of the question around


def stays(subject_id: Text, rule: Text | str, today: date) -> ColumnElement[bool]:
    """Say which ended documents stay for now."""
    return or_(holds_thing(subject_id, rule, today), is_obtained(subject_id))


def is_obtained(subject_id: Text) -> ColumnElement[bool]:
    """Say who obtained that their data are kept, and is still here: of somebody erased nobody could lift it any more."""
    is_here = exists().where(_PERSON.id == subject_id, _PERSON.state == SubjectState.LIVING)
    return is_here & restriction.is_obtained_by(subject_id)
