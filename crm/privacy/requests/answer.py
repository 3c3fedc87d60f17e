"""The answer to a request for erasure: what went, what stays and why, and what the person can do now.

Source: Art. 12(1),(3),(4), 17, 18, 19, 21 DSGVO.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from babel.dates import format_date

from crm.documents import render
from crm.privacy.citations import cite
from crm.privacy.requests.blocks import Block, Column, Heading, Items, Paragraph, Table, mail_text
from crm.privacy.requests.facts import AnswerFacts, DataKind, Erased, Kept
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


def compose(facts: AnswerFacts) -> Answer:
    """Put the facts of a case into sentences, in the language the person used."""
    say = _words_of(facts)
    blocks = tuple(_blocks(facts, say))
    subject = say("subject")
    return Answer(subject=subject, text=mail_text(blocks), pdf=render("letter", _sheet(facts, say, subject, blocks)))


def _words_of(facts: AnswerFacts) -> Words:
    """Return what makes the sentence of a key such as `kept.heading`; every sentence may use the facts of the case."""
    known = {
        "number": facts.number,
        "name": facts.addressed_as or (facts.name_lines[-1] if facts.name_lines else ""),
        "received_on": _day(facts, facts.received_on),
        "executed_on": _day(facts, facts.executed_on) if facts.executed_on else "",
        "controller": facts.controller,
        "contact": facts.contact or "",
        "authority": (facts.authority or "").rstrip(". "),
    }

    def say(key: str, **more: str) -> str:
        sentence: str = _find(key)[facts.language]
        return sentence % {**known, **more}

    return say


@cache
def _texts() -> dict[str, Any]:
    return initial_policy("letter_texts")


def _find(key: str) -> dict[str, str]:
    found: Any = _texts()
    for part in key.split("."):
        found = found[part]
    return dict(found)


def _day(facts: AnswerFacts, day: date) -> str:
    return format_date(day, _DAY[facts.language], locale=facts.language)


def _variant(facts: AnswerFacts) -> str:
    if facts.stopped:
        return f"stopped_{facts.stopped}"
    if facts.nothing_held:
        return "nothing_held"
    if facts.refused:
        return "refused_in_part" if facts.executed_on else "refused"
    if facts.executed_on and not facts.erased:
        return "erased_before"
    if facts.kept:
        return "erased_with_kept" if facts.executed_on else "kept"
    return "erased"


def _gone(facts: AnswerFacts, say: Words) -> str:
    """Say what becomes of copies: with a key they go dark, rows of their own leave backups when those expire."""
    dark = [each for each in facts.erased if each.key_destroyed]
    rows = [each for each in facts.erased if not each.key_destroyed]
    if dark and rows:
        return say("gone.both", with_key=_listed(dark, say), as_rows=_listed(rows, say))
    return say("gone.key" if dark else "gone.rows")


def _listed(erased: Sequence[Erased], say: Words) -> str:
    return "; ".join(say(f"kinds.{each.kind}") for each in erased)


def _blocks(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    yield Paragraph(say("greeting" if facts.name_lines else "greeting_without_name"))
    yield Paragraph(say(f"opening.{_variant(facts)}", gone=_gone(facts, say)))
    if facts.objection_taken_back:
        yield Paragraph(say("objection.taken_back"))
    if facts.people > 1:
        yield Paragraph(say("people.text", count=str(facts.people)))
    yield from _erased(facts, say)
    yield from _kept(facts, say)
    yield from _refused(facts, say)
    yield from _suppression(facts, say)
    yield from _rights(facts, say)
    yield Paragraph(say("closing" if facts.name_lines else "closing_without_name"))
    yield Paragraph(say("made_by_machine"))


def _erased(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    if facts.erased:
        yield Heading(say("erased.heading"))
        yield Items(tuple(_erased_item(each, say) for each in facts.erased))


def _erased_item(erased: Erased, say: Words) -> str:
    kind = say(f"kinds.{erased.kind}")
    return say("erased.item", kind=kind, ground=say(f"grounds.{erased.ground}")) if erased.ground else kind


def _kept(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    """Say what stays, each with its reason and its last day; that we erase it then, not that it happens by itself."""
    if not facts.kept:
        return
    yield Heading(say("kept.heading"))
    yield Paragraph(say("kept.locked" if _is_locked(facts) else "kept.text"))
    yield Table(
        (Column(say("kept.kind"), 4), Column(say("kept.why"), 5), Column(say("kept.until"), 3)),
        tuple(
            (
                say(f"kinds.{each.kind}"),
                _why_kept(facts, each, say),
                _day(facts, each.until),
            )
            for each in facts.kept
        ),
    )


def _why_kept(facts: AnswerFacts, kept: Kept, say: Words) -> str:
    """Say the ground with its statute and, where somebody departed from the proposal to keep it, their reason (Art. 12(4))."""
    ground = say("kept.reason", reason=say(f"keeping.{kept.ground}"), source=cite(kept.source, language=facts.language))
    return say("kept.with_reason", ground=ground, reason=kept.reason) if kept.reason else ground


def _is_locked(facts: AnswerFacts) -> bool:
    """Say whether what stays is restricted: it is where the profile went or is kept; who is refused is let go of again."""
    return _variant(facts) == "erased_before" or DataKind.PROFILE in {
        *(each.kind for each in facts.erased),
        *(each.kind for each in facts.kept),
    }


def _refused(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    if facts.refused:
        yield Heading(say("refused.heading"))
        yield Items(
            tuple(
                say("refused.item", kind=say(f"kinds.{each.kind}"), ground=say(f"refusals.{each.ground}"), reason=each.reason)
                for each in facts.refused
            )
        )


def _suppression(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    """Say what the entry is for, and warn before somebody asks to have it removed (DSK, Direktwerbung, Ziff. 5.1)."""
    if facts.suppression_stays:
        yield Heading(say("suppression.heading"))
        yield Paragraph(say("suppression.text"))
        yield Paragraph(say("suppression.removal"))


def _rights(facts: AnswerFacts, say: Words) -> Iterator[Block]:
    """Name the ways that stay open; where something was refused the law demands it, and nobody is worse off for knowing."""
    yield Heading(say("rights.heading"))
    contact = say("rights.contact" if facts.contact else "rights.contact_by_post")
    authority = say("rights.authority" if facts.authority else "rights.any_authority")
    yield Paragraph(" ".join((contact, authority, say("rights.court"))))


def _sheet(facts: AnswerFacts, say: Words, subject: str, blocks: tuple[Block, ...]) -> dict[str, Any]:
    """Return what the template of the letter needs (`crm/documents/templates/letter.typ`)."""
    address = [part.strip() for part in (facts.controller_address or "").split(",") if part.strip()]
    information = [
        [say("sheet.date"), _day(facts, facts.written_on)],
        [say("sheet.number"), facts.number],
        [say("sheet.received"), _day(facts, facts.received_on)],
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
