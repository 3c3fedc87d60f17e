"""What the page of a case shows of a claim: what is asked, what decides it, and how it was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crm.models.field_groups import GROUP_OF
from crm.models.request_case import CaseKind
from crm.privacy.requests import settling
from crm.privacy.requests.claims import REFUSALS, RIGHT, ClaimVerdict, Settled
from crm.privacy.requests.texts import LONGEST
from crm.privacy.restriction import RestrictionReason
from crm.services.requests.claims import OpenClaim
from crm.services.requests.view import CaseView
from crm.site.i18n import _, in_language
from crm.site.view_models import FieldInput, Option
from crm.site.words import FIELD_TITLES
from crm.web.requests.words import CLAIM_REFUSALS, CLAIM_VERDICTS
from crm.web.restriction_words import RESTRICTION_GROUNDS

TAKE, LEAVE, REMOVE = "take", "leave", "remove"
REFUSE: Final = "refuse"
PURPOSE: Final = "claim-purpose-"
_LONGEST_VALUE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedField:
    """One field of a rectification: what we have beside what the person says is right."""

    name: str
    title: str
    stored: str
    right: FieldInput
    choice: FieldInput
    reason: FieldInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the form of a claim sent, and what was wrong with it."""

    values: Mapping[str, str]
    wrong_field: str
    wrong: str | None

    def value(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise)

    def error(self, name: str) -> str | None:
        return self.wrong if self.wrong_field == name else None


def claim_facts(view: CaseView, typed: Typed) -> dict[str, Any]:
    """Return what the claim says and needs; nothing where the case is none."""
    kind = CaseKind(view.case.kind)
    if not kind.is_claim:
        return {"is_claim": False, "settled": None, "asks": ()}
    claim = view.claim
    return {
        "is_claim": True,
        "asks": _asks(view),
        "claim": claim,
        "seen": ",".join(map(str, claim.seen)) if claim else "",
        "claim_ground": _ground_field(claim, typed) if claim and kind is CaseKind.RESTRICTION else None,
        "compared": _compared(claim, typed) if claim and kind is CaseKind.RECTIFICATION else (),
        "named": set(claim.right) | {each for each in GROUP_OF if typed.value(f"claim-{RIGHT}{each}")} if claim else set(),
        "purpose_fields": _purpose_fields(claim, typed) if claim and kind is CaseKind.USE_OBJECTION else (),
        "weighs": kind is CaseKind.USE_OBJECTION,
        "weighing_field": _weighing_field(typed),
        "claim_refusal_fields": _refusal_fields(kind, typed),
        "settled": _settled(view, view.file.settled) if view.file.settled else None,
    }


def _asks(view: CaseView) -> tuple[tuple[str, str], ...]:
    """Return what the person asks for beyond their own words: the ground of a restriction, or each field that is right."""
    said = view.file.request
    ground = said.get("ground", "")
    fields = tuple((str(FIELD_TITLES[name]), said[f"{RIGHT}{name}"]) for name in GROUP_OF if said.get(f"{RIGHT}{name}"))
    return ((_("Grund"), str(RESTRICTION_GROUNDS[RestrictionReason(ground)])), *fields) if ground in set(RESTRICTION_GROUNDS) else fields


def _ground_field(claim: OpenClaim, typed: Typed) -> FieldInput:
    options = tuple(Option(each, str(title)) for each, title in RESTRICTION_GROUNDS.items())
    value = typed.value("claim-ground", claim.ground)
    error = typed.error("claim-ground")
    return FieldInput(name="claim-ground", title=_("Aus welchem Grund"), value=value, kind="select", options=options, error=error)


def _compared(claim: OpenClaim, typed: Typed) -> tuple[ComparedField, ...]:
    """Return the fields, those the person names first."""
    names = sorted(GROUP_OF, key=lambda name: name not in claim.right)
    return tuple(_compare(name, claim, typed) for name in names)


def _compare(name: str, claim: OpenClaim, typed: Typed) -> ComparedField:
    options = (Option(TAKE, _("übernehmen")), Option(LEAVE, _("nicht übernehmen")), Option(REMOVE, _("Angabe entfernen")))
    right, choice, reason = f"claim-{RIGHT}{name}", f"claim-choice-{name}", f"claim-reason-{name}"
    value = typed.value(right, claim.right.get(name, ""))
    title = str(FIELD_TITLES[name])
    return ComparedField(
        name=name,
        title=title,
        stored=claim.stored.get(name, ""),
        right=FieldInput(
            name=right, title=_("%(field)s: richtig ist", field=title), value=value, error=typed.error(right), max_length=_LONGEST_VALUE
        ),
        choice=FieldInput(
            name=choice,
            title=_("%(field)s: Entscheidung", field=title),
            value=typed.value(choice, TAKE),
            kind="select",
            options=options,
            error=typed.error(choice),
        ),
        reason=FieldInput(
            name=reason,
            title=_("%(field)s: warum nicht", field=title),
            value=typed.value(reason),
            error=typed.error(reason),
            max_length=LONGEST,
        ),
    )


def _purpose_fields(claim: OpenClaim, typed: Typed) -> tuple[FieldInput, ...]:
    wrong = typed.error("claim-purpose")
    return tuple(
        FieldInput(
            name=f"{PURPOSE}{each.code}",
            title=in_language(each.title),
            hint=in_language(each.text),
            value=typed.value(f"{PURPOSE}{each.code}", "" if typed.values else "1"),
            kind="checkbox",
            error=wrong if number == 0 else None,
        )
        for number, each in enumerate(claim.contested)
    )


def _weighing_field(typed: Typed) -> FieldInput:
    return FieldInput(
        name="claim-weighing",
        title=_("Was für die Person spricht"),
        value=typed.value("claim-weighing"),
        kind="textarea",
        error=typed.error("claim-weighing"),
        hint=_(
            "Ihre besondere Situation, und was die Verarbeitung für sie bedeutet. Bleibt bei der Entscheidung und steht nicht im Brief."
        ),
    )


def _refusal_fields(kind: CaseKind, typed: Typed) -> tuple[FieldInput, ...]:
    options = tuple(Option(each, str(CLAIM_REFUSALS[each])) for each in REFUSALS[kind])
    return (
        FieldInput(
            name="claim-refused-on",
            title=_("Warum"),
            value=typed.value("claim-refused-on"),
            kind="select",
            options=options,
            error=typed.error("claim-refused-on"),
        ),
        FieldInput(
            name=settling.REFUSAL,
            title=_("Unsere Gründe"),
            value=typed.value(settling.REFUSAL),
            kind="textarea",
            error=typed.error(settling.REFUSAL),
            hint=_("Ein Satz, der so in der Antwort steht (Art. 12 Abs. 4 DSGVO)."),
        ),
    )


def _settled(view: CaseView, settled: Settled) -> dict[str, Any]:
    """Return how it was decided, in words."""
    titles = {each.code: in_language(each.title) for each in view.purposes}
    grounds: dict[ClaimVerdict, Mapping[Any, Any]] = {ClaimVerdict.REFUSED: CLAIM_REFUSALS, ClaimVerdict.GRANTED: RESTRICTION_GROUNDS}
    return {
        "verdict": CLAIM_VERDICTS[settled.verdict],
        "ground": grounds.get(settled.verdict, {}).get(settled.ground, ""),
        "reason": settled.reason,
        "weighing": settled.weighing,
        "ended": tuple(titles.get(code, code) for code in settled.purposes),
        "kept": tuple(titles.get(code, code) for code in settled.kept),
        "lines": tuple((str(FIELD_TITLES[each.field]), each.old, each.new, each.reason) for each in settled.lines),
    }
