"""Puts a decision together: the proposal, and where somebody departs from it for a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from crm.privacy.requests.choices import OPEN_TO_CHOICE, Choice, Verdict, Wish
from crm.privacy.requests.errors import (
    ChoiceMissingError,
    ChoiceNotPossibleError,
    ErasureReasonMissingError,
    NotesGoTooError,
    ReasonMissingError,
    UnderHoldError,
)
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround
from crm.privacy.requests.last_days import foresee_days
from crm.privacy.requests.policy import request_policy
from crm.privacy.requests.proposal import ProposedLine, kept_profile
from crm.privacy.requests.texts import require_fitting


def settle_choices(lines: Sequence[ProposedLine], wishes: Mapping[DataKind, Wish], *, today: date) -> tuple[Choice, ...]:
    """Return what is decided about each kind of data; where there is a choice, somebody has to have made it.

    Raises:
        ChoiceMissingError: a kind of data was not chosen about, perhaps because it was not there when the form was made.
        ChoiceNotPossibleError: the kind of data does not allow it.
        ReasonMissingError: it departs from the proposal, or refuses, without saying why.
        NotesGoTooError: notes cannot outlive the profile.
        TextTooLongError, TurnedTextError: a reason is too long for a letter, or cannot be read.
    """
    decided = _let_work_follow([_settle(line, wishes.get(line.choice.kind), today) for line in lines])
    verdicts = {each.kind: each.verdict for each in decided}
    if verdicts.get(DataKind.PROFILE) is Verdict.ERASE and verdicts.get(DataKind.NOTES, Verdict.ERASE) is not Verdict.ERASE:
        raise NotesGoTooError(field=DataKind.NOTES)
    return foresee_days(decided, decided_on=today, cooling_for=request_policy().cooling_for)


def _let_work_follow(decided: Sequence[Choice]) -> tuple[Choice, ...]:
    """Let the rows of daily work share the lot of the profile, under whose key they lie."""
    profile = next((each for each in decided if each.kind is DataKind.PROFILE), None)
    return tuple(replace(profile, kind=DataKind.WORK) if profile and each.kind is DataKind.WORK else each for each in decided)


def as_proposed(lines: Sequence[ProposedLine]) -> dict[DataKind, Wish]:
    """Return the choices of somebody who follows the proposal in everything."""
    choices = [line.choice for line in lines]
    return {each.kind: Wish(verdict=each.verdict, refusal=each.refusal) for each in choices if each.kind in OPEN_TO_CHOICE}


def _settle(line: ProposedLine, wish: Wish | None, today: date) -> Choice:
    """Return what is decided about one kind; another ground to erase it is no departure, because the same happens."""
    proposed = line.choice
    if wish is None:
        if proposed.kind in OPEN_TO_CHOICE:
            raise ChoiceMissingError(field=proposed.kind)
        return proposed
    require_fitting(wish.reason, field=proposed.kind)
    reason = wish.reason.strip()
    if wish.verdict is proposed.verdict and wish.refusal is proposed.refusal:
        return _require_reason(replace(proposed, reason=reason, ground=_ground_of(proposed, wish)), departs=False)
    if line.is_held and wish.verdict is Verdict.ERASE:
        raise UnderHoldError(field=proposed.kind)
    if wish.verdict not in OPEN_TO_CHOICE.get(proposed.kind, frozenset()):
        raise ChoiceNotPossibleError(field=proposed.kind)
    return _require_reason(replace(_chosen(line, wish, today), reason=reason), departs=True)


def _ground_of(proposed: Choice, wish: Wish) -> ErasureGround | None:
    return wish.ground or proposed.ground if proposed.verdict is Verdict.ERASE else None


def _chosen(line: ProposedLine, wish: Wish, today: date) -> Choice:
    proposed = line.choice
    if wish.verdict is Verdict.ERASE:
        breaks_duty = proposed.keep is KeepGround.RETENTION_DUTY
        return Choice(kind=proposed.kind, verdict=Verdict.ERASE, ground=wish.ground or line.ground, breaks_duty=breaks_duty)
    if wish.verdict is Verdict.REFUSE:
        if wish.refusal is None:
            raise ChoiceNotPossibleError(field=proposed.kind)
        return Choice(kind=proposed.kind, verdict=Verdict.REFUSE, refusal=wish.refusal)
    if proposed.kind is DataKind.PROFILE:
        return kept_profile(line.claims, today)
    # The period of the documents is over; who keeps them all the same says by which claim.
    return replace(kept_profile(line.claims, today), kind=proposed.kind, keep=KeepGround.LEGAL_CLAIMS)


def _require_reason(choice: Choice, *, departs: bool) -> Choice:
    if (departs or choice.verdict is Verdict.REFUSE) and not choice.reason:
        raise (ErasureReasonMissingError if choice.verdict is Verdict.ERASE else ReasonMissingError)(field=choice.kind)
    return choice
