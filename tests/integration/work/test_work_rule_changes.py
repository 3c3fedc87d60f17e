"""Changing the rules of work: a version more, nothing overwritten, nothing lost that is in use."""

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role, system_actor
from crm.models.policy import PolicyVersion
from crm.privacy.errors import StaleVersionError
from crm.services import work_rule_changes, work_rules
from crm.services.work_rule_changes import (
    FirstMonthError,
    NoStageLeftError,
    RuleInUseError,
    RuleTitleMissingError,
    RuleTitleTwiceError,
    StageProbabilityError,
    TooManyRulesError,
)
from tests.integration.deals.selling import add_company, add_deal
from tests.support.furnished import Furnished

BOSS = Actor("b" * 32, frozenset({Role.MANAGEMENT}), Role.MANAGEMENT)


@pytest.fixture
def rules(runtime, clock):
    with runtime.database.writing() as session:
        work_rules.load_initial(session, actor=system_actor("test"), now=clock.now())


def section_of(runtime, section):
    with runtime.database.reading() as session:
        return work_rule_changes.find_section(session, section)


def change(runtime, clock, section, wanted, version=1):
    with runtime.database.writing() as session:
        return work_rule_changes.change(session, section=section, rules=wanted, expected_version=version, actor=BOSS, now=clock.now())


def stage(de, en, probability=50):
    return {"title": {"de": de, "en": en}, "probability": probability}


def test_adds_a_version_and_keeps_the_one_before(runtime, clock, rules):
    change(runtime, clock, "names", {"products": ["Bohrwerk", " "], "regions": []})

    with runtime.database.reading() as session:
        versions = session.scalars(select(PolicyVersion.version).where(PolicyVersion.code == "names").order_by(PolicyVersion.version)).all()
        assert versions == [1, 2]
        assert work_rules.find(session).products == ("Bohrwerk",)
    assert len(Furnished(runtime, clock).entries("policy:changed")) == 1


def test_to_what_already_holds_adds_nothing(runtime, clock, rules):
    assert not change(runtime, clock, "names", section_of(runtime, "names"))

    assert Furnished(runtime, clock).entries("policy:changed") == []


def test_overwrites_nobody(runtime, clock, rules):
    change(runtime, clock, "names", {"products": ["Bohrwerk"], "regions": []})

    with pytest.raises(StaleVersionError):
        change(runtime, clock, "names", {"products": ["Fräswerk"], "regions": []})


def test_adds_a_stage_before_the_ends_with_a_code_of_its_own(runtime, clock, rules):
    stages = section_of(runtime, "stages")

    change(runtime, clock, "stages", {**stages, "new": stage("Bemusterung", "Offer", 55)})

    with runtime.database.reading() as session:
        found = work_rules.find(session).stages
    assert list(found) == ["qualification", "offer", "negotiation", "offer_2", "won", "lost"]
    assert found["offer_2"].probability == 55


def test_orders_stages_as_they_come(runtime, clock, rules):
    stages = section_of(runtime, "stages")

    change(runtime, clock, "stages", {code: stages[code] for code in ("won", "negotiation", "lost", "offer", "qualification")})

    assert list(section_of(runtime, "stages")) == ["negotiation", "offer", "qualification", "won", "lost"]


def test_keeps_won_certain_and_lost_impossible(runtime, clock, rules):
    stages = section_of(runtime, "stages")

    change(runtime, clock, "stages", {**stages, "won": stage("Auftrag", "Order", 90)})

    assert section_of(runtime, "stages")["won"] == {"title": {"de": "Auftrag", "en": "Order"}, "probability": 100}


def test_takes_away_a_stage_that_no_deal_was_ever_in(runtime, clock, rules):
    stages = section_of(runtime, "stages")
    with runtime.database.writing() as session:
        add_deal(session, clock.now(), company_id=add_company(session, clock.now()))

    change(runtime, clock, "stages", {code: rule for code, rule in stages.items() if code != "offer"})

    assert "offer" not in section_of(runtime, "stages")
    with pytest.raises(RuleInUseError):
        change(runtime, clock, "stages", {code: rule for code, rule in stages.items() if code != "qualification"}, version=2)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_keeps_the_ends_of_the_way(runtime, clock, rules, end):
    stages = section_of(runtime, "stages")

    with pytest.raises(RuleInUseError):
        change(runtime, clock, "stages", {code: rule for code, rule in stages.items() if code != end})


@pytest.mark.parametrize(
    ("section", "wanted", "error"),
    [
        ("stages", {"won": stage("Ja", "Yes"), "lost": stage("Nein", "No")}, NoStageLeftError),
        ("stages", {"offer": stage("", "Offer")}, RuleTitleMissingError),
        ("stages", {"offer": stage("Angebot", "Offer"), "new": stage("ANGEBOT", "Bid")}, RuleTitleTwiceError),
        ("stages", {"offer": stage("Angebot", "Offer", 101)}, StageProbabilityError),
        ("loss_reasons", {"price": {"title": {"de": "Preis", "en": " "}}}, RuleTitleMissingError),
        ("names", {"products": ["A", "a"], "regions": []}, RuleTitleTwiceError),
        ("names", {"products": [str(number) for number in range(31)], "regions": []}, TooManyRulesError),
        ("calendar", {"first_month": 13}, FirstMonthError),
    ],
)
def test_refuses_what_no_work_could_follow(runtime, clock, rules, section, wanted, error):
    with pytest.raises(error):
        change(runtime, clock, section, wanted)

    assert Furnished(runtime, clock).entries("policy:changed") == []


def test_sets_the_first_month_and_leaves_the_hours_alone(runtime, clock, rules):
    change(runtime, clock, "calendar", {"first_month": 7})

    assert section_of(runtime, "calendar") == {"first_month": 7, "service_from": 8, "service_to": 18}
