"""The form of a change, with what was typed and what was wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from flask_babel.speaklater import LazyString

from crm.privacy.periods import RetentionRule, Unit, find_shipped
from crm.privacy.retention_changes import Opinion
from crm.privacy.retention_opinions import ANSWERS
from crm.privacy.retention_rules import Sector, SystemOfRecord
from crm.services.retention_editing import LONGEST, History, Typed
from crm.site.i18n import _
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.concept.words import OPINION_TITLES, OWN_OPINION_TITLES, SECTOR_TITLES, SYSTEM_TITLES, UNIT_TITLES
from crm.web.period_words import length_in_words
from crm.web.typed import typed_day, typed_line

_WITH_DPO: Final = (Opinion.AGREES, Opinion.DISSENTS, Opinion.ASKED)
_ALWAYS: Final = {Unit.MONTHS, Unit.YEARS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """What the form holds; `asks_longer` shows the box that answers for a period longer than the default."""

    history: History
    typed: Typed
    day: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def fieldsets(self) -> tuple[FieldSet, ...]:
        """Return the fields of the form."""
        what = self._period(self.history.rule) if self.history.rule else self._frame()
        return (what, FieldSet(title=_("Begründung"), fields=self._why()))

    def _period(self, rule: RetentionRule) -> FieldSet:
        units = [each for each in UNIT_TITLES if each in _ALWAYS or not rule.from_year_end]
        fields = [
            self._line("amount", _("Neue Frist"), short=True, hint=self._bounds(rule)),
            self._select("unit", _("Gezählt in"), _options(UNIT_TITLES, units)),
            FieldInput(
                name="is_longer",
                title=_("Die Frist darf länger sein als der Vorschlag"),
                kind="checkbox",
                value="1" if self.typed.is_longer else "",
                error=self.errors.get("is_longer"),
            ),
        ]
        return FieldSet(title=_("Regellöschfrist"), fields=tuple(fields))

    def _bounds(self, rule: RetentionRule) -> str:
        default = _("Vorschlag: %(period)s.", period=length_in_words(find_shipped()[rule.code].period))
        if self.history.least is None:
            return default
        return default + " " + _("Mindestens %(period)s, so verlangt es das Gesetz.", period=length_in_words(self.history.least))

    def _frame(self) -> FieldSet:
        return FieldSet(
            title=_("Was für ein Unternehmen"),
            fields=(
                self._select("sector", _("Branche"), _options(SECTOR_TITLES, tuple(Sector))),
                self._select("system_of_record", _("Wo Rechnungen selbst geführt werden"), _options(SYSTEM_TITLES, tuple(SystemOfRecord))),
            ),
        )

    def _why(self) -> tuple[FieldInput, ...]:
        known = _WITH_DPO if self.history.has_dpo else (Opinion.NO_DPO,)
        why_not = self.history.why_no_dpo
        return (
            self._line("reason", _("Warum die Regel geändert wird"), required=True),
            FieldInput(
                name="effective_on",
                title=_("Gilt ab"),
                kind="date",
                value=self.day,
                required=True,
                hint=_("Von diesem Tag an rechnet der nächste Löschlauf alle Fristen neu, bevor er etwas vergisst."),
                error=self.errors.get("effective_on"),
            ),
            self._select(
                "opinion",
                _("Was die oder der DSB sagt"),
                [Option("", _("Bitte wählen")), *_options(OPINION_TITLES, known)],
                hint=None if self.history.has_dpo or not why_not else _("Angegeben ist: %(reason)s", reason=why_not),
            ),
            self._line("opinion_text", _("Stellungnahme in Worten"), hint=_("Bei Einwänden nötig.")),
        )

    def _line(self, name: str, title: str, *, required: bool = False, short: bool = False, hint: str | None = None) -> FieldInput:
        return FieldInput(
            name=name,
            title=title,
            value=getattr(self.typed, name),
            required=required or short,
            short=short,
            max_length=None if short else LONGEST,
            hint=hint,
            error=self.errors.get(name),
        )

    def _select(self, name: str, title: str, options: Sequence[Option], *, hint: str | None = None) -> FieldInput:
        value, error = getattr(self.typed, name), self.errors.get(name)
        return FieldInput(name=name, title=title, kind="select", value=value, options=tuple(options), required=True, hint=hint, error=error)


def _options(titles: Mapping[Any, LazyString], only: Collection[StrEnum]) -> list[Option]:
    return [Option(value, str(title)) for value, title in titles.items() if value in only]


def fresh(history: History) -> ChangeForm:
    """Return the form as it is before anything is typed: with what holds, and no reason."""
    if history.rule is None:
        typed = Typed(sector=history.frame.sector, system_of_record=history.frame.system_of_record)
    else:
        typed = Typed(amount=str(history.rule.period.amount), unit=history.rule.period.unit)
    return ChangeForm(history=history, typed=typed)


def typed_change() -> Typed:
    """Return what this request sent."""
    return Typed(
        amount=typed_line("amount"),
        unit=typed_line("unit"),
        is_longer=bool(typed_line("is_longer")),
        sector=typed_line("sector"),
        system_of_record=typed_line("system_of_record"),
        reason=typed_line("reason"),
        opinion=typed_line("opinion"),
        opinion_text=typed_line("opinion_text"),
        effective_on=typed_day("effective_on"),
    )


@dataclass(frozen=True, slots=True)
class OpinionForm:
    """What the officer typed of a change."""

    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)

    def fieldset(self, change: int) -> FieldSet:
        """Return the fields of the form for this version."""
        return FieldSet(
            title=_("Ihre Stellungnahme zu Fassung %(number)s", number=change),
            fields=(
                FieldInput(
                    name="opinion",
                    title=_("Was Sie von der Änderung halten"),
                    kind="select",
                    value=self.typed.opinion,
                    options=(Option("", _("Bitte wählen")), *_options(OWN_OPINION_TITLES, ANSWERS)),
                    required=True,
                    error=self.errors.get("opinion"),
                ),
                FieldInput(
                    name="opinion_text",
                    title=_("In Worten"),
                    value=self.typed.opinion_text,
                    max_length=LONGEST,
                    hint=_("Bei Einwänden nötig; steht bei der Fassung und im Löschkonzept."),
                    error=self.errors.get("opinion_text"),
                ),
            ),
        )
