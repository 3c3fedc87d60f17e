"""Campaign data and protocols go by their age (RET-19, RET-24; Art. 5(1)(e) DSGVO)."""

from datetime import date, timedelta

from sqlalchemy import insert, select

from crm.db import new_id
from crm.models.campaign import Campaign, CampaignMember
from crm.models.retention import RetentionRun
from crm.privacy import hold_acts
from crm.privacy.erasure.periods_by_rule import count_by_rule
from crm.privacy.hold_acts import NewHold
from tests.integration.privacy.people import SALES
from tests.integration.retention.test_due_days import ZONE


def reach(house, person, days_ago):
    """Let a campaign have reached somebody so many days ago, who responded."""
    campaign_id, sent_on = new_id(), house.today - timedelta(days=days_ago)
    with house.database.writing() as session:
        campaign = {"name": "Messe", "kind": "fair", "purpose": "newsletter", "starts_on": sent_on, "created_by": "x", "version": 1}
        session.execute(insert(Campaign), [{"id": campaign_id, **campaign, "created_at": house.now}])
        member = {"id": new_id(), "campaign_id": campaign_id, "subject_id": person, "segment": "Bau", "has_responded": True}
        session.execute(insert(CampaignMember), [{**member, "sent_on": sent_on, "responded_on": sent_on, "response_way": "reply"}])


def members(house):
    with house.database.reading() as session:
        columns = (CampaignMember.subject_id, CampaignMember.sent_on, CampaignMember.segment, CampaignMember.has_responded)
        return [tuple(row) for row in session.execute(select(*columns).order_by(CampaignMember.sent_on))]


def test_of_whom_a_campaign_reached_only_the_figures_stay_after_twelve_months(house):
    person = house.person()
    reach(house, person, 366)
    reach(house, person, 300)

    report = house.run()[-1]

    assert report.counts == {"RET-19": 1}
    assert (None, None, "Bau", True) in members(house) and sum(row[0] == person for row in members(house)) == 1
    with house.database.reading() as session:
        assert count_by_rule(session, zone=ZONE)["RET-19"] == 1
    assert len(house.entries("campaign:members_forgotten")) == 1


def test_they_stay_under_a_hold(house):
    person = house.person()
    reach(house, person, 366)
    with house.database.writing() as session:
        new = NewHold(reason="litigation", reference="Az. 1", review_on=house.today + timedelta(days=9), rule="RET-19")
        hold_acts.ask(session, new, actor=SALES, now=house.now)

    report = house.run()[-1]

    assert report.counts == {} and members(house)[0][0] == person


def test_protocols_go_three_years_after_the_end_of_their_year(house):
    with house.database.writing() as session:
        for day in (date(2022, 12, 31), date(2023, 1, 1), house.today - timedelta(days=1)):
            run = {"id": new_id(), "day": day, "state": "done", "planned": 0, "counts": "{}", "skipped": "{}"}
            session.execute(insert(RetentionRun), [{**run, "started_at": house.now, "finished_at": house.now}])

    house.run()

    with house.database.reading() as session:
        years = {day.year for day in session.scalars(select(RetentionRun.day))}
    assert years == {2023, 2026}
