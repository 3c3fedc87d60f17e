"""Deals come in and change; what moves them through their stages is in `moving`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import new_id
from crm.errors import InvalidInputError, NotFoundError
from crm.models.deal import Deal, DealMove
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, due, work_texts
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_access
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services import forms, staff_names, work_customers, work_rules
from crm.services.contacts.fields import clean_line
from crm.services.deals import errors
from crm.services.forms import SentForm
from crm.services.staff_names import OwnerUnknownError
from crm.services.work_customers import Chosen
from crm.services.work_rules import WorkRules

KIND: Final = "deal"
SELLS: Final = frozenset({Role.SALES})  # roles that may own a deal
LONGEST_TITLE: Final = 120  # characters
MOST_CENTS: Final = 99_999_999_999
_DAYS: Final = (date(2000, 1, 1), date(2100, 12, 31))
_CERTAIN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DealEntry:
    """What somebody typed into the form.

    Attributes:
        probability: percent; None: what the stage says.
    """

    title: str
    company_id: str | None
    subject_id: str | None
    owner_id: str | None
    amount_cents: int
    probability: int | None
    product: str | None
    region: str | None
    expected_on: date | None


def get_deal(session: Session, *, deal_id: str) -> Deal:
    """Return a deal.

    Raises:
        NotFoundError: there is none.
    """
    deal = session.get(Deal, deal_id)
    if deal is None:
        raise NotFoundError
    return deal


def place_of(deal_id: str, subject_id: str | None) -> WorkText:
    """Return where the title of a deal lies."""
    return WorkText("deal", "sealed_title", deal_id, subject_id)


def check(session: Session, entry: DealEntry, *, former: Deal | None = None) -> list[InvalidInputError]:
    """Return everything that is wrong with an entry, for a form that shows all of it at once.

    Args:
        former: the deal as it is; what stays as it was is not asked whether it could be chosen anew.
    """
    return [fault for test in _TESTS if (fault := test(session, entry, former)) is not None]


def create(session: Session, *, entry: DealEntry, stage: str, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> str:
    """Take in a deal and return its id; the same form with the same content sent again takes in nothing.

    Raises:
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    deal_id = forms.key_of(session, form)
    if session.get(Deal, deal_id):
        return deal_id
    rules = work_rules.find(session)
    _require_open(rules, stage)
    chosen = _require(session, entry, None, purpose, actor, now)
    sealed = work_texts.seal(session, place_of(deal_id, chosen.subject_id), _title(entry.title))
    values = _columns(entry, chosen, rules, stage)
    opened = {"stage": stage, "opened_on": now.astimezone(due.zone_of(session)).date(), "created_at": now, "changed_at": now}
    with forms.sent_twice_is_known():
        session.add(Deal(id=deal_id, version=1, sealed_title=sealed, **opened, **values))
        session.flush()
    session.add(DealMove(id=new_id(), deal_id=deal_id, stage=stage, moved_at=now, moved_by=actor.pseudonym))
    _enter(session, Action.DEAL_CREATED, chosen.subject_id, sealed, purpose, actor, now)
    return deal_id


def change(
    session: Session, *, deal_id: str, entry: DealEntry, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Change a deal; its stage changes only by a move.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    deal = get_deal(session, deal_id=deal_id)
    if deal.version != expected_version:
        raise StaleVersionError
    if deal.subject_id:  # who it was about so far is asked too, or their deal could be given to somebody else past a restriction
        require_access(session, subject_id=deal.subject_id, purpose=purpose, actor=actor, now=now)
    chosen = _require(session, entry, deal, purpose, actor, now)
    sealed = work_texts.seal(session, place_of(deal_id, chosen.subject_id), _title(entry.title))
    values = _columns(entry, chosen, work_rules.find(session), deal.stage) | {"sealed_title": sealed, "changed_at": now}
    write(session, deal_id, expected_version, values)
    _enter(session, Action.DEAL_CHANGED, chosen.subject_id, sealed, purpose, actor, now)


def write(session: Session, deal_id: str, expected_version: int, values: Mapping[str, Any]) -> None:
    """Write these columns of a deal that nobody else changed meanwhile.

    Raises:
        StaleVersionError: somebody did.
    """
    mine = update(Deal).where(Deal.id == deal_id, Deal.version == expected_version)
    if session.execute(mine.values(**values, version=expected_version + 1).returning(Deal.id)).first() is None:
        raise StaleVersionError


def probability_of(rules: WorkRules, stage: str, wanted: int | None) -> int:
    """Return how likely a deal is: what was set, or what its stage says; one that ended is certain."""
    said = rules.stages[stage].probability if stage in rules.stages else 0
    ended = stage in rules.stages and rules.stages[stage].ends
    return said if wanted is None or ended else wanted


def _require(session: Session, entry: DealEntry, former: Deal | None, purpose: Purpose, actor: Actor, now: datetime) -> Chosen:
    """Return the customer of an entry that can be taken."""
    faults = check(session, entry, former=former)
    if faults:
        raise faults[0]
    chosen = work_customers.require_customer(session, company_id=entry.company_id, subject_id=entry.subject_id)
    if former is None and chosen.company_id is None and chosen.subject_id:
        chosen = Chosen(work_customers.find_employer(session, chosen.subject_id), chosen.subject_id)
    work_customers.require_writable(session, chosen.subject_id, purpose=purpose, actor=actor, now=now)
    return chosen


def _columns(entry: DealEntry, chosen: Chosen, rules: WorkRules, stage: str) -> dict[str, Any]:
    return {
        "company_id": chosen.company_id,
        "subject_id": chosen.subject_id,
        "owner_id": entry.owner_id,
        "amount_cents": entry.amount_cents,
        "probability": probability_of(rules, stage, entry.probability),
        "product": entry.product,
        "region": entry.region,
        "expected_on": entry.expected_on,
    }


def _enter(session: Session, action: Action, subject_id: str | None, sealed: bytes, purpose: Purpose, actor: Actor, now: datetime) -> None:
    groups = (FieldGroup.NOTES,) if subject_id else ()
    audit.record(
        session,
        action,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=KIND,
        groups=groups,
        sealed=(sealed,),
    )


def _require_open(rules: WorkRules, stage: str) -> None:
    if stage not in rules.stages:
        raise errors.ChoiceUnknownError(field="stage")
    if rules.stages[stage].ends:
        raise errors.NewDealEndedError(field="stage")


def _title(title: str) -> str:
    return clean_line(title, field="title", longest=LONGEST_TITLE)


def _test_title(_session: Session, entry: DealEntry, _former: Deal | None) -> InvalidInputError | None:
    try:
        return None if _title(entry.title) else errors.TitleMissingError(field="title")
    except InvalidInputError as fault:
        return fault


def _test_customer(session: Session, entry: DealEntry, _former: Deal | None) -> InvalidInputError | None:
    try:
        work_customers.require_customer(session, company_id=entry.company_id, subject_id=entry.subject_id)
    except InvalidInputError as fault:
        return fault
    return None


def _test_owner(session: Session, entry: DealEntry, former: Deal | None) -> InvalidInputError | None:
    stays = entry.owner_id is None or (former is not None and former.owner_id == entry.owner_id)
    return None if stays or entry.owner_id in staff_names.find_holders(session, SELLS) else OwnerUnknownError(field="owner")


def _test_amount(_session: Session, entry: DealEntry, _former: Deal | None) -> InvalidInputError | None:
    return None if 0 <= entry.amount_cents <= MOST_CENTS else errors.AmountOutOfBoundsError(field="amount")


def _test_probability(_session: Session, entry: DealEntry, _former: Deal | None) -> InvalidInputError | None:
    fits = entry.probability is None or 0 <= entry.probability <= _CERTAIN
    return None if fits else errors.ProbabilityError(field="probability")


def _test_day(_session: Session, entry: DealEntry, _former: Deal | None) -> InvalidInputError | None:
    fits = entry.expected_on is not None and _DAYS[0] <= entry.expected_on <= _DAYS[1]
    return None if fits else errors.ExpectedDayError(field="expected_on")


def _test_product(session: Session, entry: DealEntry, former: Deal | None) -> InvalidInputError | None:
    known = {None, former.product if former else None, *work_rules.find(session).products}
    return None if entry.product in known else errors.ChoiceUnknownError(field="product")


def _test_region(session: Session, entry: DealEntry, former: Deal | None) -> InvalidInputError | None:
    known = {None, former.region if former else None, *work_rules.find(session).regions}
    return None if entry.region in known else errors.ChoiceUnknownError(field="region")


_TESTS: Final = (_test_title, _test_customer, _test_owner, _test_amount, _test_probability, _test_day, _test_product, _test_region)
