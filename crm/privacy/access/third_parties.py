"""Finds other people in the texts about a person and takes their names and addresses out.

Recognised is who is in the system: whoever an e-mail address or a phone number in a text belongs to, and the people who belong to
the same companies. Whoever is neither stays in the text unless the coordinator names the words; the answer says so.

Source: Art. 15(4) DSGVO, recital 63.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import in_batches
from crm.models.affiliation import Affiliation
from crm.models.contact import Contact, Lookup
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, disclosure
from crm.privacy.access.gathering import Gathered, Record
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.purposes import Channel
from crm.search.exact import exact_email, exact_phone
from crm.vault import Subject, SubjectState, Vault

BLACKENED: Final = "█████"
_COMPARED: Final = (FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.PHONE, FieldGroup.ADDRESS)
_NAMES: Final = ("first_name", "last_name", "street")
_SHORTEST: Final = 3  # letters of a name that is looked for by itself
_MOST: Final = 2_000  # colleagues that are compared
_EMAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"\+?\d[\d /().-]{5,}\d")
_WORD: Final = re.compile(r"\w+")
# What a person told us about themselves; nobody else is in it.
_OF_THE_PERSON: Final = frozenset(
    {"sealed_identity", "sealed_email", "sealed_phone", "sealed_address", "sealed_birth_date", "sealed_details"}
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Rows without the other people who were recognised, and how often something was taken out."""

    records: Mapping[str, list[Record]]
    count: int


def clean(
    session: Session, gathered: Gathered, *, subject_ids: Collection[str], words: Collection[str], actor: Actor, now: datetime
) -> Cleaned:
    """Take other people out of the texts; whoever was compared is one entry, as a list.

    Args:
        words: what the coordinator wants taken out besides.
    """
    texts = [text for record in _all(gathered) for text in _texts(record)]
    addresses = _find_addresses(session, texts, subject_ids, gathered)
    others = [*dict.fromkeys([*addresses.values(), *_find_colleagues(session, gathered, subject_ids)])]
    taken_out = {*words, *addresses, *_names_of(session, others, subject_ids, actor=actor, now=now)}
    blackener = Blackener(taken_out)
    cleaned = {table: [_clean_record(row, blackener) for row in rows] for table, rows in gathered.records.items()}
    return Cleaned(cleaned, blackener.count)


class Blackener:
    """Takes phrases out of texts and counts; one look for each word of a text, which the rarest word of each phrase answers.

    A pattern of all of them would try each at each letter: minutes for somebody with thousands of notes. A name is found as it is written,
    in capitals, and with the `s` of a genitive; of several words in any letters. One word in small letters is a word: `klein` is no name.
    """

    def __init__(self, words: Collection[str]) -> None:
        phrases = sorted({each.strip() for each in words}, key=lambda each: (-len(each), each))
        shared = Counter(word for phrase in phrases for word in set(_WORD.findall(phrase.casefold())))
        self._by_word: dict[str, list[tuple[int, str]]] = {}
        self.count = 0
        for phrase in phrases:
            if found := list(_WORD.finditer(phrase)):
                rarest = min(found, key=lambda word: shared[word[0].casefold()])
                self._by_word.setdefault(rarest[0].casefold(), []).append((rarest.start(), phrase))

    def __call__(self, text: str) -> str:
        kept, end = list[str](), 0
        for word in _WORD.finditer(text) if self._by_word else ():
            for offset, phrase in self._find(word[0].casefold()):
                start = word.start() - offset
                if start >= end and _is_written(text[start : start + len(phrase)], phrase) and (over := _end_of(text, start + len(phrase))):
                    kept += [text[end:start], BLACKENED]
                    end = over
                    self.count += 1
                    break
        return "".join([*kept, text[end:]])

    def _find(self, word: str) -> Iterator[tuple[int, str]]:
        yield from self._by_word.get(word, ())
        if word.endswith("s"):
            yield from self._by_word.get(word[:-1], ())


def _is_written(text: str, phrase: str) -> bool:
    if text in {phrase, phrase.upper()}:
        return True
    return text.casefold() == phrase.casefold() and (text != text.lower() or not phrase.isalpha())


def _end_of(text: str, end: int) -> int | None:
    """Return where a name ends, with the `s` of a genitive; None in the middle of a longer word, out of which none is taken."""
    for letters in ("", "s"):
        if text.startswith(letters, end) and not _WORD.match(text, end + len(letters)):
            return end + len(letters)
    return None


def _all(gathered: Gathered) -> Iterator[Record]:
    for rows in gathered.records.values():
        yield from rows


def _is_looked_through(column: str) -> bool:
    return (column.startswith("sealed_") or column == "origin") and column not in _OF_THE_PERSON


def _texts(record: Record) -> Iterator[str]:
    for column, said in record.items():
        if _is_looked_through(column):
            yield from _strings(said)


def _strings(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for each in said.values():
            yield from _strings(each)
    elif isinstance(said, list):
        for each in said:
            yield from _strings(each)


def _clean_record(record: Record, blacken: Callable[[str], str]) -> Record:
    return {column: _map(said, blacken) if _is_looked_through(column) else said for column, said in record.items()}


def _map(said: Any, blacken: Callable[[str], str]) -> Any:
    if isinstance(said, str):
        return blacken(said)
    if isinstance(said, Mapping):
        return {name: _map(each, blacken) for name, each in said.items()}
    return [_map(each, blacken) for each in said] if isinstance(said, list) else said


def _find_addresses(session: Session, texts: Collection[str], own: Collection[str], gathered: Gathered) -> dict[str, str]:
    """Return the addresses in the texts that belong to somebody else in the system, as they are written, each with whose it is."""
    written: dict[tuple[Channel, str], set[str]] = {}
    for text in texts:
        for channel, found, exact in _addresses_in(text):
            if exact not in gathered.emails | gathered.phones:
                written.setdefault((channel, exact), set()).add(found)
    vault = Vault.of(session)
    tags = {tag: key for key in written for tag in vault.lookup_tags(*key)}
    others: dict[str, str] = {}
    for batch in in_batches(list(tags)):
        living = select(Lookup.tag, Lookup.subject_id).join(Subject, Subject.id == Lookup.subject_id)
        wanted = living.where(Lookup.tag.in_(batch), Lookup.subject_id.not_in(own), Subject.state == SubjectState.LIVING)
        for tag, subject_id in session.execute(wanted):
            others |= dict.fromkeys(written[tags[tag]], subject_id)
    return others


def _addresses_in(text: str) -> Iterator[tuple[Channel, str, str]]:
    for found in _EMAIL.findall(text):
        if exact := exact_email(found):
            yield Channel.EMAIL, found, exact
    for found in _PHONE.findall(text):
        if exact := exact_phone(found):
            yield Channel.PHONE, found, exact


def _find_colleagues(session: Session, gathered: Gathered, own: Collection[str]) -> list[str]:
    """Return the other people of the companies that the person belongs to."""
    records = gathered.records
    companies = {row["company_id"] for table in ("contact", "affiliation") for row in records.get(table, ()) if "company_id" in row}
    companies |= {row["id"] for row in records.get("company", ())}
    if not companies:
        return []
    belong = [
        select(model.subject_id).where(model.company_id.in_(companies), model.subject_id.not_in(own)).order_by(model.subject_id)
        for model in (Contact, Affiliation)
    ]
    return [subject_id for each in belong for subject_id in session.scalars(each.limit(_MOST))]


def _names_of(session: Session, others: list[str], own: Collection[str], *, actor: Actor, now: datetime) -> set[str]:
    """Return names and addresses of these people, without what the person shares with them; they are opened to be compared."""
    if not others:
        return set()
    opened = disclosure.open_groups(session, [*others, *own], _COMPARED)
    listed = [each for each in others if each in opened]
    audit.record(
        session, Action.PEOPLE_MATCHED, actor=actor, now=now, subjects=listed, groups=_COMPARED, purpose=DUTY, basis="6-1-c", result="copy"
    )
    shared = {value for each in own for value in _words_of(opened.get(each, {}))}
    return {value for each in listed for value in _words_of(opened[each])} - shared


def _words_of(fields: Mapping[str, str]) -> Iterator[str]:
    for name in (*_NAMES, "email", "phone", "mobile"):
        if len(fields.get(name, "")) >= _SHORTEST:
            yield fields[name]
