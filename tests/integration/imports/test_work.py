"""Deals, tickets, activities and campaigns of another CRM come in for the people and companies that are here, and for nobody else."""

import json

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.ledger.tables import entry as ledger_entry
from crm.models.activity import Activity
from crm.models.campaign import Campaign, CampaignMember
from crm.models.deal import Deal, DealMove
from crm.models.erasure import ErasureCause
from crm.models.retention import RetentionDue
from crm.models.ticket import Ticket, TicketEntry
from crm.privacy import lawfulness, purposes, work_texts
from crm.privacy.erasure import eraser, job
from crm.privacy.work_texts import WorkText
from crm.services.activities import entry as activities
from crm.services.deals import entry as deals
from crm.services.imports.rows import Reason
from tests.integration.imports.conftest import ACTOR
from tests.support.exports import API, WEEKLY, WORK_API, WORK_WEEKLY, together
from tests.support.staff import hire

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
SALES = Actor("s" * 32, frozenset({Role.SALES}), Role.SALES)
FILES = ("Campaign.csv", "CampaignMember.csv", "Opportunity.csv", "Case.csv", "Task.csv")
# read, created, merged, refused, skipped
NUMBERS = {
    "Campaign.csv": (4, 3, 0, 0, 1),
    "CampaignMember.csv": (8, 3, 0, 0, 5),
    "Opportunity.csv": (8, 4, 0, 1, 3),
    "Case.csv": (4, 3, 0, 0, 1),
    "Task.csv": (6, 5, 0, 0, 1),
}


def numbers(report):
    keys = ("read", "created", "merged", "refused", "skipped")
    return {name: tuple(file[key] for key in keys) for name, file in report["files"].items() if name in FILES}


def reasons(report, file):
    return {each["row"]: each["reason"] for each in report["files"][file]["reasons"]}


@pytest.fixture
def owner(installation):
    return hire(installation.database, installation.runtime.clock.now(), Role.SALES, Role.SERVICE).email


@pytest.fixture(params=[(API, WORK_API), (WEEKLY, WORK_WEEKLY)], ids=["api", "weekly"])
def folder(request, tmp_path):
    return together(request.param, tmp_path / "export")


@pytest.fixture
def export(tmp_path):
    return together((API, WORK_API), tmp_path / "export")


@pytest.fixture
def report(installation, owner, export):
    return installation.take_in(export, owner=owner)


def rows(installation, model):
    with installation.database.reading() as session:
        return list(session.scalars(select(model)))


def titles(installation, clock, places):
    with installation.database.writing() as session:
        purpose = purposes.find_all(session).get("business_contact")
        opened = work_texts.open_allowed(session, texts=places, purpose=purpose, actor=SALES, now=clock.now())
        return [opened.get(place.row_id) for place, _ in places]


def erase(installation, subject_id):
    now = installation.runtime.clock.now()
    with installation.database.writing() as session:
        job.order(session, subject_id=subject_id, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=now)
    assert eraser.finish(installation.database, vault=installation.runtime.vault, clock=lambda: now) == 1


def entries(installation):
    with installation.database.reading() as session:
        return [json.loads(leaf) for leaf in session.scalars(select(ledger_entry.c.leaf).order_by(ledger_entry.c.id))]


def test_both_forms_account_for_every_row_and_tell_the_same(installation, owner, folder):
    report = installation.take_in(folder, owner=owner)

    assert numbers(report) == NUMBERS


def test_a_dry_run_foretells_it_and_changes_nothing(installation, owner, export):
    before = installation.content()

    foretold = installation.foretell(export, owner=owner)

    assert installation.content() == before
    assert foretold == installation.take_in(export, owner=owner)


def test_a_second_import_meets_everything_again(installation, owner, report, export):
    kept = {model: len(rows(installation, model)) for model in (Deal, DealMove, Ticket, TicketEntry, Activity, Campaign, CampaignMember)}

    again = installation.take_in(export, owner=owner)

    assert all(created == merged == 0 for _, created, merged, *_ in numbers(again).values())
    assert {model: len(rows(installation, model)) for model in kept} == kept


class TestCustomers:
    """Art. 5(1)(c), 17(1) DSGVO."""

    def test_are_the_people_and_companies_of_the_same_export(self, installation, report):
        anna = installation.people()["0031"]

        (deal,) = [each for each in rows(installation, Deal) if each.stage == "negotiation"]
        assert (deal.subject_id, deal.company_id) == (anna.subject_id, anna.company and anna.contact.company_id)

    def test_who_had_a_case_over_there_can_be_served_here(self, installation, report, clock):
        subject_ids = {each.subject_id for each in rows(installation, Ticket)} - {None}

        with installation.database.reading() as session:
            grounds = lawfulness.find_grounds(session, list(subject_ids), now=clock.now())
        assert subject_ids
        assert all("service" in grounds[each] for each in subject_ids)

    def test_that_are_sole_traders_are_people(self, installation, report):
        (deal,) = [each for each in rows(installation, Deal) if each.stage == "qualification"]

        assert deal.subject_id is not None
        assert deal.company_id is not None

    @pytest.mark.parametrize(
        ("file", "row", "reason"),
        [
            ("CampaignMember.csv", 5, Reason.PERSON_NOT_HERE),  # deleted over there
            ("CampaignMember.csv", 6, Reason.PERSON_NOT_HERE),  # a converted lead
            ("CampaignMember.csv", 7, Reason.CAMPAIGN_NOT_HERE),
            ("CampaignMember.csv", 3, Reason.MEMBER_TWICE),  # lead and contact are one person
            ("Opportunity.csv", 6, Reason.COMPANY_NOT_HERE),
            ("Opportunity.csv", 7, Reason.WITHOUT_CUSTOMER),
            ("Opportunity.csv", 9, Reason.PERSON_NOT_HERE),  # refused: neither name nor address
            ("Case.csv", 5, Reason.PERSON_NOT_HERE),
            ("Task.csv", 6, Reason.PERSON_NOT_HERE),
        ],
    )
    def test_who_are_not_here_take_their_rows_with_them(self, report, file, row, reason):
        assert reasons(report, file)[row] == reason.value

    def test_who_were_erased_do_not_come_back_by_their_work(self, installation, owner, clock, export):
        installation.take_in(API)
        anna = installation.people()["0031"].subject_id
        erase(installation, anna)

        report = installation.take_in(export, owner=owner)

        assert reasons(report, "Case.csv")[2] == Reason.PERSON_ERASED.value
        assert reasons(report, "Opportunity.csv")[2] == Reason.PERSON_ERASED.value
        assert anna not in {each.subject_id for model in (Deal, Ticket, Activity) for each in rows(installation, model)}


class TestMembers:
    def test_bring_nothing_that_the_row_repeats_of_the_person(self, installation, report, owner):
        """Art. 5(1)(c) DSGVO."""
        assert not any("canary" in value for table in installation.content().values() for value in table)
        people = installation.people()
        assert all("canary" not in str(taken.fields) for taken in people.values())
        assert report["dropped_fields"]["Street"] > 0

    def test_keep_who_responded_and_when(self, installation, report):
        found = sorted((each.has_responded, str(each.responded_on), each.response_way) for each in rows(installation, CampaignMember))

        assert found == [(False, "None", None), (True, "2026-03-09", "hand"), (True, "None", "hand")]


class TestDeals:
    def test_have_stage_amount_probability_and_days(self, installation, report):
        found = {each.stage: each for each in rows(installation, Deal)}

        assert (found["negotiation"].amount_cents, found["negotiation"].probability, str(found["negotiation"].expected_on)) == (
            18_450_050,
            75,
            "2026-12-18",
        )
        assert {stage: str(each.closed_on) for stage, each in found.items()} == {
            "negotiation": "None",
            "won": "2026-05-29",
            "lost": "2026-04-30",
            "qualification": "None",
        }
        assert reasons(report, "Opportunity.csv")[5] in {Reason.AMOUNT_INVALID.value, Reason.STAGE_UNKNOWN.value}

    def test_began_in_the_first_stage_before_they_ended(self, installation, report):
        won = next(each for each in rows(installation, Deal) if each.stage == "won")

        moves = sorted((str(each.moved_at.date()), each.stage) for each in rows(installation, DealMove) if each.deal_id == won.id)

        assert moves == [("2026-01-14", "qualification"), ("2026-05-28", "won")]  # midnight in Berlin, told in UTC

    def test_have_titles_that_open_through_the_door_alone(self, installation, clock, report):
        found = {each.stage: (deals.place_of(each.id, each.subject_id), each.sealed_title) for each in rows(installation, Deal)}

        assert titles(installation, clock, [found["negotiation"], found["won"]]) == ["Drehmaschine für Frau Müller", "Wartung 2026"]


class TestTickets:
    def test_keep_the_number_that_customers_know(self, installation, report):
        assert sorted(each.number for each in rows(installation, Ticket)) == ["00001014", "00001015", "00001016"]

    def test_have_topic_priority_state_and_the_period_that_begins_with_their_end(self, installation, report):
        found = {each.number: (each.topic, each.priority, each.state) for each in rows(installation, Ticket)}

        assert found == {
            "00001014": ("invoice", "high", "open"),
            "00001015": ("fault", "normal", "closed"),
            "00001016": (None, "normal", "waiting"),
        }
        assert [each.rule for each in rows(installation, RetentionDue) if each.kind == "ticket"] == []  # the closed one is about a company

    def test_keep_what_the_customer_said_without_hints_at_special_categories(self, installation, clock, report):
        """Art. 9(1) DSGVO."""
        said = [
            (WorkText("ticket_entry", "sealed_text", each.id, each.subject_id), each.sealed_text)
            for each in rows(installation, TicketEntry)
        ]

        assert titles(installation, clock, said) == ["Frau Müller hat die Rechnung\nzweimal bekommen."]
        assert Reason.WORDS_LEFT_OUT.value in [each["reason"] for each in report["files"]["Case.csv"]["reasons"]]


class TestActivities:
    def test_belong_to_the_owner_of_the_import_and_to_the_deal(self, installation, clock, owner, report):
        found = rows(installation, Activity)
        texts = titles(installation, clock, [(activities.place_of(each.id, each.subject_id), each.sealed_text) for each in found])
        by_text = dict(zip(texts, found, strict=True))

        call = by_text["Angebot nachfassen"]
        assert (call.kind, str(call.due_on), call.done_at) == ("call", "2026-12-01", None)
        assert call.deal_id == next(each.id for each in rows(installation, Deal) if each.stage == "negotiation")
        assert by_text["Abnahme bestätigen"].done_at is not None
        assert {each.owner_id for each in found} == {installation.terms(owner=owner).owner_id}

    def test_are_refused_where_nobody_would_do_them(self, installation, export):
        report = installation.take_in(export)

        assert reasons(report, "Task.csv")[2] == Reason.NOT_AN_OWNER.value


def test_every_row_about_somebody_leaves_an_entry(installation, report):
    """Art. 5(2) DSGVO."""
    made = [each for each in entries(installation) if each.get("res") == "imported"]

    assert len(made) == sum(NUMBERS[name][1] for name in FILES if name != "CampaignMember.csv")
    assert {each["a"] for each in made} == {ACTOR.pseudonym}


def test_an_export_of_somebody_else_is_accounted_for(installation, owner, sample_data):
    foretold = installation.foretell(sample_data / "salesforce", owner=owner)

    report = installation.take_in(sample_data / "salesforce", owner=owner)

    assert foretold == report
    assert all(file["read"] == sum(file[each] for each in ("created", "merged", "refused", "skipped")) for file in report["files"].values())
    assert all(report["files"][name]["created"] > 0 for name in FILES if name in report["files"])
