"""The answer to a claim: that the data are restricted, rectified or no longer used, or why not, and what the person can do now.

Source: Art. 12(1), (3), (4), 16, 18, 21(1) DSGVO.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from crm.documents import render
from crm.models.request_case import CaseKind, RequestCase
from crm.privacy import purposes
from crm.privacy.access.texts import Words as CopyWords
from crm.privacy.requests import pending, people, sealed
from crm.privacy.requests.blocks import Block, Column, Heading, Items, Paragraph, Table, mail_text
from crm.privacy.requests.claims import ClaimVerdict, Line, Settled, stored_settlement
from crm.privacy.requests.facts import AnswerFacts, StopReason
from crm.privacy.requests.letter import Answer, Words, ending, greeting, sheet, words_of
from crm.privacy.requests.pending import SETTLED

_TEXTS: Final = ("claim_letter_texts", "letter_texts")
_RESTRICTED: Final = (CaseKind.RESTRICTION, ClaimVerdict.GRANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOutcome:
    """How a claim ended.

    Attributes:
        settled: what was decided; None: we hold nothing, or it was stopped before.
        is_released: a restriction that stood meanwhile ends with this answer.
        titles: what purposes are called, by code.
    """

    kind: CaseKind
    settled: Settled | None
    stopped: StopReason | None
    is_released: bool
    titles: Mapping[str, str]


def outcome_of(session: Session, case: RequestCase) -> ClaimOutcome | None:
    """Return how a claim ended; None for a case of another kind."""
    kind = CaseKind(case.kind)
    if not kind.is_claim:
        return None
    decision = sealed.open_part(session, case, "sealed_decision")
    return ClaimOutcome(
        kind=kind,
        settled=stored_settlement(decision.get(SETTLED)),
        stopped=StopReason(decision["stopped"]) if decision.get("stopped") else None,
        is_released=bool(pending.find_released(session, case, people.find_living_of(session, case))),
        titles={each.code: each.title[case.language] for each in purposes.find_all(session)},
    )


def compose(facts: AnswerFacts, outcome: ClaimOutcome) -> Answer:
    """Put the facts of a case into sentences, in the language the person used."""
    say = words_of(facts, texts=_TEXTS)
    blocks = tuple(_blocks(facts, outcome, say))
    subject = say(f"subject.{outcome.kind}")
    return Answer(subject=subject, text=mail_text(blocks), pdf=render("letter", sheet(facts, say, subject, blocks)))


def _blocks(facts: AnswerFacts, outcome: ClaimOutcome, say: Words) -> Iterator[Block]:
    yield greeting(facts, say)
    yield Paragraph(_opening(facts, outcome, say))
    if facts.people > 1:
        yield Paragraph(say("people.text", count=str(facts.people)))
    if outcome.settled is not None and not outcome.stopped:
        yield from _lines(facts, outcome.settled, say)
        yield from _purposes(outcome, outcome.settled, say)
        if (outcome.kind, outcome.settled.verdict) == _RESTRICTED:
            yield Heading(say("meaning.heading"))
            yield Paragraph(say("meaning.text"))
    if outcome.is_released:
        yield Paragraph(say("meaning.ends"))
    yield from ending(facts, say)


def _opening(facts: AnswerFacts, outcome: ClaimOutcome, say: Words) -> str:
    if outcome.stopped:
        return say(f"{outcome.kind}.stopped_{outcome.stopped}")
    settled = outcome.settled
    if settled is None:
        return say("meanwhile.erased" if facts.executed_on else f"{outcome.kind}.nothing_held")
    where = "refusals" if settled.verdict is not ClaimVerdict.GRANTED else "grounds_of_restriction"
    ground = say(f"{where}.{settled.ground}") if settled.ground else ""
    said = say(f"{outcome.kind}.{settled.verdict}", ground=ground, reason=settled.reason)
    # A rectification that was refused as a whole has one reason; refused field by field, each stands in the table.
    return f"{said} {settled.reason}" if _is_refused_as_whole(outcome, settled) else said


def _is_refused_as_whole(outcome: ClaimOutcome, settled: Settled) -> bool:
    return outcome.kind is CaseKind.RECTIFICATION and settled.verdict is ClaimVerdict.REFUSED and not settled.lines


def _lines(facts: AnswerFacts, settled: Settled, say: Words) -> Iterator[Block]:
    """Say field by field what was taken over, and what was not and why."""
    words = CopyWords(facts.language)

    def said(text: str) -> str:
        return text or say("lines.empty")

    def row(line: Line) -> tuple[str, ...]:
        return words.column(line.field), said(line.old), said(line.new)

    taken, left = [each for each in settled.lines if not each.reason], [each for each in settled.lines if each.reason]
    if taken:
        yield Heading(say("lines.heading"))
        columns = (Column(say("lines.field"), 3), Column(say("lines.old"), 4), Column(say("lines.new"), 4))
        yield Table(columns, tuple(map(row, taken)))
    if left:
        yield Heading(say("lines.left"))
        titles = (("field", 3), ("stays", 3), ("wanted", 3), ("why", 4))
        yield Table(tuple(Column(say(f"lines.{name}"), share) for name, share in titles), tuple((*row(each), each.reason) for each in left))


def _purposes(outcome: ClaimOutcome, settled: Settled, say: Words) -> Iterator[Block]:
    """Say which processing has ended after an objection, and which goes on for what compelling reasons."""
    if settled.purposes:
        yield Heading(say("purposes.ended"))
        yield Items(tuple(outcome.titles.get(code, code) for code in settled.purposes))
        yield Paragraph(say("purposes.erasure"))
    if settled.kept:
        yield Heading(say("purposes.kept"))
        yield Items(tuple(outcome.titles.get(code, code) for code in settled.kept))
        yield Paragraph(say("purposes.why", reason=settled.reason))
