"""Canaries: words that nothing else says, one for each person and place, and a witness of where they were sealed.

All of them hold one of `STEMS`, so that a few looks through a large file find any of them.
"""

import re
from collections import defaultdict
from string import ascii_lowercase

from crm.db import Base, Category
from crm.vault.envelope import DataKey
from crm.vault.intake import IntakeKey

STEMS = ("Zwirnquist", "Rüschquöst", "73946512")
RECORDS = "Fadenknop"  # in the numbers of the other system's records
OF_WHO_STAYS = ("Nachbarqui", "Trüböst", "55519283", "Fadenblei")
_CANARY = re.compile(rb"(?:zwirnquist[a-z]{3}([a-z]{2}x)|73946512(\d{3}))", re.IGNORECASE)

# Personal columns that nobody's words can stand in, though their type would let them.
_NO_WORDS = {
    "pseudonyms": {"account.pseudonym", "ledger_list.people", "personal_link.request_id"},
    "keyed hashes and random tokens": {
        "lookup.tag",
        "intake_message.link_hash",
        "personal_link.token_hash",
        "answer_handout.token_hash",
        "personal_link.suppression_tag",
        "pending_request.address_tag",
        "mail_count.tag",
        "suppression_entry.tag",
        "ledger_salt.salt",
        "source_record.record_tag",
    },
    "codes of ours": {
        "consent_event.purpose",
        "consent_event.channel",
        "consent_event.act",
        "ground_event.purpose",
        "ground_event.basis",
        "ground_event.act",
        "lift_notice.reason",
        "note.kind",
        "campaign_member.response_way",
        "invoice.ended_as",
        "affiliation.capacity",
        "ticket.topic",
        "ticket.priority",
        "ticket.state",
        "ticket_entry.kind",
        "ticket_entry.way",
        "notice_event.act",
        "notice_event.article",
        "objection_event.scope",
        "objection_event.channel",
        "objection_event.act",
        "objection_event.origin",
        "privacy_task.kind",
        "restriction_event.act",
        "restriction_event.reason",
        "retention_keep.reason",
        "subject.state",
        "erasure_job.cause",
        "ledger_entry.action",
        "ledger_entry.purpose",
    },
    "pseudonyms, codes and hashes of what was done, which stay": {"ledger_entry.leaf", "ledger_payload.content"},
    "numbers of documents and matters, and days with amounts": {
        "invoice.number",
        "invoice.number_key",
        "invoice.payments",
        "ticket.number",
    },
    "sealed for a link and a code, which no key of ours opens": {"answer_handout.content"},
    "a category that many share": {"contact.segment"},
}


class Canaries:
    """The words of one person."""

    def __init__(self, number: int, *, stems: tuple[str, str, str, str] = (*STEMS, RECORDS)) -> None:
        self.number = number
        self._stem, self._umlauts, self._digits, self._record = stems
        self._code = ascii_lowercase[number // 26] + ascii_lowercase[number % 26] + "x"

    def word(self, place: str) -> str:
        """Return the word for a place, which has three letters."""
        return f"{self._stem}{place}{self._code}"

    @property
    def last_name(self) -> str:
        return f"{self._umlauts}{self._code}"

    @property
    def email(self) -> str:
        """As somebody types it."""
        return f"{self.word('Eml')}@Example.org"

    @property
    def kept_email(self) -> str:
        """As it is kept: the domain in lower case."""
        return f"{self.word('Eml')}@example.org"

    @property
    def phone(self) -> str:
        return f"030 {self._digits}{self.number:03d}"

    @property
    def record_id(self) -> str:
        return f"001{self._record}{self._code}AAA"

    @property
    def all_words(self) -> tuple[str, ...]:
        """Return a word of each kind: a name, one with umlauts, a number, and one that is kept in lower case."""
        return (self.word("fst"), self.last_name, self.phone[4:], self.word("eml"))


class Witness:
    """Sees what is sealed into which column, and tells whose canaries those were."""

    def __init__(self, monkeypatch) -> None:
        self.seen: dict[str, set[int]] = defaultdict(set)
        seal_key, seal_intake = DataKey.seal, IntakeKey.seal

        def seal(key, place, content, padding):
            self._note(f"{place.table}.{place.column}", content)
            return seal_key(key, place, content, padding)

        def seal_for_intake(key, content, *, row_id):
            self._note("intake_message.sealed_message", content)
            return seal_intake(key, content, row_id=row_id)

        monkeypatch.setattr(DataKey, "seal", seal)
        monkeypatch.setattr(IntakeKey, "seal", seal_for_intake)

    def _note(self, column: str, content: bytes) -> None:
        numbers = {int(number) if number else _number_of(code.decode().lower()) for code, number in _CANARY.findall(content)}
        self.seen[column] |= numbers


def _number_of(code: str) -> int:
    return ascii_lowercase.index(code[0]) * 26 + ascii_lowercase.index(code[1])


_NAMES_OF_ROWS = {"subject.id", "erasure_job.case_id"}  # without a foreign key, and no words


def find_columns_for_words() -> set[str]:
    """Return the columns that can hold a person's words, from the classification of all columns there are."""
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    wanted = {f"{column.table.name}.{column.name}" for column in columns if _can_hold_words(column)}
    known = {name for names in _NO_WORDS.values() for name in names}
    return wanted - known


def _can_hold_words(column) -> bool:
    """Leave out times, numbers and pseudonyms by their type, and what is about staff alone; a mail is about whom it is for."""
    category = column.info["personal"]
    if category is None or (category is Category.STAFF and column.table.name != "outbox_message"):
        return False
    is_pseudonym = bool(column.foreign_keys) or column.name == "subject_id" or str(column) in _NAMES_OF_ROWS
    return column.type.python_type in (str, bytes) and not is_pseudonym
