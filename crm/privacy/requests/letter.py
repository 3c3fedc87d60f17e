"""What every answer is made of, whatever was asked: its sentences, and the sheet they are set on.

Source: Art. 12(1) DSGVO; DIN 5008.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from babel.dates import format_date

from crm.privacy.requests.blocks import Block, Heading, Paragraph
from crm.privacy.requests.facts import AnswerFacts
from crm.settings import initial_policy

_DAY: Final = {"de": "d. MMMM y", "en": "d MMMM y"}
_REGION: Final = {"de": "de", "en": "gb"}

Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as mail and as letter; both say the same."""

    subject: str
    text: str
    pdf: bytes


def words_of(facts: AnswerFacts, *, texts: Sequence[str] = ("letter_texts",)) -> Words:
    """Return what makes the sentence of a key such as `kept.heading`; every sentence may use the facts of the case.

    Args:
        texts: files of `config/` in which the key is looked for, in this order.
    """
    known = {
        "number": facts.number,
        "name": facts.addressed_as or (facts.name_lines[-1] if facts.name_lines else ""),
        "received_on": day_in(facts, facts.received_on),
        "executed_on": day_in(facts, facts.executed_on) if facts.executed_on else "",
        "controller": facts.controller,
        "contact": facts.contact or "",
        "authority": (facts.authority or "").rstrip(". "),
    }

    def say(key: str, **more: str) -> str:
        sentence: str = _find(key, texts)[facts.language]
        return sentence % {**known, **more}

    return say


@cache
def _texts(name: str) -> dict[str, Any]:
    return initial_policy(name)


def _find(key: str, names: Sequence[str]) -> Mapping[str, str]:
    for name in names:
        found: Any = _texts(name)
        for part in key.split("."):
            found = found.get(part, {})
        if found:
            return dict(found)
    raise KeyError(key)


def day_in(facts: AnswerFacts, day: date) -> str:
    """Return a day as a letter in the language of the case writes it."""
    return format_date(day, _DAY[facts.language], locale=facts.language)


def greeting(facts: AnswerFacts, say: Words) -> Block:
    """Return the first line."""
    return Paragraph(say("greeting" if facts.name_lines else "greeting_without_name"))


def ending(facts: AnswerFacts, say: Words) -> tuple[Block, ...]:
    """Return the last lines: the ways that stay open, and who writes.

    Where something was refused the law demands the former, and nobody is worse off for knowing.
    """
    contact = say("rights.contact" if facts.contact else "rights.contact_by_post")
    authority = say("rights.authority" if facts.authority else "rights.any_authority")
    return (
        Heading(say("rights.heading")),
        Paragraph(" ".join((contact, authority, say("rights.court")))),
        Paragraph(say("closing" if facts.name_lines else "closing_without_name")),
        Paragraph(say("made_by_machine")),
    )


def sheet(facts: AnswerFacts, say: Words, subject: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Return what the template of the letter needs (`crm/documents/templates/letter.typ`)."""
    address = [part.strip() for part in (facts.controller_address or "").split(",") if part.strip()]
    information = [
        [say("sheet.date"), day_in(facts, facts.written_on)],
        [say("sheet.number"), facts.number],
        [say("sheet.received"), day_in(facts, facts.received_on)],
    ]
    if facts.contact:
        information.append([say("sheet.contact"), facts.contact])
    return {
        "language": facts.language,
        "region": _REGION[facts.language],
        "title": say("sheet.title"),
        "date": facts.written_on.isoformat(),
        "sender": {"name": facts.controller, "lines": address},
        "return_line": " · ".join((facts.controller, *address)),
        "recipient": [*facts.name_lines, *(facts.address_lines or ())],
        "information": information,
        "subject": subject,
        "blocks": [block.on_paper() for block in blocks],
        "footer": [[facts.controller, ", ".join(address)], [say("sheet.privacy")] if facts.contact else []],
        "page_words": [say("sheet.page"), say("sheet.of")],
        "reference": f"{say('sheet.number')} {facts.number}",
    }
