"""What a person allows for each purpose, as chips."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from crm.privacy import lawfulness
from crm.privacy.consent import ConsentAct
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.purposes import Purpose
from crm.services.contacts.view import concerns
from crm.site.view_models import ChipState, ContactRow, PurposeChip
from crm.web.desk import Desk, purpose_title

# Short forms for rows; a purpose that the controller adds gets the first letters of its title.
_CODES: Final = {
    "business_contact": "Vt",
    "contract_person": "Vg",
    "precontract_request": "An",
    "sales_approach": "Ap",
    "service": "Sv",
    "newsletter": "NL",
    "phone_advertising": "Tel",
    "legal_retention": "Auf",
    "request_handling": "Re",
}
_STATES: Final = {
    Standing.ALLOWED: ChipState.ALLOWED,
    Standing.OBJECTED: ChipState.OBJECTED,
    Standing.RESTRICTED: ChipState.RESTRICTED,
    Standing.ERASED: ChipState.NO_BASIS,
    Standing.MISSING: ChipState.NO_BASIS,
}


def chip_state(purpose: Purpose, standing: Standing, state: PersonState) -> ChipState:
    """Return the chip of a standing; a missing consent is told from a ground that never was."""
    if standing is not Standing.MISSING or not purpose.needs_consent:
        return _STATES[standing]
    acts = {consent.act for (code, _), consent in state.consents.items() if code == purpose.code}
    return ChipState.UNPROVEN if acts == {ConsentAct.UNPROVEN} else ChipState.MISSING


def row_chips(desk: Desk) -> Callable[[PersonState], tuple[PurposeChip, ...]]:
    """Return what gives a row its chips: purposes that stand for something with this person.

    Rows of a page share a dozen different chips: each is made once for the page.
    """
    listed = listed_purposes(desk)
    chips = {each.code: _chips_of(each) for each in listed}

    def chips_of(state: PersonState) -> tuple[PurposeChip, ...]:
        return tuple(
            chips[each.code][chip_state(each, lawfulness.standing(each, state, now=desk.now), state)]
            for each in listed
            if concerns(each, state)
        )

    return chips_of


def _chips_of(purpose: Purpose) -> dict[ChipState, PurposeChip]:
    title, code = purpose_title(purpose), code_of(purpose)
    return {state: PurposeChip(title=title, state=state, code=code) for state in ChipState}


def listed_purposes(desk: Desk) -> Sequence[Purpose]:
    """Return the purposes that rows show: those of the reader's role, and what needs a consent."""
    return [each for each in desk.purposes if each in desk.own or each.needs_consent]


def legend(rows: Iterable[ContactRow]) -> tuple[tuple[str, str], ...]:
    """Return what the short forms of these rows mean."""
    return tuple({chip.code: chip.title for row in rows for chip in row.chips}.items())


def code_of(purpose: Purpose) -> str:
    """Return the short form of a purpose."""
    return _CODES.get(purpose.code) or purpose_title(purpose)[:3]


def page_chips(standings: Iterable[tuple[Purpose, Standing]], state: PersonState, notes: dict[str, str]) -> tuple[PurposeChip, ...]:
    """Return the chips of the contact page, each with the remark for its purpose."""
    return tuple(
        PurposeChip(title=purpose_title(each), state=chip_state(each, standing, state), code=code_of(each), note=notes.get(each.code))
        for each, standing in standings
    )
