"""Deals come in and change: whom they are about, who overwrites whom, and what the log says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from crm.models.company import Company
from crm.models.deal import Deal, DealMove
from crm.privacy import restriction
from crm.privacy.errors import FieldWithoutPurposeError, RestrictedError, StaleVersionError
from crm.privacy.restriction import RestrictionReason
from crm.services.deals import entry as deals
from crm.services.deals import view
from crm.services.deals.errors import (
    AmountOutOfBoundsError,
    ChoiceUnknownError,
    ExpectedDayError,
    NewDealEndedError,
    ProbabilityError,
    TitleMissingError,
)
from crm.services.forms import new_form_token
from crm.services.staff_names import OwnerUnknownError
from crm.services.work_customers import CompanyGoneError, CustomerMissingError, NotTheTraderError, PersonGoneError
from tests.integration.deals.selling import ENTRY, SALES, add_company, add_deal, add_person, add_sole_trader, purpose
from tests.support.furnished import Furnished


def stored(runtime, deal_id):
    with runtime.database.reading() as session:
        return session.get_one(Deal, deal_id)


def opened(runtime, clock, deal_id, code="business_contact"):
    with runtime.database.reading() as session:
        return view.open_deal(session, deal_id=deal_id, purpose=purpose(session, code), actor=SALES, now=clock.now())


class TestCreate:
    def test_keeps_the_title_sealed_and_the_first_stage_as_a_move(self, runtime, clock):
        with runtime.database.writing() as session:
            deal_id = add_deal(session, clock.now(), company_id=add_company(session, clock.now()))

        deal = stored(runtime, deal_id)
        assert b"Bohrwerk" not in deal.sealed_title
        assert (deal.stage, deal.probability, deal.opened_on) == ("qualification", 10, clock.now().date())
        shown = opened(runtime, clock, deal_id)
        assert (shown.shown.title, shown.shown.customer.company) == ("Bohrwerk", "Brückner Pumpenbau GmbH")
        assert [(move.stage, move.moved_by) for move in shown.moves] == [("qualification", SALES.pseudonym)]

    def test_of_a_sole_trader_is_about_the_person_and_about_the_company(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_sole_trader(session, clock.now())
            subject_id = session.scalar(select(Company.subject_id).where(Company.id == company_id))
            by_company = add_deal(session, clock.now(), company_id=company_id)
            by_person = add_deal(session, clock.now(), subject_id=subject_id)

        for deal_id in (by_company, by_person):
            deal = stored(runtime, deal_id)
            assert (deal.company_id, deal.subject_id) == (company_id, subject_id)

    def test_about_a_contact_person_is_about_their_company_too(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            deal_id = add_deal(session, clock.now(), subject_id=add_person(session, clock.now(), company_id=company_id))

        assert stored(runtime, deal_id).company_id == company_id

    def test_by_the_same_form_sent_again_takes_in_nothing(self, runtime, clock):
        token = new_form_token()
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            first = add_deal(session, clock.now(), token=token, company_id=company_id)
        with runtime.database.writing() as session:
            again = add_deal(session, clock.now(), token=token, company_id=company_id)

        assert first == again
        assert Furnished(runtime, clock).count(Deal) == 1
        assert len(Furnished(runtime, clock).entries("deal:created")) == 1

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"title": " "}, TitleMissingError),
            ({"company_id": None}, CustomerMissingError),
            ({"company_id": "a" * 32}, CompanyGoneError),
            ({"subject_id": "a" * 32}, PersonGoneError),
            ({"owner_id": "a" * 32}, OwnerUnknownError),
            ({"amount_cents": -1}, AmountOutOfBoundsError),
            ({"amount_cents": 100_000_000_000}, AmountOutOfBoundsError),
            ({"probability": 101}, ProbabilityError),
            ({"expected_on": None}, ExpectedDayError),
            ({"expected_on": date(1999, 12, 31)}, ExpectedDayError),
            ({"product": "Luftschloss"}, ChoiceUnknownError),
            ({"region": "Mond"}, ChoiceUnknownError),
        ],
    )
    def test_refuses_what_cannot_be_and_keeps_nothing(self, runtime, clock, wrong, error):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())

        with pytest.raises(error), runtime.database.writing() as session:
            add_deal(session, clock.now(), **{"company_id": company_id, **wrong})

        assert Furnished(runtime, clock).count(Deal) == 0

    def test_refuses_one_that_has_ended(self, runtime, clock):
        with pytest.raises(NewDealEndedError), runtime.database.writing() as session:
            add_deal(session, clock.now(), stage="won", company_id=add_company(session, clock.now()))

    def test_refuses_another_person_at_a_sole_trader(self, runtime, clock):
        with pytest.raises(NotTheTraderError), runtime.database.writing() as session:
            add_deal(session, clock.now(), company_id=add_sole_trader(session, clock.now()), subject_id=add_person(session, clock.now()))

    def test_needs_a_purpose_with_room_for_free_text(self, runtime, clock):
        """Art. 5(1)(c) DSGVO."""
        with runtime.database.writing() as session:
            subject_id = add_person(session, clock.now(), "business_contact", "sales_approach")

        with pytest.raises(FieldWithoutPurposeError), runtime.database.writing() as session:
            add_deal(session, clock.now(), subject_id=subject_id, code="sales_approach")

    def test_about_somebody_restricted_is_refused(self, runtime, clock):
        """Art. 18 DSGVO."""
        with runtime.database.writing() as session:
            subject_id = add_person(session, clock.now())
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

        with pytest.raises(RestrictedError), runtime.database.writing() as session:
            add_deal(session, clock.now(), subject_id=subject_id)


class TestChange:
    def change(self, runtime, clock, deal_id, *, version=1, **facts):
        with runtime.database.writing() as session:
            deals.change(
                session,
                deal_id=deal_id,
                entry=replace(ENTRY, **facts),
                purpose=purpose(session),
                expected_version=version,
                actor=SALES,
                now=clock.now(),
            )

    def test_writes_what_was_typed_and_one_entry(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            deal_id = add_deal(session, clock.now(), company_id=company_id)

        self.change(runtime, clock, deal_id, company_id=company_id, title="Fräswerk", amount_cents=1, region="Ost", probability=55)

        deal = stored(runtime, deal_id)
        assert (deal.amount_cents, deal.region, deal.probability, deal.version) == (1, "Ost", 55, 2)
        assert opened(runtime, clock, deal_id).shown.title == "Fräswerk"
        assert len(Furnished(runtime, clock).entries("deal:changed")) == 1

    def test_overwrites_nobody(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            deal_id = add_deal(session, clock.now(), company_id=company_id)
        self.change(runtime, clock, deal_id, company_id=company_id, title="Fräswerk")

        with pytest.raises(StaleVersionError):
            self.change(runtime, clock, deal_id, company_id=company_id, title="Drehbank")

        assert opened(runtime, clock, deal_id).shown.title == "Fräswerk"

    def test_to_another_person_seals_the_title_for_them(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            deal_id = add_deal(session, clock.now(), company_id=company_id)
            subject_id = add_person(session, clock.now(), company_id=company_id)

        self.change(runtime, clock, deal_id, company_id=company_id, subject_id=subject_id, title="Für Frau Wehmeier")

        assert opened(runtime, clock, deal_id).shown.title == "Für Frau Wehmeier"
        assert opened(runtime, clock, deal_id, "contract_person").shown.title is None

    def test_keeps_a_product_that_is_sold_no_longer(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            deal_id = add_deal(session, clock.now(), company_id=company_id)
            session.get_one(Deal, deal_id).product = "Dampfmaschine"

        self.change(runtime, clock, deal_id, company_id=company_id, product="Dampfmaschine")

        assert stored(runtime, deal_id).product == "Dampfmaschine"


class TestOpen:
    def test_of_somebody_restricted_shows_figures_and_neither_title_nor_name(self, runtime, clock):
        """Art. 18 DSGVO."""
        with runtime.database.writing() as session:
            subject_id = add_person(session, clock.now())
            deal_id = add_deal(session, clock.now(), subject_id=subject_id)
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

        shown = opened(runtime, clock, deal_id).shown

        assert (shown.title, shown.customer.person, shown.deal.amount_cents) == (None, None, ENTRY.amount_cents)

    def test_without_a_purpose_shows_figures_alone(self, runtime, clock):
        with runtime.database.writing() as session:
            deal_id = add_deal(session, clock.now(), company_id=add_company(session, clock.now()))

        with runtime.database.reading() as session:
            shown = view.open_deal(session, deal_id=deal_id, purpose=None, actor=SALES, now=clock.now()).shown
        assert (shown.title, shown.customer.company) == (None, "Brückner Pumpenbau GmbH")

    def test_enters_who_was_shown(self, runtime, clock):
        with runtime.database.writing() as session:
            deal_id = add_deal(session, clock.now(), subject_id=add_person(session, clock.now()))

        opened(runtime, clock, deal_id)

        assert len(Furnished(runtime, clock).entries("people:listed")) == 2  # the title, the name


def test_every_move_is_kept(runtime, clock):
    with runtime.database.writing() as session:
        add_deal(session, clock.now(), company_id=add_company(session, clock.now()))

        assert session.scalar(select(func.count()).select_from(DealMove)) == 1
