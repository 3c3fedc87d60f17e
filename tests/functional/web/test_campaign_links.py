"""Personal links of a campaign in the hands of marketing: a file through the door of exports, or one link to copy."""

import csv
import io
import json
import re

import pytest

from crm.actor import Role
from crm.models.campaign import CampaignMember
from crm.models.export_file import ExportFile
from crm.models.intake import LinkKind, PersonalLink
from crm.portal import create_app
from crm.privacy import due, intake
from crm.privacy.links import hash_of
from crm.runtime import PortalRuntime
from crm.services.campaigns import resonance
from crm.services.exports import making, requesting
from crm.services.exports.policy import ExportPolicy
from tests.functional.web.conftest import FIELDS, error_at, hidden
from tests.support.staff import on_one_engine

pytestmark = on_one_engine
REASON = "Einladung zur Hausmesse, Versand über den Mail-Dienst"


@pytest.fixture
def marketing(colleague):
    return colleague(Role.MARKETING)


@pytest.fixture
def portal(runtime, house):
    opened = PortalRuntime.open(runtime.settings, clock=house.clock)
    yield create_app(opened).test_client()
    opened.close()


@pytest.fixture
def people(house):
    """Readers of the newsletter, all of one group."""
    return [reader(house, number) for number in range(24)]


@pytest.fixture
def campaign(marketing, people):
    page = marketing.get("/campaigns/new")
    typed = {"name": "Hausmesse", "kind": "email", "purpose": "newsletter", "starts_on": "2026-03-01", "ends_on": ""}
    path = marketing.send("/campaigns/new", {"token": hidden(page, "token"), **typed}).location
    assert marketing.send(f"{path}/members", {"group": "Handel"}).status_code == 303
    return path


def reader(house, number):
    fields = {**FIELDS, "email": f"person{number:02}@example.com", "last_name": f"Person{number:02}"}
    subject_id = house.take_in("business_contact", "newsletter", fields=fields, segment="Handel")
    house.consent(subject_id)
    return subject_id


def ask(marketing, campaign, **fields):
    path = f"/exports{campaign}/new"
    page = marketing.get(path)
    values = {name: hidden(page, name) for name in ("token", "purpose")}
    return marketing.send(path, {**values, "column_email": "1", "reason": REASON, **fields})


def links_of(marketing):
    """Return the newest file as links by address."""
    found = re.search(r'href="(/exports/[0-9a-f]{32}/file)"', marketing.get("/exports").text)
    rows = list(csv.reader(io.StringIO(marketing.get(found[1]).data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["E-Mail", "Antwort-Link"]
    return dict(rows[1:])


def path_in(link, runtime):
    return link.removeprefix(runtime.settings.portal_origin)


def answered(house):
    with house.database.reading() as session:
        rows = session.query(CampaignMember).filter(CampaignMember.has_responded)
        return {(each.subject_id, each.response_way) for each in rows}


def at_night(house):
    with house.database.reading() as session:
        day = house.now.astimezone(due.zone_of(session)).date()
    resonance.release_all(house.database, day=day, now=house.now)


class TestFile:
    def test_leads_from_the_campaign_to_its_resonance(self, house, marketing, portal, people, campaign, runtime):
        assert f'href="/exports{campaign}/new"' in marketing.get(campaign).text
        assert ask(marketing, campaign).status_code == 303
        links = links_of(marketing)
        assert sorted(links) == [f"person{number:02}@example.com" for number in range(24)]

        for address in sorted(links)[:12]:
            assert portal.post(path_in(links[address], runtime)).status_code == 200
        intake.drain(house.database, settings=runtime.settings, now=house.now)
        at_night(house)

        assert answered(house) == {(each, "link") for each in people[:12]}
        row = marketing.get(campaign).text.partition("<tbody>")[2].partition("</tr>")[0]
        assert re.findall(r'<td class="num" data-title="(?:Erreicht|Geantwortet)">(\d+)', row) == ["24", "12"]
        assert len(house.entries("campaign:response_entered")) == 12

    def test_takes_purpose_and_reason_and_leaves_entries(self, house, marketing, people, campaign):
        refused = ask(marketing, campaign, reason="weil")
        assert (refused.status_code, 'id="f-reason-wrong"' in refused.text, house.count(ExportFile)) == (422, True, 0)

        ask(marketing, campaign)
        links_of(marketing)

        (made,) = [json.loads(leaf) for leaf in house.entries("export:made")]
        assert (made["cnt"], made["pur"], made["f"]) == (24, "newsletter", ["email"])
        assert len(house.entries("export:fetched")) == 1

    def test_needs_a_second_person_where_it_is_large(self, house, marketing, colleague, campaign, monkeypatch):
        monkeypatch.setattr(requesting, "export_policy", lambda: ExportPolicy(alone=2, most=100, keep_record_days=30))
        ask(marketing, campaign)
        assert (house.count(PersonalLink), "wartet auf Freigabe" in marketing.get("/exports").text) == (0, True)

        with house.database.reading() as session:
            [export_id] = [each.id for each in session.query(ExportFile)]
        assert colleague(Role.PRIVACY).send(f"/exports/{export_id}/approve").status_code == 303
        making.make_all(house.database, settings=house.runtime.settings, clock=house.clock.now)

        assert len(links_of(marketing)) == house.count(PersonalLink) == 24

    def test_names_nobody_who_objected_or_is_restricted_and_goes_when_somebody_does(self, house, marketing, people, campaign):
        """Art. 18(2), 21(3) DSGVO."""
        house.object_to_marketing(people[0])
        house.restrict(people[1])
        ask(marketing, campaign)
        assert set(links_of(marketing)) == {f"person{number:02}@example.com" for number in range(2, 24)}
        url = re.search(r'href="(/exports/[0-9a-f]{32}/file)"', marketing.get("/exports").text)[1]

        house.object_to_marketing(people[2])

        assert "Diese Datei gibt es nicht mehr" in marketing.get(url).text

    def test_names_who_responded_too_so_that_two_files_do_not_tell_who_did(self, house, marketing, portal, campaign, runtime):
        ask(marketing, campaign)
        first = links_of(marketing)
        portal.post(path_in(first["person03@example.com"], runtime))
        intake.drain(house.database, settings=runtime.settings, now=house.now)

        ask(marketing, campaign)

        assert set(links_of(marketing)) == set(first)

    def test_is_for_marketing_alone_which_gets_no_other_list(self, marketing, sales, campaign):
        assert sales.get(f"/exports{campaign}/new").status_code == 403
        assert marketing.get("/exports/contacts/new").status_code == 403


class TestOneLink:
    def test_is_shown_once_kept_as_a_hash_and_entered(self, house, marketing, portal, people, campaign, runtime):
        page = marketing.send(f"{campaign}/link", {"link_address": "person05@example.com"})
        path = re.search(rf"{runtime.settings.portal_origin}(/r/[\w-]+)", page.text)[1]

        with house.database.reading() as session:
            [link] = session.query(PersonalLink)
            kept = (link.kind, link.subject_id, link.token_hash)
        assert kept == (LinkKind.RESPOND, people[5], hash_of(path.removeprefix("/r/")))
        [entry] = house.entries("campaign:link_issued")
        assert people[5] in entry and path.removeprefix("/r/") not in entry
        assert path not in marketing.get(campaign).text
        assert portal.get(path).status_code == 200

    @pytest.mark.parametrize("address", ["niemand@example.com", "person00@example.com", "person01@example.com", "x" * 300, ""])
    def test_of_nobody_of_who_objected_and_of_who_is_restricted_is_refused_alike(self, house, marketing, people, campaign, address):
        house.object_to_marketing(people[0])
        house.restrict(people[1])

        answer = marketing.send(f"{campaign}/link", {"link_address": address})

        assert answer.status_code == 422
        assert "hat die Kampagne niemanden erreicht" in error_at(answer, "link_address")
        assert house.count(PersonalLink) == 0

    def test_is_neither_offered_nor_made_when_the_campaign_is_over(self, house, marketing, campaign):
        page = marketing.get(f"{campaign}/edit")
        opened = {f"was_{name}": hidden(page, f"was_{name}") for name in ("name", "kind", "starts_on", "ends_on")}
        typed = {"version": hidden(page, "version"), **opened, "name": "Hausmesse", "kind": "email"}
        marketing.send(f"{campaign}/edit", {**typed, "starts_on": "2020-03-01", "ends_on": "2020-03-02"})

        answers = (ask_late(marketing, campaign), marketing.send(f"{campaign}/link", {"link_address": "person05@example.com"}))

        assert [(answer.status_code, "Die Kampagne ist vorbei" in answer.text) for answer in answers] == [(422, True)] * 2
        assert "Antwort-Link" not in marketing.get(campaign).text
        assert house.count(PersonalLink) == 0


def ask_late(marketing, campaign):
    return marketing.send(f"/exports{campaign}/new", {"token": "a" * 32, "purpose": "newsletter", "column_email": "1", "reason": REASON})
