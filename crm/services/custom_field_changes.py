"""The coordinator defines custom fields, changes them and retires them; none without purpose, field group and rule.

Kind, group and rule of a field stay: values that were taken for one thing are not turned into another.

Source: Art. 5(1)(b), (c), (e), 9, 10, 25(1) DSGVO.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError, NotFoundError
from crm.models.custom_field import CustomField as StoredField
from crm.models.custom_field import CustomFieldKind, CustomValue
from crm.models.field_groups import FIELDS, FieldGroup
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import audit, bound_rows, indexing, purposes, special_categories
from crm.privacy.actions import Action
from crm.privacy.custom_fields import CustomField, find_field_rules, parse
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.services import custom_field_errors as errors
from crm.services import forms
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm
from crm.settings import initial_policy

LONGEST_TITLE: Final = 60  # characters, of an option too
GROUPS: Final = tuple(FIELDS)
_FEWEST_OPTIONS: Final = 2
_LONGEST_CODE: Final = 20
_POSITION: Final = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """What somebody typed into the form of a field."""

    title_de: str = ""
    title_en: str = ""
    kind: str = ""
    options: tuple[str, ...] = ()
    group: str = ""
    purposes: tuple[str, ...] = ()
    rule: str = ""
    position: str = ""  # as typed: a number of at most three digits

    def content(self) -> dict[str, str]:
        """Return everything as the content of a form that may come twice."""
        lists = {"options": "\n".join(self.options), "purposes": ",".join(self.purposes)}
        return {**{name: str(getattr(self, name)) for name in ("title_de", "title_en", "kind", "group", "rule", "position")}, **lists}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedField:
    """A field with how many people have a value, and the day on which the last of these goes at the latest."""

    field: CustomField
    people: int
    last_day: date | None


def find_fields(session: Session) -> list[ListedField]:
    """Return every field that is filled or still has values, in the order of pages; nobody is opened."""
    people = dict(session.execute(select(CustomValue.field_id, func.count()).group_by(CustomValue.field_id)).all())
    mine = RetentionDue.kind == DueKind.CUSTOM_VALUE.value
    days = dict(
        session.execute(select(RetentionDue.object_id, func.max(RetentionDue.due_on)).where(mine).group_by(RetentionDue.object_id)).all()
    )
    rows = session.scalars(select(StoredField).order_by(StoredField.position, StoredField.id))
    listed = [ListedField(field=parse(row), people=people.get(row.id, 0), last_day=days.get(row.id)) for row in rows]
    return [each for each in listed if each.people or not each.field.is_retired]


def get_field(session: Session, field_id: str) -> ListedField:
    """Return one of these fields.

    Raises:
        NotFoundError: there is none.
    """
    found = next((each for each in find_fields(session) if each.field.id == field_id), None)
    if found is None:
        raise NotFoundError
    return found


def entry_of(field: CustomField) -> FieldEntry:
    """Return a field as its form shows it."""
    return FieldEntry(
        title_de=field.title["de"],
        title_en=field.title["en"],
        kind=field.kind,
        options=field.options,
        group=field.group,
        purposes=field.purposes,
        rule=field.rule,
        position=str(field.position),
    )


def find_bindable(session: Session, group: str) -> list[Purpose]:
    """Return the purposes that open a group, so that a field of it can be bound to them."""
    return [each for each in purposes.find_all(session) if group in each.groups]


def check(session: Session, entry: FieldEntry, *, field: CustomField | None) -> list[InvalidInputError]:
    """Return everything that is wrong with a new field, or with the change of one, for a form that shows all of it at once."""
    faults = [*_wrong_titles(session, entry, field), *_wrong_options(entry), *_wrong_purposes(session, entry)]
    if not _POSITION.fullmatch(entry.position):
        faults.append(errors.FieldPositionError(field="position"))
    if entry.kind not in set(CustomFieldKind):
        faults.append(errors.FieldKindError(field="kind"))
    if entry.group not in GROUPS:
        faults.append(errors.FieldGroupError(field="group"))
    if entry.rule not in find_field_rules(session):
        faults.append(errors.FieldRuleError(field="rule"))
    most = initial_policy("custom_fields")["most"]
    if field is None and sum(not each.field.is_retired for each in find_fields(session)) >= most:
        faults.append(errors.TooManyFieldsError(field="title_de", most=most))
    return faults


def is_defined(session: Session, form: SentForm) -> bool:
    """Say whether this very form has defined its field already."""
    return session.get(StoredField, forms.key_of(session, form)) is not None


def define(session: Session, *, entry: FieldEntry, form: SentForm, actor: Actor, now: datetime) -> str:
    """Define a field and return its id; the same form sent again defines it once.

    Raises:
        InvalidInputError: there can be no such field.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    field_id = forms.key_of(session, form)
    if is_defined(session, form):
        return field_id
    if faults := check(session, entry, field=None):
        raise faults[0]
    row = StoredField(
        id=field_id,
        code=_code_of(session, entry.title_en),
        kind=entry.kind,
        field_group=entry.group,
        rule=entry.rule,
        version=1,
        **_changeable(entry),
    )
    with forms.sent_twice_is_known():
        session.add(row)
        session.flush()
    audit.record(session, Action.FIELD_DEFINED, actor=actor, now=now, kind=parse(row).name, rows=[bound_rows.digest_of(row)])
    return field_id


def change(session: Session, *, field_id: str, entry: FieldEntry, expected_version: int, actor: Actor, now: datetime) -> bool:
    """Change titles, options, purposes and place of a field, and return whether that changed anything.

    Raises:
        StaleVersionError: somebody else changed the field since it was opened.
        InvalidInputError, NotFoundError: there can be, or is, no such field.
    """
    field = get_field(session, field_id).field
    if field.version != expected_version or field.is_retired:
        raise StaleVersionError
    if faults := check(session, entry, field=field):
        raise faults[0]
    row = session.get_one(StoredField, field_id, populate_existing=True)
    values = _changeable(entry)
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    is_rebound = row.purposes != values["purposes"]
    _update(session, row, values, Action.FIELD_CHANGED, actor, now)
    if is_rebound:  # by whom people are found with it has changed
        _announce(session, field_id, now)
    return True


def retire(session: Session, *, field_id: str, expected_version: int, actor: Actor, now: datetime) -> None:
    """Let nobody get a value any more; those that are there go on the days they have. Again is the same as once.

    Raises:
        StaleVersionError: somebody else changed the field since it was opened.
        NotFoundError: there is no such field.
    """
    row = session.get(StoredField, field_id, populate_existing=True)
    if row is None:
        raise NotFoundError
    if row.retired_at is not None:
        return
    if row.version != expected_version:
        raise StaleVersionError
    _update(session, row, {"retired_at": now}, Action.FIELD_RETIRED, actor, now)


def _update(session: Session, row: StoredField, values: Mapping[str, Any], action: Action, actor: Actor, now: datetime) -> None:
    before = bound_rows.digest_of(row)
    for name, value in {**values, "version": row.version + 1}.items():
        setattr(row, name, value)
    session.flush()
    audit.record(session, action, actor=actor, now=now, kind=parse(row).name, rows=[before, bound_rows.digest_of(row)])


def _announce(session: Session, field_id: str, now: datetime) -> None:
    people = session.scalars(select(CustomValue.subject_id).where(CustomValue.field_id == field_id)).all()
    indexing.announce_changed(session, people, now=now)


def _changeable(entry: FieldEntry) -> dict[str, Any]:
    return {
        "title_de": clean_line(entry.title_de, field="title_de", longest=LONGEST_TITLE),
        "title_en": clean_line(entry.title_en, field="title_en", longest=LONGEST_TITLE),
        "options": json.dumps(_options(entry), ensure_ascii=False),
        "purposes": json.dumps(sorted(entry.purposes)),
        "position": int(entry.position),
    }


def _options(entry: FieldEntry) -> list[str]:
    if entry.kind != CustomFieldKind.CHOICE:
        return []
    cleaned = (clean_line(each, field="options", longest=LONGEST_TITLE) for each in entry.options)
    return [each for each in cleaned if each]


def _wrong_titles(session: Session, entry: FieldEntry, field: CustomField | None) -> list[InvalidInputError]:
    others = [each.field for each in find_fields(session) if field is None or each.field.id != field.id]
    faults: list[InvalidInputError] = []
    for language, name, typed in (("de", "title_de", entry.title_de), ("en", "title_en", entry.title_en)):
        try:
            title = clean_line(typed, field=name, longest=LONGEST_TITLE)
        except InvalidInputError as fault:
            faults.append(fault)
            continue
        if not title:
            faults.append(errors.FieldTitleMissingError(field=name))
        elif special_categories.is_forbidden_title(title):
            faults.append(errors.FieldForbiddenError(field=name))
        elif title.casefold() in {each.title[language].casefold() for each in others}:
            faults.append(errors.FieldTitleTwiceError(field=name))
    return faults


def _wrong_options(entry: FieldEntry) -> list[InvalidInputError]:
    most = initial_policy("custom_fields")["options"]
    try:
        options = _options(entry)
    except InvalidInputError as fault:
        return [fault]
    if entry.kind == CustomFieldKind.CHOICE and not _FEWEST_OPTIONS <= len(options) <= most:
        return [errors.FieldOptionsError(field="options", most=most)]
    if forbidden := next((each for each in options if special_categories.is_forbidden_option(each)), None):
        return [errors.FieldOptionForbiddenError(field="options", option=forbidden)]
    return [errors.FieldOptionTwiceError(field="options")] if len({each.casefold() for each in options}) != len(options) else []


def _wrong_purposes(session: Session, entry: FieldEntry) -> list[InvalidInputError]:
    if not entry.purposes:
        return [errors.FieldPurposeMissingError(field="purposes")]
    if entry.group not in GROUPS:  # said at its own field
        return []
    fitting = {each.code for each in find_bindable(session, FieldGroup(entry.group))}
    return [] if set(entry.purposes) <= fitting else [errors.FieldPurposeGroupError(field="purposes")]


def _code_of(session: Session, title: str) -> str:
    """Return a code for a new field: its English title in plain letters, with a number where that is taken."""
    taken: Sequence[str] = session.scalars(select(StoredField.code)).all()
    stem = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in title.lower()).strip("_")[:_LONGEST_CODE] or "field"
    numbered = (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)
