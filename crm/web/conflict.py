"""Two people change the same record: what the other one changed, field by field, beside what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel.speaklater import LazyString

from crm.services.changers import Changer
from crm.site.i18n import _, _l

CHANGED_BY: Final[Mapping[Changer, LazyString]] = {
    Changer.READER: _l("Inzwischen haben Sie selbst diesen Datensatz geändert, etwa in einem anderen Fenster."),
    Changer.OTHER: _l("Inzwischen hat jemand anderes diesen Datensatz geändert."),
    Changer.UNKNOWN: _l("Inzwischen wurde dieser Datensatz geändert, von jemand anderem oder von Ihnen in einem anderen Fenster."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherChange:
    """One field that the other person changed.

    Attributes:
        mine: what the reader typed; None where they left the field alone, so that the other change was taken over.
    """

    title: str
    before: str
    theirs: str
    mine: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """The values to go on with: own changes kept, the other's taken over where they do not meet."""

    values: Mapping[str, str]
    changes: tuple[OtherChange, ...]
    errors: Mapping[str, str]


def find_conflict(
    *,
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    before: Mapping[str, str],
    titles: Mapping[str, str],
    words: Callable[[str, str], str],
) -> Conflict | None:
    """Return what differs, or None when the record already says what was typed.

    Args:
        before: what stood in each field when the form was opened.
        words: how a value of a field is shown, such as a name for an id.
    """
    if all(theirs[name] == mine.get(name, "") for name in theirs):
        return None
    by_other = [name for name in theirs if theirs[name] not in (before.get(name, ""), mine.get(name, ""))]
    meeting = {name for name in by_other if mine.get(name, "") != before.get(name, "")}
    values = {name: theirs[name] if name in by_other and name not in meeting else mine.get(name, "") for name in theirs}
    changes = [
        OtherChange(
            title=titles.get(name, name),
            before=words(name, before.get(name, "")) or "–",
            theirs=words(name, theirs[name]) or "–",
            mine=(words(name, mine.get(name, "")) or "–") if name in meeting else None,
        )
        for name in by_other
    ]
    errors = {name: _("Inzwischen steht hier „%(theirs)s“. Was gilt?", theirs=words(name, theirs[name]) or "–") for name in sorted(meeting)}
    return Conflict(values=values, changes=tuple(changes), errors=errors)
