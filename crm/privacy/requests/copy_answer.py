"""The answer to a request for access or portability: that the copy goes with it, or why not, and what the person can do now.

Source: Art. 12(1), (3), (4), 15(1), 20(1) DSGVO.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from crm.documents import render
from crm.models.request_case import CaseKind, RequestCase
from crm.privacy.requests import packages, sealed
from crm.privacy.requests.blocks import Block, Heading, Paragraph, mail_text
from crm.privacy.requests.facts import AnswerFacts, StopReason
from crm.privacy.requests.granting import REFUSED
from crm.privacy.requests.letter import Answer, Words, day_in, ending, greeting, sheet, words_of

_TEXTS: Final = ("copy_letter_texts", "letter_texts")


class Verdict(StrEnum):
    """How a request for a copy ends; keys of `config/copy_letter_texts.toml`."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOTHING_HELD = "nothing_held"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided about a request for a copy.

    Attributes:
        ground: on what it was refused; a key of `[refusals]`.
        stopped: why it ended before.
    """

    kind: CaseKind
    verdict: Verdict
    ground: str = ""
    reason: str = ""
    stopped: StopReason | None = None


def outcome_of(session: Session, case: RequestCase) -> Outcome | None:
    """Return what was decided; None for a case that asks for no copy."""
    kind = CaseKind(case.kind)
    if not kind.is_copy:
        return None
    decision = sealed.open_part(session, case, "sealed_decision")
    if decision.get("stopped"):
        return Outcome(kind=kind, verdict=Verdict.STOPPED, stopped=StopReason(decision["stopped"]))
    if refused := decision.get(REFUSED):
        return Outcome(kind=kind, verdict=Verdict.REFUSED, ground=refused["ground"], reason=refused["reason"])
    return Outcome(kind=kind, verdict=Verdict.GRANTED if decision.get(packages.GRANTED) else Verdict.NOTHING_HELD)


def compose(facts: AnswerFacts, outcome: Outcome, *, fetch_until: date | None) -> Answer:
    """Put the facts of a case into sentences, in the language the person used.

    Args:
        fetch_until: the last day on which the copy can be fetched on the portal; None: it goes with the letter, by post.
    """
    say = words_of(facts, texts=_TEXTS)
    blocks = tuple(_blocks(facts, outcome, fetch_until, say))
    subject = say(f"subject.{outcome.kind}")
    return Answer(subject=subject, text=mail_text(blocks), pdf=render("letter", sheet(facts, say, subject, blocks)))


def with_link(answer: Answer, facts: AnswerFacts, *, link: str, fetch_until: date) -> str:
    """Return the text of the mail, which alone holds the link: it stands neither in the letter nor in the file of the case."""
    said = words_of(facts, texts=_TEXTS)("way.link", link=link, until=day_in(facts, fetch_until))
    return f"{answer.text}\n{said}\n"


def _blocks(facts: AnswerFacts, outcome: Outcome, fetch_until: date | None, say: Words) -> Iterator[Block]:
    yield greeting(facts, say)
    yield Paragraph(_opening(outcome, say))
    if outcome.verdict is Verdict.GRANTED:
        yield Heading(say("way.heading"))
        yield Paragraph(say("way.portal", until=day_in(facts, fetch_until)) if fetch_until else say("way.post"))
    yield from ending(facts, say)


def _opening(outcome: Outcome, say: Words) -> str:
    if outcome.stopped:
        return say(f"{outcome.kind}.stopped_{outcome.stopped}")
    ground = say(f"refusals.{outcome.ground}") if outcome.ground else ""
    return say(f"{outcome.kind}.{outcome.verdict}", ground=ground, reason=outcome.reason)
