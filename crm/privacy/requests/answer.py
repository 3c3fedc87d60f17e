"""The answer to a request for erasure: what went, what stays and why, and what the person can do now.

Source: Art. 12(1),(3),(4), 17, 18, 19, 21 DSGVO.
"""

from collections.abc import Iterator, Sequence

from crm.documents import render
from crm.privacy.citations import cite
from crm.privacy.requests.blocks import Block, Column, Heading, Items, Paragraph, Table, mail_text
from crm.privacy.requests.facts import AnswerFacts, DataKind, Erased, Kept
from crm.privacy.requests.letter import Answer, Words, day_in, ending, greeting, sheet, words_of


def compose(facts: AnswerFacts) -> Answer:
    """Put the facts of a case into sentences, in the language the person used."""
    say = words_of(facts)
    blocks = tuple(_blocks(facts, say))
    subject = say("subject")
    return Answer(subject=subject, text=mail_text(blocks), pdf=render("letter", sheet(facts, say, subject, blocks)))


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
    yield greeting(facts, say)
    yield Paragraph(say(f"opening.{_variant(facts)}", gone=_gone(facts, say)))
    if facts.objection_taken_back:
        yield Paragraph(say("objection.taken_back"))
    if facts.people > 1:
        yield Paragraph(say("people.text", count=str(facts.people)))
    yield from _erased(facts, say)
    yield from _kept(facts, say)
    yield from _refused(facts, say)
    yield from _suppression(facts, say)
    yield from ending(facts, say)


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
                day_in(facts, each.until),
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
