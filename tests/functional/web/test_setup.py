"""Einrichtung: six steps from an empty installation to one that people work in, set in the browser and true at once."""

import json
import re

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.mail import OutboxMessage
from crm.models.policy import PolicyVersion
from crm.portal import create_app as create_portal
from crm.privacy import purposes
from crm.runtime import PortalRuntime
from crm.services import setting_up
from crm.services.setting_up import Step
from tests.functional.web.conftest import error_at, hidden
from tests.support.staff import hire

COMPANY = {
    "organisation": "Muster Pumpen GmbH",
    "organisation_address": "Königstraße 12, 34117 Kassel",
    "privacy_email": "datenschutz@muster.example",
    "federal_state": "HE",
}


@pytest.fixture
def admin(colleague):
    return colleague(Role.ADMIN)


def save(admin, **changes):
    page = admin.get("/setup")
    return admin.send("/setup/company", {"version": hidden(page, "version"), **COMPANY, **changes})


def form_of(page, step):
    """Return what the browser would send with the form of a step as it stands."""
    form = re.search(rf'<form[^>]*action="/setup/{step}[#"].*?</form>', page.text, re.DOTALL).group()
    sent = {name: value for name, value in re.findall(r'<input[^>]*name="(\w+)"\s+value="([^"]*)"', form) if name != "csrf_token"}
    sent["federal_state"] = (re.findall(r'value="(\w*)" selected', form) or [""])[0]
    ticked = re.findall(r'name="used" value="(\w+)"[^>]*checked>', form)
    return {**sent, "used": ticked, "was_used": re.findall(r'name="was_used" value="(\w+)"', form)}


def as_shown(admin, step):
    return form_of(admin.get("/setup"), step)


def done(house):
    with house.database.reading() as session:
        return setting_up.find_done(session, house.runtime.settings)


def test_begins_on_the_workplace_of_the_administration(admin):
    assert 'href="/setup"' in admin.get("/").text
    assert "Noch 6 Schritte sind offen." in admin.get("/").text


class TestCompany:
    def test_holds_at_once_on_every_page_and_for_deadlines(self, admin, house):
        assert save(admin).status_code == 303

        assert "Muster Pumpen GmbH" in admin.get("/help").text
        assert house.runtime.settings.federal_state == "HE"
        with house.database.reading() as session:
            assert session.info["federal_state"]() == "HE"
        assert Step.CONTROLLER in done(house)

    def test_is_what_the_portal_says(self, admin, settings):
        save(admin)
        runtime = PortalRuntime.open(settings)

        page = create_portal(runtime).test_client().get("/contact").text
        runtime.close()

        assert "Muster Pumpen GmbH" in page
        assert "datenschutz@muster.example" in page

    def test_is_a_new_version_each_time_and_entered(self, admin, house):
        save(admin)
        save(admin, organisation="Muster Pumpen AG")

        with house.database.reading() as session:
            kept = session.scalars(select(PolicyVersion.definition).where(PolicyVersion.kind == "controller")).all()
        assert [json.loads(each)["organisation"] for each in kept] == ["Muster Pumpen GmbH", "Muster Pumpen AG"]
        assert len(house.entries("policy:changed")) == 2

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"organisation": " "}, "organisation", "wie Ihr Unternehmen heißt"),
            ({"organisation": "x" * 201}, "organisation", "länger als 200 Zeichen"),
            ({"organisation_address": "", "privacy_email": ""}, "organisation_address", "mindestens einen Weg"),
            ({"privacy_email": "datenschutz"}, "privacy_email", "keine vollständige E-Mail-Adresse"),
            ({"privacy_phone": "anrufen!"}, "privacy_phone", "keine Telefonnummer"),
            ({"imprint_url": "javascript:alert(1)"}, "imprint_url", "keine Adresse einer Webseite"),
            ({"federal_state": "XX"}, "federal_state", "Dieses Bundesland gibt es nicht"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, admin, house, wrong, field, sentence):
        before = house.snapshot()

        answer = save(admin, authority="Der Hessische Beauftragte", **wrong)

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert 'value="Der Hessische Beauftragte"' in answer.text
        assert house.snapshot() == before

    def test_says_beforehand_that_one_way_is_required(self, admin):
        page = admin.get("/setup").text

        for name in ("organisation_address", "privacy_email", "privacy_phone"):
            assert "Mindestens ein Weg ist Pflicht" in re.search(rf'id="f-{name}-hint">([^<]*)<', page).group(1)

    def test_somebody_elses_change_is_not_written_over(self, admin):
        page = admin.get("/setup")
        save(admin)

        answer = admin.send("/setup/company", {"version": hidden(page, "version"), **COMPANY, "organisation": "Andere GmbH"})

        assert answer.status_code == 409
        assert "Andere GmbH" in answer.text

    def test_what_others_changed_stands_beside_what_was_typed_and_is_not_undone(self, admin, house):
        save(admin)
        stale = as_shown(admin, "company")
        save(admin, organisation_address="Neue Straße 1, 34117 Kassel", organisation="Muster AG")

        answer = admin.send("/setup/company", {**stale, "privacy_phone": "+49 561 1234", "organisation": "Muster SE"})

        assert answer.status_code == 409
        assert "Neue Straße 1, 34117 Kassel" in answer.text  # left alone here, so the other change holds
        assert "Inzwischen steht hier „Muster AG“" in error_at(answer, "organisation")
        admin.send("/setup/company", form_of(answer, "company"))
        with house.database.reading() as session:
            kept = setting_up.find_stored(session, Step.CONTROLLER).definition
        assert (kept["organisation"], kept["organisation_address"]) == ("Muster SE", "Neue Straße 1, 34117 Kassel")
        assert kept["privacy_phone"] == "+49 561 1234"


class TestPeople:
    def test_coordinator_officer_and_users_are_there_when_their_accounts_are(self, admin, house):
        for number, role in enumerate((Role.PRIVACY, Role.DPO, Role.SALES)):
            hire(house.database, house.now, role, email=f"p{number}@example.com", name=f"Nummer {number}")

        assert done(house) >= {Step.COORDINATOR, Step.DPO, Step.USERS}
        assert 'name="why_not"' not in admin.get("/setup").text

    def test_links_lead_to_an_account_with_the_role_chosen(self, admin):
        page = admin.get("/users/new?role=privacy").text

        assert re.search(r'value="privacy"[^>]*checked', page)

    def test_an_account_made_on_the_way_leads_back(self, admin):
        link = re.search(r'href="(/users/new\?role=privacy[^"]*)"', admin.get("/setup").text).group(1).replace("&amp;", "&")
        person = {"email": "karla@example.com", "name": "Karla Ruhland", "roles": "privacy", "current_password": admin.member.password}

        assert re.search(r'class="btn go"\s+href="/setup"', admin.send(link, person).text)
        assert 'href="/setup"' not in admin.send("/users/new", {**person, "email": "k@example.com"}).text.split("<main")[1]

    def test_no_officer_needs_a_reason(self, admin, house):
        assert "keine Benennungspflicht" in error_at(admin.send("/setup/dpo", {"why_not": " "}), "why_not")
        admin.send("/setup/dpo", {"why_not": "9 Personen verarbeiten ständig Daten"})

        assert Step.DPO in done(house)
        assert "9 Personen verarbeiten ständig Daten" in admin.get("/setup").text

    def test_a_reason_that_somebody_else_gave_meanwhile_is_not_written_over(self, admin, house):
        stale = as_shown(admin, "dpo")
        admin.send("/setup/dpo", {**stale, "why_not": "9 Personen verarbeiten ständig Daten"})

        answer = admin.send("/setup/dpo", {**stale, "why_not": "Wir sind zu dritt"})

        assert answer.status_code == 409
        assert "Inzwischen steht hier „9 Personen" in error_at(answer, "why_not")
        assert 'value="Wir sind zu dritt"' in answer.text


class TestPurposes:
    def test_nobody_works_for_one_that_is_not_used_and_duties_stay(self, admin, house):
        assert admin.send("/setup/purposes", {"used": ["business_contact", "service"]}).status_code == 303

        with house.database.reading() as session:
            known = purposes.find_all(session)
        assert {each.code for each in known if each.roles} == {"business_contact", "service", "legal_retention", "request_handling"}
        assert Step.PURPOSES in done(house)

    def test_chosen_again_it_is_as_before(self, admin, house):
        with house.database.reading() as session:
            before = {each.code: each.roles for each in purposes.find_all(session)}
        for used in (["business_contact"], list(before)):
            assert admin.send("/setup/purposes", {**as_shown(admin, "purposes"), "used": used}).status_code == 303

        with house.database.reading() as session:
            assert {each.code: each.roles for each in purposes.find_all(session)} == before

    def test_none_at_all_is_not_done(self, admin, house):
        before = house.snapshot()

        answer = admin.send("/setup/purposes", {"used": []})

        assert answer.status_code == 422
        assert "mindestens einen Zweck" in answer.text
        assert house.snapshot() == before

    def test_one_that_was_switched_off_meanwhile_stays_off(self, admin, house):
        stale = form_of(admin.get("/setup"), "purposes")
        admin.send("/setup/purposes", {**stale, "used": [each for each in stale["used"] if each != "newsletter"]})

        answer = admin.send("/setup/purposes", {**stale, "used": [each for each in stale["used"] if each != "service"]})

        assert answer.status_code == 409
        assert "nicht geändert, übernommen" in answer.text
        admin.send("/setup/purposes", form_of(answer, "purposes"))
        with house.database.reading() as session:
            assert setting_up.find_used(session).isdisjoint({"newsletter", "service"})

    def test_a_role_that_somebody_has_keeps_a_purpose(self, admin, house, colleague):
        colleague(Role.SERVICE)
        before = house.snapshot()

        answer = admin.send("/setup/purposes", {"used": ["business_contact"]})

        assert answer.status_code == 422
        assert "keinen Zweck mehr" in answer.text
        assert house.snapshot() == before


def test_mail_is_tried_by_the_way_that_every_mail_goes(admin, house):
    admin.send("/setup/mail")

    assert house.count(OutboxMessage, OutboxMessage.kind == "setup_test") == 1


@pytest.mark.parametrize("role", [Role.SALES, Role.PRIVACY, Role.MANAGEMENT], ids=str)
def test_is_not_for_other_roles(colleague, role):
    assert colleague(role).get("/setup").status_code == 403
