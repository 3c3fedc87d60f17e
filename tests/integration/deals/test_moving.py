"""Deals go through their stages: what follows, what must be said, and who is not overrun."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.models.deal import Deal, DealMove
from crm.privacy import restriction
from crm.privacy.errors import RestrictedError, StaleVersionError
from crm.privacy.restriction import RestrictionReason
from crm.services.deals import moving
from crm.services.deals.errors import ChoiceUnknownError, LossReasonMissingError
from tests.integration.deals.selling import SALES, add_company, add_deal, add_person, purpose
from tests.support.furnished import Furnished


@pytest.fixture
def deal_id(runtime, clock):
    with runtime.database.writing() as session:
        return add_deal(session, clock.now(), company_id=add_company(session, clock.now()))


def move(runtime, clock, deal_id, stage, *, version=1, **facts):
    with runtime.database.writing() as session:
        return moving.move(
            session, deal_id=deal_id, stage=stage, purpose=purpose(session), expected_version=version, actor=SALES, now=clock.now(), **facts
        )


def stored(runtime, deal_id):
    with runtime.database.reading() as session:
        return session.get_one(Deal, deal_id)


def test_the_probability_follows_the_stage(runtime, clock, deal_id):
    assert move(runtime, clock, deal_id, "offer")

    assert (stored(runtime, deal_id).stage, stored(runtime, deal_id).probability) == ("offer", 40)


def test_a_probability_that_was_set_stays(runtime, clock):
    with runtime.database.writing() as session:
        deal_id = add_deal(session, clock.now(), company_id=add_company(session, clock.now()), probability=25)

    move(runtime, clock, deal_id, "offer")

    assert stored(runtime, deal_id).probability == 25


def test_each_move_is_kept_with_its_moment_and_entered(runtime, clock, deal_id):
    clock.advance(timedelta(days=2))
    move(runtime, clock, deal_id, "offer")
    move(runtime, clock, deal_id, "won", version=2)

    with runtime.database.reading() as session:
        rows = session.execute(
            select(DealMove.stage, DealMove.moved_at).where(DealMove.deal_id == deal_id).order_by(DealMove.moved_at)
        ).all()
    assert {stage for stage, _ in rows} == {"qualification", "offer", "won"}
    assert rows[-1].moved_at == clock.now()
    assert len(Furnished(runtime, clock).entries("deal:moved")) == 2


def test_won_is_certain_and_has_its_day(runtime, clock, deal_id):
    move(runtime, clock, deal_id, "won")

    deal = stored(runtime, deal_id)
    assert (deal.probability, deal.closed_on, deal.loss_reason) == (100, clock.now().date(), None)


def test_lost_needs_a_reason_that_there_is(runtime, clock, deal_id):
    with pytest.raises(LossReasonMissingError):
        move(runtime, clock, deal_id, "lost")
    with pytest.raises(ChoiceUnknownError):
        move(runtime, clock, deal_id, "lost", loss_reason="moon")

    move(runtime, clock, deal_id, "lost", loss_reason="price")

    assert (stored(runtime, deal_id).probability, stored(runtime, deal_id).loss_reason) == (0, "price")


def test_back_from_lost_it_is_open_again(runtime, clock, deal_id):
    move(runtime, clock, deal_id, "lost", loss_reason="price")

    move(runtime, clock, deal_id, "negotiation", version=2)

    deal = stored(runtime, deal_id)
    assert (deal.stage, deal.probability, deal.closed_on, deal.loss_reason) == ("negotiation", 70, None, None)


def test_a_stage_that_does_not_exist_is_refused(runtime, clock, deal_id):
    with pytest.raises(ChoiceUnknownError):
        move(runtime, clock, deal_id, "moon")


def test_sent_twice_it_is_one_move(runtime, clock, deal_id):
    move(runtime, clock, deal_id, "offer")

    assert not move(runtime, clock, deal_id, "offer")

    assert len(Furnished(runtime, clock).entries("deal:moved")) == 1


def test_nobody_is_overrun(runtime, clock, deal_id):
    move(runtime, clock, deal_id, "offer")

    with pytest.raises(StaleVersionError):
        move(runtime, clock, deal_id, "won")


def test_of_somebody_restricted_it_stays_where_it_is(runtime, clock):
    """Art. 18 DSGVO."""
    with runtime.database.writing() as session:
        subject_id = add_person(session, clock.now())
        deal_id = add_deal(session, clock.now(), subject_id=subject_id)
        restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

    with pytest.raises(RestrictedError):
        move(runtime, clock, deal_id, "offer")

    assert stored(runtime, deal_id).stage == "qualification"
