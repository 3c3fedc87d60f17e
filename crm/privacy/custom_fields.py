"""Eigene Felder: what an installation keeps about people besides the fields that Lethe knows, each bound to purpose, group and rule.

A field belongs to a purpose only where it names that purpose and the purpose opens its group (`purposes.Purpose.custom`), so
whoever has a purpose at hand has the fields that it opens and no others. Values go through the same doors as all data.

Source: Art. 5(1)(b), (c), (e), 25 DSGVO.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from crm.days import read_day
from crm.errors import InvalidInputError
from crm.models.custom_field import CustomField as StoredField
from crm.models.custom_field import CustomFieldKind, CustomValue
from crm.models.field_groups import FieldGroup
from crm.privacy.periods import RetentionRule, StartEvent
from crm.privacy.retention_rules import find_rules
from crm.readable import is_line, one_line

PREFIX: Final = "custom_"  # before the code: no field that Lethe knows begins like this
LONGEST: Final = 200  # characters of a value
Stamp = tuple[tuple[str, int], ...]  # which fields there are, in which version

_AMBIGUOUS: Final = 3  # digits behind a separator that may as well group thousands
_EARLIEST: Final = date(1900, 1, 1)
_NUMBER: Final = re.compile(r"(-?)(\d{1,12})(?:[.,](\d{1,4}))?", re.ASCII)
_GROUPED: Final = re.compile(r"-?[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d+)?", re.ASCII)
# Thousands are grouped beyond doubt where the other sign stands before the decimals, or where there are two groups and more.
_CLEARLY_GROUPED: Final = re.compile(
    r"(?P<whole>-?[1-9]\d{0,2}(?P<sign>[.,])\d{3}(?P<more>(?:(?P=sign)\d{3})*))(?:(?!(?P=sign))[.,](?P<part>\d{1,4}))?", re.ASCII
)
_OPEN: Final = or_(StoredField.retired_at.is_(None), exists().where(CustomValue.field_id == StoredField.id))
_STAMP: Final = select(StoredField.id, StoredField.version).where(_OPEN).order_by(StoredField.position, StoredField.id)


class CustomValueTooLongError(InvalidInputError):
    """A value is longer than a value may be."""

    message = "Das ist länger als %(longest)s Zeichen. Kürzen Sie es."


class CustomValueSignsError(InvalidInputError):
    """A value holds characters that cannot be printed."""

    message = "Hier stehen Zeichen, die man nicht sieht. Tippen Sie den Text neu, statt ihn einzufügen."


class CustomNumberError(InvalidInputError):
    """Not a number, or one that can be read in two ways."""

    message = "Das ist keine eindeutige Zahl. Schreiben Sie sie ohne Tausenderpunkt, zum Beispiel 1500 oder 2,5."


class CustomDateError(InvalidInputError):
    """Not a day."""

    message = "Das ist kein Datum. Schreiben Sie es als TT.MM.JJJJ oder JJJJ-MM-TT."


class CustomChoiceError(InvalidInputError):
    """Not one of the options."""

    message = "Bitte wählen Sie einen Eintrag aus der Liste."


class CustomFieldRetiredError(InvalidInputError):
    """The field is not filled any more; what stands in it can only be removed."""

    message = "Dieses Feld wird nicht mehr gefüllt. Lassen Sie den Wert, wie er ist, oder entfernen Sie ihn."


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """One field as it stands now.

    Attributes:
        options: what can be chosen; the company's own words, so they are not translated.
        purposes: codes of the purposes that it is bound to.
        is_retired: nobody gets a value any more; those that are there go by `rule`.
    """

    id: str
    code: str
    title: Mapping[str, str]
    kind: CustomFieldKind
    options: tuple[str, ...]
    group: FieldGroup
    purposes: tuple[str, ...]
    rule: str
    position: int
    is_retired: bool
    version: int

    @property
    def name(self) -> str:
        """Return the name under which its value stands beside the fields that Lethe knows, in forms, files and entries."""
        return PREFIX + self.code

    @property
    def is_searchable(self) -> bool:
        """Say whether people are found by it: words are what people type."""
        return self.kind in {CustomFieldKind.TEXT, CustomFieldKind.CHOICE}

    def in_file(self, value: str) -> str:
        """Return a value as the file of an export holds it: for spreadsheets, which here expect the German decimal comma."""
        return value.replace(".", ",") if self.kind is CustomFieldKind.NUMBER else value

    def clean_new(self, value: str) -> str:
        """Return a value that is to stand where another one stands, or none; as `clean`.

        Raises:
            CustomFieldRetiredError: the field gets no value any more.
            InvalidInputError: it cannot be taken.
        """
        cleaned = self.clean(value)
        if cleaned and self.is_retired:
            raise CustomFieldRetiredError(field=self.name)
        return cleaned

    def clean(self, value: str) -> str:
        """Return a value as it is kept: a number with a point, a day as ISO 8601 writes it; empty for none.

        Raises:
            InvalidInputError: it cannot be taken; `field` names this field.
        """
        line = one_line(value)
        if len(line) > LONGEST:
            raise CustomValueTooLongError(field=self.name, longest=LONGEST)
        if not is_line(line):
            raise CustomValueSignsError(field=self.name)
        return self._of_kind(line) if line else ""

    def _of_kind(self, line: str) -> str:
        if self.kind is CustomFieldKind.NUMBER:
            return self._number(line)
        if self.kind is CustomFieldKind.DATE:
            return self._day(line)
        if self.kind is CustomFieldKind.CHOICE and line not in self.options:
            raise CustomChoiceError(field=self.name)
        return line

    def _number(self, line: str) -> str:
        plain = _ungrouped(line.replace("−", "-"))
        found = _NUMBER.fullmatch(plain)
        if found is None or _GROUPED.fullmatch(plain):
            raise CustomNumberError(field=self.name)
        sign, whole, part = found.group(1), found.group(2).lstrip("0") or "0", (found.group(3) or "").rstrip("0")
        if len(part) == _AMBIGUOUS and whole != "0":
            part += "0"  # 1.5000 is kept as 1.5, and 1.1250 as it is: with three places it would read as a thousand
        number = f"{whole}.{part}" if part else whole
        return number if number == "0" else sign + number

    def _day(self, line: str) -> str:
        day = read_day(line)
        if day is None or day < _EARLIEST:
            raise CustomDateError(field=self.name)
        return day.isoformat()


def _ungrouped(line: str) -> str:
    """Return a number without the signs that group thousands, where it is clear that they do: 1.500,5 but not 1.500."""
    found = _CLEARLY_GROUPED.fullmatch(line)
    if found is None or not (found["more"] or found["part"]):
        return line
    whole = found["whole"].replace(found["sign"], "")
    return f"{whole}.{found['part']}" if found["part"] else whole


def find_stamp(session: Session) -> Stamp:
    """Return which fields there are in which version; those that are retired as long as somebody has a value."""
    return tuple((field_id, version) for field_id, version in session.execute(_STAMP))


def find_open(session: Session) -> tuple[CustomField, ...]:
    """Return the fields of `find_stamp`, in the order of pages."""
    rows = session.scalars(select(StoredField).where(_OPEN).order_by(StoredField.position, StoredField.id))
    return tuple(parse(row) for row in rows)


def find_titles(session: Session) -> dict[str, Mapping[str, str]]:
    """Return the titles of all fields there ever were, by name, for pages about the past."""
    rows = session.execute(select(StoredField.code, StoredField.title_de, StoredField.title_en))
    return {PREFIX + code: {"de": title_de, "en": title_en} for code, title_de, title_en in rows}


def parse(row: StoredField) -> CustomField:
    """Return a row of the table as a field."""
    return CustomField(
        id=row.id,
        code=row.code,
        title={"de": row.title_de, "en": row.title_en},
        kind=CustomFieldKind(row.kind),
        options=tuple(json.loads(row.options)),
        group=FieldGroup(row.field_group),
        purposes=tuple(json.loads(row.purposes)),
        rule=row.rule,
        position=row.position,
        is_retired=row.retired_at is not None,
        version=row.version,
    )


def find_field_rules(session: Session) -> Mapping[str, RetentionRule]:
    """Return the rules of the Löschkonzept that a field can follow: those that start when a value is set, which is always known."""
    return {code: rule for code, rule in find_rules(session).items() if rule.start is StartEvent.VALUE_SET}


def is_custom(name: str) -> bool:
    """Say whether a name is that of a custom field; which one, and whether there is one, says the purpose."""
    return name.startswith(PREFIX)
