"""What goes with a copy: purposes, categories, recipients, periods, origin, rights, decisions, transfers; from live data.

Source: Art. 15(1)(a)-(h), (2) DSGVO; EuGH C-154/21 (concrete recipients).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from crm.privacy import lawfulness, purposes
from crm.privacy.access.copying import Copy
from crm.privacy.access.texts import Words
from crm.privacy.citations import cite
from crm.privacy.periods import RetentionRule
from crm.privacy.purposes import Purpose
from crm.privacy.retention_rules import Rules, find_rules
from crm.settings import Settings

Sections = Mapping[str, tuple[str, ...]]

_DAY: Final = {"de": "d. MMMM y", "en": "d MMMM y"}
_EVIDENCE, _CASE_FILE, _NOTES, _VOUCHERS = "RET-04", "RET-22", "RET-17", "RET-10"
_BY_TABLE: Final = (("note", _NOTES), ("ticket", "RET-16"), ("consent_event", _EVIDENCE), ("request_case", _CASE_FILE))


def find_standing(session: Session, subject_ids: Sequence[str], *, now: datetime) -> list[tuple[Purpose, datetime]]:
    """Return the purposes that have a ground or a consent of one of these entries now, each with the moment it began."""
    since: dict[str, datetime] = {}
    for state in lawfulness.find_states(session, subject_ids, now=now).values():
        begun = [(code, ground.since) for code, ground in state.grounds.items() if ground.holds(now)]
        begun += [(code, given.since) for (code, _), given in state.consents.items() if given.permits]
        for code, moment in begun:
            since[code] = min(since.get(code, moment), moment)
    return [(purpose, since[purpose.code]) for purpose in purposes.find_all(session) if purpose.code in since]


def inform(session: Session, copy: Copy, *, language: str, settings: Settings, now: datetime) -> Sections:
    """Return what the person has to be told, by the heading under which it stands."""
    standing = find_standing(session, copy.subject_ids, now=now)
    teller = _Teller(copy, Words(language), settings)
    rules = find_rules(session)
    told: Mapping[str, Callable[[], Iterator[str]]] = {
        "purposes": lambda: teller.purposes(standing),
        "categories": teller.categories,
        "recipients": lambda: teller.recipients(standing),
        "periods": lambda: teller.periods(standing, rules),
        "origin": teller.origin,
        "rights": teller.rights,
        "automated_decisions": lambda: teller.fixed("automated_decisions"),
        "transfers": lambda: teller.fixed("transfers"),
        "gaps": teller.gaps,
    }
    return {heading: tuple(lines()) for heading, lines in told.items()}


def day_in_words(day: date, language: str) -> str:
    """Return a day as a letter writes it."""
    return format_date(day, _DAY[language], locale=language)


class _Teller:
    """Puts the facts of one copy into sentences."""

    def __init__(self, copy: Copy, words: Words, settings: Settings) -> None:
        self._copy, self._words, self._settings = copy, words, settings
        self._zone = ZoneInfo(settings.time_zone)

    def purposes(self, standing: Sequence[tuple[Purpose, datetime]]) -> Iterator[str]:
        for purpose, since in standing:
            yield self._say(
                "purpose",
                title=purpose.title[self._language],
                text=purpose.text[self._language],
                basis=self._words.say(f"bases.{purpose.basis}"),
                since=self._day(since.astimezone(self._zone).date()),
            )
        if not standing:
            yield self._say("no_purpose")

    def categories(self) -> Iterator[str]:
        for table, rows in self._copy.records.items():
            yield self._say("category", kind=self._words.table(table), count=len(rows))

    def recipients(self, standing: Sequence[tuple[Purpose, datetime]]) -> Iterator[str]:
        named = [(name, purpose) for purpose, _ in standing for name in purpose.recipients]
        yield from (self._say("recipient", name=name, purpose=purpose.title[self._language]) for name, purpose in named)
        handed_over = sum("accepted_at" in mail for mail in self._copy.rows("outbox_message"))
        if handed_over and self._settings.smtp_host:
            yield self._say("mail_server", name=self._settings.smtp_host, count=handed_over)
        elif not named:
            yield self._say("no_recipient")
        if lines := self._copy.rows("export_line"):
            yield self._say("exports", count=len(lines))

    def periods(self, standing: Sequence[tuple[Purpose, datetime]], rules: Rules) -> Iterator[str]:
        due: dict[str, date] = {}
        for row in self._copy.rows("retention_due"):
            due[row["rule"]] = max(date.fromisoformat(row["due_on"]), due.get(row["rule"], date.min))
        of_tables = [rule for table, rule in _BY_TABLE if self._copy.rows(table)]
        for code in dict.fromkeys([*due, *(purpose.retention for purpose, _ in standing), *of_tables]):
            if code in rules:
                yield self._period(rules[code], due.get(code))
        for table in ("retained_document", "invoice"):
            kept = [date.fromisoformat(row["keep_until"]) for row in self._copy.rows(table) if "keep_until" in row]
            if kept:
                source = cite(rules[_VOUCHERS].source, language=self._language)
                yield self._say("document_until", kind=self._words.table(table), due=self._day(max(kept)), source=source)

    def origin(self) -> Iterator[str]:
        said = [
            str(row["sealed_origin"].get("origin", "")) for row in self._copy.rows("contact") if isinstance(row.get("sealed_origin"), dict)
        ]
        yield from [each for each in said if each] or [self._say("origin_unknown")]

    def rights(self) -> Iterator[str]:
        yield self._say("rights")
        if self._settings.authority:
            yield self._say("rights_authority", authority=self._settings.authority.rstrip(". "))
        else:
            yield self._say("rights_any_authority")

    def fixed(self, key: str) -> Iterator[str]:
        yield self._say(key)

    def gaps(self) -> Iterator[str]:
        for key in ("backups", "staff", "log", "processors", "this_answer"):
            yield self._words.say(f"gaps.{key}")
        if self._copy.rows("outbox_message"):
            yield self._words.say("gaps.sent_mails")
        if self._copy.blackened:
            yield self._words.say("gaps.blackened", count=self._copy.blackened)
        yield self._words.say("gaps.unrecognised")
        if self._copy.files:
            yield self._words.say("gaps.files", count=len(self._copy.files))
        for table, count in self._copy.unreadable.items():
            yield self._words.say("gaps.unreadable", kind=self._words.table(table), count=count)

    @property
    def _language(self) -> str:
        return self._words.language

    def _say(self, key: str, **facts: object) -> str:
        return self._words.say(f"information.{key}", **facts)

    def _day(self, day: date) -> str:
        return day_in_words(day, self._language)

    def _period(self, rule: RetentionRule, due: date | None) -> str:
        said = {"kind": rule.kind[self._language], "period": self._length(rule), "source": cite(rule.source, language=self._language)}
        return self._say("period", **said) if due is None else self._say("period_due", due=self._day(due), **said)

    def _length(self, rule: RetentionRule) -> str:
        length = rule.period
        if length.until:
            return length.until[self._language]
        amount = f"{length.amount} {self._words.say(f'units.{length.unit}')}"
        key = "period_from_year" if rule.from_year_end else "period_from" if length.amount else "period_at_once"
        return self._say(key, amount=amount, start=rule.start_text[self._language])
