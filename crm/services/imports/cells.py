"""Reads the cells of one record by their targets, and notes what had to be left out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from crm.privacy import tasks
from crm.privacy.objection import Objection
from crm.services.imports.columns import Binding
from crm.services.imports.dates import DateRule
from crm.services.imports.fields import OPT_OUTS
from crm.services.imports.rows import Reason, Wishes
from crm.services.imports.table import Record
from crm.services.imports.values import clean, clean_id, find_email, find_moment, find_phone, is_yes

_LONGEST = 200  # characters of one field, as in the forms
_AGES = ("created_at", "last_contact_at")
_PHONE_REASONS = {"phone": Reason.PHONE_INVALID, "mobile": Reason.MOBILE_INVALID}


class Ages(NamedTuple):
    """What a record says about its own age."""

    created_at: datetime | None
    last_contact_at: datetime | None


class Cells:
    """One record behind its binding."""

    def __init__(self, binding: Binding, record: Record) -> None:
        self._binding = binding
        self._record = record
        self.row = record.row
        self.remarks: list[Reason] = []

    def raw(self, target: str) -> str:
        return self._binding.cell(self._record, target)

    def has_null_character(self) -> bool:
        """Return whether a cell holds the sign that no database keeps; without it the value would be another one."""
        return any("\0" in self._record.cells[place] for places in self._binding.places.values() for place in places)

    def text(self, target: str) -> str:
        """Return the cell as one clean line of bounded length."""
        text = clean(self.raw(target))
        if len(text) > _LONGEST:
            self.remarks.append(Reason.VALUE_SHORTENED)
            return text[: _LONGEST - 1] + "…"
        return text

    def fields(self, names: Iterable[str]) -> dict[str, str]:
        """Return the filled ones of these fields."""
        return {name: text for name in names if name in self._binding.places and (text := self.text(name))}

    def origin(self, of_file: str | None) -> str | None:
        """Return where the data came from as the record says, or else its file; None for unknown, whatever word says that."""
        return next((each for each in (self.text("origin"), of_file or "") if tasks.is_origin(each)), None)

    def record_id(self, target: str = "id") -> str:
        """Return the first record that one of the columns of this target names."""
        places = self._binding.places.get(target, ())
        return next((found for place in places if (found := clean_id(self._record.cells[place]))), "")

    def says_yes(self, target: str) -> bool:
        """Return whether one of the columns of this target says yes."""
        places = self._binding.places.get(target)
        return places is not None and any(is_yes(self._record.cells[place]) for place in places)

    def moment(self, target: str) -> datetime | None:
        cell = self.raw(target)
        if not cell or cell.isspace():
            return None
        moment = find_moment(cell)
        if moment is None:
            self.remarks.append(Reason.MOMENT_UNREADABLE)
        return moment

    def ages(self, rule: DateRule, *, now: datetime) -> Ages:
        """Return since when the data are held and when the last contact was, each None where the source does not know."""
        return Ages(self._past("created_at", rule, now), self._past("last_contact_at", rule, now))

    def _past(self, target: str, rule: DateRule, now: datetime) -> datetime | None:
        moment = self.moment(target)
        if moment is None or rule.can_have_been(moment, now=now):
            return moment
        if Reason.MOMENT_IMPOSSIBLE not in self.remarks:
            self.remarks.append(Reason.MOMENT_IMPOSSIBLE)
        return None

    def remark_unknown_age(self, ages: Ages) -> None:
        """Say where a file that knows ages has none for this person: the import is then the only start there is."""
        if not any(ages) and not self._binding.places.keys().isdisjoint(_AGES):
            self.remarks.append(Reason.AGE_UNKNOWN)

    def wishes(self) -> Wishes:
        """Return what the record says about the use of the person's data."""
        objections: frozenset[Objection] = frozenset(objection for target, objection in OPT_OUTS.items() if self.says_yes(target))
        return Wishes(objections, use_contested=self.says_yes("no_use"), wants_erasure=self.says_yes("forget"))

    def check_addresses(self, fields: dict[str, str]) -> None:
        """Bring e-mail address and phone numbers into one form, and leave out what is none."""
        self.remarks += _check_addresses(fields)

    def compared(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Return the fields together with the addresses that the purpose does not open; for comparing alone."""
        others = {name: text for name in self._binding.compared if (text := clean(self._binding.compared_cell(self._record, name)))}
        if not others:
            return fields
        both = {**fields, **others}
        _check_addresses(both)
        return both


def _check_addresses(fields: dict[str, str]) -> list[Reason]:
    """Bring addresses into one form in place; return why some were left out."""
    left_out = []
    if email := fields.pop("email", ""):
        if found := find_email(email):
            fields["email"] = found
        else:
            left_out.append(Reason.EMAIL_INVALID)
    for name, reason in _PHONE_REASONS.items():
        if number := fields.pop(name, ""):
            if found := find_phone(number, country=fields.get("country", "")):
                fields[name] = found
            else:
                left_out.append(reason)
    return left_out


def read_salutation(fields: dict[str, str], salutations: Mapping[str, Mapping[str, str]]) -> None:
    """Turn an English salutation into ours; one that holds an academic title fills the title instead."""
    key = fields.get("salutation", "").rstrip(".").casefold()
    if key in salutations:
        del fields["salutation"]
        fields.update({name: text for name, text in salutations[key].items() if not fields.get(name)})
