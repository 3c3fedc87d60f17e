"""The form of a custom field, and the field in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from typing import Final

from flask import request, url_for
from flask_babel.speaklater import LazyString

from crm.db import Session
from crm.models.custom_field import CustomFieldKind
from crm.privacy import purposes
from crm.privacy.custom_fields import CustomField, find_field_rules
from crm.privacy.periods import RetentionRule
from crm.privacy.purposes import Purpose
from crm.privacy.retention_rules import find_rules
from crm.services.custom_field_changes import GROUPS, LONGEST_TITLE, FieldEntry, ListedField
from crm.services.forms import SentForm
from crm.site.i18n import _, _l, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.words import GROUP_TITLES
from crm.web.desk import purpose_title
from crm.web.period_words import period_in_words
from crm.web.typed import typed_line, typed_text

KIND_TITLES: Final[Mapping[str, LazyString]] = {
    CustomFieldKind.TEXT: _l("Text"),
    CustomFieldKind.NUMBER: _l("Zahl"),
    CustomFieldKind.DATE: _l("Datum"),
    CustomFieldKind.CHOICE: _l("Auswahl aus einer Liste"),
}
_BOX: Final = "purpose_"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field in words, for the list and for the question before it is retired."""

    id: str
    version: int
    title: str
    kind: str
    group: str
    purposes: str
    rule: str
    people: int
    last_day: date | None
    edit_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldForm:
    """What the form shows; `defined` is the one that is changed, None for a new one."""

    entry: FieldEntry
    defined: CustomField | None = None
    token: str = ""
    version: int = 0
    errors: Mapping[str, str] = dataclass_field(default_factory=dict)

    def sent(self) -> SentForm:
        """Return a new field as a form that may come twice."""
        return SentForm(self.token, self.entry.content())

    def refused(self, errors: Mapping[str, str]) -> "FieldForm":
        """Return the form with a sentence at each field that is wrong."""
        return replace(self, errors=errors)

    def fixed(self) -> list[tuple[str, str]]:
        """Return what stays as it was defined."""
        if self.defined is None:
            return []
        rule = _rules()[self.defined.rule]
        return [
            (_("Was in dem Feld steht"), str(KIND_TITLES[self.defined.kind])),
            (_("Feldgruppe"), str(GROUP_TITLES[self.defined.group])),
            (_("Löschregel"), rule_in_words(rule)),
        ]

    def fieldsets(self) -> tuple[FieldSet, ...]:
        """Return the fields of the form."""
        named = FieldSet(title=_("Feld"), fields=(*self._titles(), *self._what()))
        reason = _("Nur für diese Zwecke wird das Feld gefüllt und gezeigt, und nur wenn der Zweck die Feldgruppe öffnet.")
        bound = FieldSet(title=_("Zwecke"), fields=self._purposes(), hint=reason)
        return (named, bound) if self.defined else (named, bound, FieldSet(title=_("Aufbewahrung"), fields=(self._rule(),)))

    def _titles(self) -> list[FieldInput]:
        words = {"title_de": _("Bezeichnung auf Deutsch"), "title_en": _("Bezeichnung auf Englisch")}
        return [
            FieldInput(
                name=name,
                title=title,
                value=getattr(self.entry, name),
                required=True,
                max_length=LONGEST_TITLE,
                error=self.errors.get(name),
            )
            for name, title in words.items()
        ]

    def _what(self) -> list[FieldInput]:
        groups = [Option(each, str(GROUP_TITLES[each])) for each in GROUPS]
        kinds = [Option(each, str(title)) for each, title in KIND_TITLES.items()]
        choices = FieldInput(
            name="options",
            title=_("Einträge der Liste"),
            kind="textarea",
            value="\n".join(self.entry.options),
            hint=_("Je Zeile einer; nur für eine Auswahl. Wer einen Eintrag hat, der wegfällt, behält ihn."),
            error=self.errors.get("options"),
        )
        place = FieldInput(
            name="position", title=_("Platz in der Reihe"), value=self.entry.position, short=True, error=self.errors.get("position")
        )
        if self.defined:
            return [*([choices] if self.defined.kind is CustomFieldKind.CHOICE else []), place]
        return [
            self._select("kind", _("Was in dem Feld steht"), kinds),
            choices,
            self._select("group", _("Feldgruppe"), [Option("", _("Bitte wählen")), *groups]),
            place,
        ]

    def _rule(self) -> FieldInput:
        rules = [Option(code, rule_in_words(rule)) for code, rule in _rules().items()]
        chosen = self._select("rule", _("Löschregel"), [Option("", _("Bitte wählen")), *rules])
        hint = _("So lange nach dem Eintragen oder Ändern geht ein Wert von selbst; mit der Person geht er auf jeden Fall.")
        return replace(chosen, hint=hint)

    def _select(self, name: str, title: str, options: list[Option]) -> FieldInput:
        value, error = getattr(self.entry, name), self.errors.get(name)
        return FieldInput(name=name, title=title, kind="select", value=value, options=tuple(options), required=True, error=error)

    def _purposes(self) -> tuple[FieldInput, ...]:
        """Return a box for each purpose; what is wrong with the choice stands at the first."""
        boxes = [_box(each, is_chosen=each.code in self.entry.purposes) for each in _known()]
        first, *others = boxes
        return (replace(first, error=self.errors.get("purposes")), *others)


def typed_entry() -> FieldEntry:
    """Return what this request sent."""
    return FieldEntry(
        title_de=typed_line("title_de"),
        title_en=typed_line("title_en"),
        kind=typed_line("kind"),
        options=tuple(line for line in typed_text("options").splitlines() if line.strip()),
        group=typed_line("group"),
        purposes=tuple(sorted(each.code for each in _known() if _BOX + each.code in request.form)),
        rule=typed_line("rule"),
        position=typed_line("position"),
    )


def words_of(name: str, value: str) -> str:
    """Return a value of `FieldEntry.content` as people read it: purposes by their titles."""
    if name != "purposes":
        return value.replace("\n", ", ")
    return ", ".join(purpose_title(each) for each in _known() if each.code in value.split(","))


def rule_in_words(rule: RetentionRule) -> str:
    """Return a rule with its period, as the Löschkonzept names it."""
    return f"{rule.code}: {in_language(rule.kind)}, {period_in_words(rule)}"


def row_of(db: Session, listed: ListedField) -> FieldRow:
    """Return a field in words."""
    each, known = listed.field, purposes.find_all(db)
    return FieldRow(
        id=each.id,
        version=each.version,
        title=in_language(each.title),
        kind=str(KIND_TITLES[each.kind]),
        group=str(GROUP_TITLES[each.group]),
        purposes=", ".join(purpose_title(purpose) for purpose in known if purpose.code in each.purposes),
        rule=rule_in_words(find_rules(db)[each.rule]),
        people=listed.people,
        last_day=listed.last_day,
        edit_url=None if each.is_retired else url_for("custom_fields.edit", field_id=each.id),
    )


def _rules() -> Mapping[str, RetentionRule]:
    with current_runtime().database.reading() as db:
        return find_field_rules(db)


def _known() -> list[Purpose]:
    with current_runtime().database.reading() as db:
        return list(purposes.find_all(db))


def _box(purpose: Purpose, *, is_chosen: bool) -> FieldInput:
    opened = ", ".join(str(GROUP_TITLES[each]) for each in purpose.groups if each in GROUPS)
    return FieldInput(
        name=_BOX + purpose.code,
        title=purpose_title(purpose),
        kind="checkbox",
        value="1" if is_chosen else "",
        hint=_("öffnet: %(groups)s", groups=opened),
    )
