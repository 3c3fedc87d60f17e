"""The form of a decision: one choice and one reason for each kind of data, the proposal chosen in advance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import request
from markupsafe import Markup, escape

from crm.privacy.requests.choices import OPEN_TO_CHOICE, Choice, Verdict, Wish
from crm.privacy.requests.errors import ChoiceNotPossibleError
from crm.privacy.requests.facts import DataKind, ErasureGround, Refusal
from crm.privacy.requests.proposal import ProposedLine
from crm.privacy.requests.texts import LONGEST
from crm.site.i18n import _, cited, day
from crm.site.view_models import FieldInput, Option
from crm.web.requests.words import DATA_KINDS, GROUNDS, KEEPING, REFUSALS, VERDICTS
from crm.web.typed import typed_line, typed_text

CONFIRM: Final = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionForm:
    """What was typed, and what was wrong with it."""

    choices: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    confirm: str = ""
    wrong_field: str = ""
    wrong: str | None = None

    @classmethod
    def typed(cls, *, wrong_field: str = "", wrong: str | None = None) -> "DecisionForm":
        """Return what this request sent."""
        return cls(
            choices={kind: request.form[f"choice-{kind}"] for kind in DataKind if f"choice-{kind}" in request.form},
            reasons={kind: typed_text(f"reason-{kind}") for kind in DataKind},
            confirm=typed_line(CONFIRM),
            wrong_field=wrong_field,
            wrong=wrong,
        )

    def wishes(self) -> dict[DataKind, Wish]:
        """Return what was chosen.

        Raises:
            ChoiceNotPossibleError: a choice is none of ours; it must not pass for the proposal, which may destroy.
        """
        return {
            kind: _wish(kind, chosen, self.reasons.get(kind, "")) for kind in DataKind if (chosen := self.choices.get(kind)) is not None
        }


def _wish(kind: DataKind, chosen: str, reason: str) -> Wish:
    """Return one choice: `erase:<ground>`, `refuse:<why>` or `keep`; a ground that is not named comes from the proposal."""
    verdict, colon, why = chosen.partition(":")
    grounds, refusals = frozenset(ErasureGround), frozenset(Refusal)
    possible = {Verdict.ERASE: grounds | {""}, Verdict.KEEP: {""}, Verdict.REFUSE: refusals}
    if bool(colon) is not bool(why) or verdict not in set(Verdict) or why not in possible[Verdict(verdict)]:
        raise ChoiceNotPossibleError(field=kind)
    return Wish(
        verdict=Verdict(verdict),
        ground=ErasureGround(why) if why in grounds else None,
        refusal=Refusal(why) if why in refusals else None,
        reason=reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One kind of data: what is proposed, and the fields to depart from it; none where nothing is to be chosen."""

    title: str
    count: int
    proposal: str
    note: str
    choice: FieldInput | None
    reason: FieldInput | None


def line_views(lines: Sequence[ProposedLine], form: DecisionForm) -> tuple[LineView, ...]:
    """Return the lines of the table."""
    return tuple(_line(each, form) for each in lines)


def _line(line: ProposedLine, form: DecisionForm) -> LineView:
    proposed = line.choice
    is_open = proposed.kind in OPEN_TO_CHOICE
    return LineView(
        title=str(DATA_KINDS[proposed.kind]),
        count=line.count,
        proposal=str(VERDICTS[proposed.verdict]),
        note=note_of(proposed),
        choice=_choice(proposed, form) if is_open else None,
        reason=_reason(proposed, form) if is_open else None,
    )


def note_of(choice: Choice) -> str:
    """Return why something is erased, kept or refused, and until when."""
    if choice.keep and choice.until:
        return _("%(why)s (%(source)s), bis %(day)s", why=KEEPING[choice.keep], source=cited(choice.source), day=day(choice.until))
    if choice.keep:
        return _(
            "%(why)s (%(source)s); der Tag steht fest, sobald das Profil gelöscht ist",
            why=KEEPING[choice.keep],
            source=cited(choice.source),
        )
    if choice.ground:
        return str(GROUNDS[choice.ground])
    return str(REFUSALS[choice.refusal]) if choice.refusal else ""


def _choice(proposed: Choice, form: DecisionForm) -> FieldInput:
    follows = f"{proposed.verdict}:{proposed.ground or proposed.refusal or ''}".rstrip(":")
    return FieldInput(
        name=f"choice-{proposed.kind}",
        title=_("Entscheidung"),
        value=form.choices.get(proposed.kind, follows),
        kind="select",
        options=tuple(_options(proposed, follows)),
    )


def _options(proposed: Choice, follows: str) -> list[Option]:
    """Return the proposal first, then everything else that is possible for this kind."""
    possible = [verdict for verdict in Verdict if verdict in OPEN_TO_CHOICE[proposed.kind]]
    values = {f"{Verdict.ERASE}:{ground}": _("jetzt löschen: %(why)s", why=title) for ground, title in GROUNDS.items()}
    if Verdict.KEEP in possible:
        values |= {f"{Verdict.KEEP}": str(VERDICTS[Verdict.KEEP])}
    if Verdict.REFUSE in possible:
        values |= {f"{Verdict.REFUSE}:{ground}": _("ablehnen: %(why)s", why=title) for ground, title in REFUSALS.items()}
    first = Option(follows, _("Vorschlag: %(what)s", what=values.get(follows, VERDICTS[proposed.verdict])))
    return [first, *(Option(value, title) for value, title in values.items() if value != follows)]


def _reason(proposed: Choice, form: DecisionForm) -> FieldInput:
    return FieldInput(
        name=f"reason-{proposed.kind}",
        title=_("Begründung"),
        value=form.reasons.get(proposed.kind, ""),
        kind="textarea",
        max_length=LONGEST,
        error=form.wrong if form.wrong_field == proposed.kind else None,
        hint=_("Nur nötig, wenn Sie abweichen oder ablehnen. Warum Sie behalten oder ablehnen, steht wörtlich in der Antwort."),
    )


def confirm_field(number: str, form: DecisionForm) -> FieldInput:
    """Return the field in which the number of the case is typed."""
    whole = Markup('<span class="nowrap">{}</span>').format(number)  # a number that breaks at its hyphen is typed wrong
    return FieldInput(
        name=CONFIRM,
        title=escape(_("Zur Bestätigung die Fallnummer eingeben: %(number)s")) % {"number": whole},
        value=form.confirm,
        required=True,
        short=True,
        error=form.wrong if form.wrong_field == CONFIRM else None,
    )
