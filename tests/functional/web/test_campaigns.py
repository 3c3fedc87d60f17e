"""The head of marketing sees with a few clicks which customer group responded, and nobody in it."""

import re
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.campaign import Campaign, CampaignMember, CampaignRelease
from crm.models.erasure import ErasureCause
from crm.privacy import due
from crm.privacy.erasure import eraser, job, run
from crm.services.campaigns import resonance, rough
from tests.functional.web.conftest import FIELDS, error_at, hidden


@pytest.fixture
def marketing(colleague):
    return colleague(Role.MARKETING)


def new_campaign(marketing, **changes):
    page = marketing.get("/campaigns/new")
    typed = {
        "token": hidden(page, "token"),
        "name": "Frühjahrsmesse",
        "kind": "email",
        "purpose": "newsletter",
        "starts_on": "2026-03-01",
        "ends_on": "",
    }
    return marketing.send("/campaigns/new", {**typed, **changes})


def campaign_of(answer):
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def readers(house, number, *, segment="Handel", start=0):
    """Take in people who agreed to the newsletter."""
    found = []
    for each in range(start, start + number):
        fields = {**FIELDS, "email": f"person{each}@example.com", "last_name": f"Person{each}"}
        subject_id = house.take_in("business_contact", "newsletter", fields=fields, segment=segment)
        house.consent(subject_id)
        found.append(subject_id)
    return found


def respond(house, people):
    with house.database.writing() as session:
        for member in session.query(CampaignMember).where(CampaignMember.subject_id.in_(people)):
            member.has_responded = True


def at_night(house):
    """Make the figures as the job of the night does."""
    with house.database.reading() as session:
        day = house.now.astimezone(due.zone_of(session)).date()
    return resonance.release_all(house.database, day=day, now=house.now)


@pytest.fixture
def unshifted(monkeypatch):
    """Take the chance out of rough numbers."""
    monkeypatch.setattr(rough, "_shift", lambda *_: 0)


def first_row(page):
    row = page.text.partition("<tbody>")[2].partition("</tr>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split()).rpartition(" ")[0]  # without the day


class TestACampaign:
    def test_is_made_with_name_kind_purpose_and_days(self, house, marketing):
        path = campaign_of(new_campaign(marketing))

        assert "Frühjahrsmesse" in marketing.get(path).text
        assert "Frühjahrsmesse" in marketing.get("/campaigns").text
        assert len(house.entries("campaign:created")) == 1

    def test_is_made_once_by_a_form_that_is_sent_twice(self, house, marketing):
        page = marketing.get("/campaigns/new")
        typed = {
            "token": hidden(page, "token"),
            "name": "Messe",
            "kind": "letter",
            "purpose": "newsletter",
            "starts_on": "2026-03-01",
            "ends_on": "",
        }

        first, second = marketing.send("/campaigns/new", typed), marketing.send("/campaigns/new", typed)

        assert campaign_of(first) == campaign_of(second)
        assert house.count(Campaign) == 1

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("name", "", "Bitte geben Sie der Kampagne einen Namen."),
            ("name", "x" * 121, "120"),
            ("kind", "smoke", "Diese Art von Kampagne gibt es nicht."),
            ("purpose", "service", "Ihre Rolle nicht arbeitet"),
            ("starts_on", "31.02.2026", "Bitte geben Sie an, wann die Kampagne beginnt"),
            ("ends_on", "2026-02-01", "würde enden, bevor sie beginnt"),
            ("ends_on", "bald", "Das ist kein Tag. Schreiben Sie ihn zum Beispiel so: 31.12.2027"),
            ("starts_on", "9999-01-01", "Das Jahr kann nicht stimmen."),
            ("ends_on", "31.12.9999", "Das Jahr kann nicht stimmen."),
        ],
    )
    def test_that_cannot_be_is_explained_at_its_field_and_nothing_is_lost(self, house, marketing, field, typed, sentence):
        answer = new_campaign(marketing, **{field: typed})

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert field == "name" or 'value="Frühjahrsmesse"' in answer.text
        assert house.count(Campaign) == 0

    def test_shows_field_by_field_what_somebody_else_changed_meanwhile(self, marketing):
        path = campaign_of(new_campaign(marketing))
        page = marketing.get(f"{path}/edit")
        opened = {f"was_{name}": hidden(page, f"was_{name}") for name in ("name", "kind", "starts_on", "ends_on")}
        base = {"version": hidden(page, "version"), **opened, "kind": "email", "starts_on": "2026-03-01", "ends_on": ""}
        marketing.send(f"{path}/edit", {**base, "name": "Herbstmesse"})

        late = marketing.send(f"{path}/edit", {**base, "name": "Sommermesse"})

        assert late.status_code == 409
        assert "Herbstmesse" in error_at(late, "name")
        assert "Sommermesse" in late.text


class TestItsMembers:
    """Numbers and reasons, never names (DS-UC-02)."""

    def test_are_those_of_the_group_whom_the_purpose_may_use_now(self, house, marketing, unshifted):
        people = readers(house, 26)
        for number in range(14):
            house.take_in("business_contact", fields={**FIELDS, "email": f"ohne{number}@example.com"}, segment="Handel")
        house.object_to_marketing(people[0])
        house.restrict(people[1])
        path = campaign_of(new_campaign(marketing))

        page = marketing.get(f"{path}/members?group=Handel")

        assert dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text)) == {
            "Wird aufgenommen": "etwa 20 Personen",
            "Schon dabei": "weniger als 10",
            "Nicht: Widerspruch": "weniger als 10",
            "Nicht: Verarbeitung eingeschränkt": "weniger als 10",
            "Nicht: keine Einwilligung oder Rechtsgrundlage für diesen Zweck und Weg": "etwa 10",
        }
        assert "Person0" not in page.text and "Wehmeier" not in page.text
        marketing.send(f"{path}/members", {"group": "Handel"})
        assert house.count(CampaignMember) == 24  # exactly those
        assert "etwa 20 Personen erreicht" in marketing.get(path).text
        assert ">etwa 20<" in marketing.get("/campaigns").text

    def test_are_told_neither_by_the_answer_to_the_button_nor_by_a_group_of_one(self, house, marketing, unshifted):
        """A group made for one person would tell whether that person may be reached."""
        (objector,) = readers(house, 1, segment="Probe A")
        readers(house, 1, segment="Probe B", start=1)
        house.object_to_marketing(objector)
        path = campaign_of(new_campaign(marketing))

        seen = []
        for group in ("Probe A", "Probe B"):
            page = marketing.get(f"{path}/members?group={group.replace(' ', '+')}").text.replace(group, "")
            pressed = marketing.send(f"{path}/members", {"group": group}, follow_redirects=True).text
            seen.append((re.findall(r"<d[td]>(.*?)</d", page), re.findall(r"Gruppe ist aufgenommen[^<]*|erreicht", pressed)))

        assert seen[0] == seen[1]

    def test_are_taken_in_once_however_often_the_button_is_pressed(self, house, marketing):
        people = readers(house, 3)
        path = campaign_of(new_campaign(marketing))

        for _twice in range(2):
            assert marketing.send(f"{path}/members", {"group": "Handel"}).status_code == 303

        assert house.count(CampaignMember) == len(people)
        assert len(house.entries("campaign:members_added")) == 1

    def test_of_a_group_that_does_not_exist_are_explained(self, marketing):
        path = campaign_of(new_campaign(marketing))

        assert "gehört niemand" in marketing.get(f"{path}/members?group=Luft").text


class TestAResponse:
    def test_is_entered_by_the_address_of_a_member(self, house, marketing):
        readers(house, 2)
        path = campaign_of(new_campaign(marketing))
        marketing.send(f"{path}/members", {"group": "Handel"})

        answer = marketing.send(
            f"{path}/responses", {"address": "PERSON1@example.com", "way": "order", "responded_on": house.now.date().isoformat()}
        )

        assert answer.status_code == 303
        assert house.count(CampaignMember, CampaignMember.has_responded, CampaignMember.response_way == "order") == 1
        assert len(house.entries("campaign:response_entered")) == 1

    def test_of_nobody_who_was_reached_is_one_sentence_and_one_entry(self, house, marketing):
        path = campaign_of(new_campaign(marketing))

        answer = marketing.send(
            f"{path}/responses", {"address": "fremd@example.com", "way": "reply", "responded_on": house.now.date().isoformat()}
        )

        assert answer.status_code == 422
        assert "niemanden erreicht" in error_at(answer, "address")
        assert "fremd@example.com" in answer.text
        assert len(house.entries("people:listed")) == 1

    def test_on_a_day_before_the_campaign_cannot_be(self, house, marketing):
        path = campaign_of(new_campaign(marketing))

        answer = marketing.send(f"{path}/responses", {"address": "person1@example.com", "way": "reply", "responded_on": "2026-02-28"})

        assert "An diesem Tag" in error_at(answer, "responded_on")

    def test_is_entered_on_the_page_of_the_person_by_whoever_talks_to_them(self, house, marketing, sales):
        (person,) = readers(house, 1)
        path = campaign_of(new_campaign(marketing))
        marketing.send(f"{path}/members", {"group": "Handel"})
        page = sales.get(f"/contacts/{person}")
        assert "Frühjahrsmesse" in page.text
        url = re.search(rf"/contacts/{person}/campaigns/[0-9a-f]{{32}}/response", page.text).group(0)

        sales.send(url, {"way": "hand", "purpose": "business_contact", "responded_on": house.now.date().isoformat()})

        assert "Hat geantwortet: persönlich" in sales.get(f"/contacts/{person}").text


class TestTheResonance:
    """DS-UC-02; docs/explanation/figures.md."""

    def test_shows_groups_with_enough_people_as_bars_and_table_and_no_others(self, house, marketing):
        traders, smiths = readers(house, 24), readers(house, 24, segment="Handwerk", start=24)
        path = campaign_of(new_campaign(marketing))
        for group in ("Handel", "Handwerk"):
            marketing.send(f"{path}/members", {"group": group})
        respond(house, [*traders[:12], *smiths[:9]])
        at_night(house)

        page = marketing.get(path)

        assert first_row(page) == "Handel 24 12 50 %"
        assert "noch zu wenige" in page.text
        assert "Summe der gezeigten Gruppen" in page.text
        assert page.text.count('class="now"') == 1
        assert house.count(CampaignRelease) == 1

    def test_stays_as_it_was_until_enough_changed_and_leaves_objectors_out(self, house, marketing, colleague, clock):
        traders = readers(house, 45)
        path = campaign_of(new_campaign(marketing))
        marketing.send(f"{path}/members", {"group": "Handel"})
        house.object_to_marketing(traders[44])
        respond(house, traders[:12])
        at_night(house)
        first = marketing.get(path).text
        assert ">44<" in first and ">12<" in first
        clock.advance(timedelta(days=1))
        next_day = colleague(Role.MARKETING, name="Nele Harms")

        respond(house, traders[:22])  # ten more
        assert at_night(house) == 0
        assert ">12<" in next_day.get(path).text
        respond(house, traders[:23])

        assert at_night(house) == 1
        assert ">23<" in next_day.get(path).text
        assert house.count(CampaignRelease) == 2

    def test_does_not_move_while_somebody_enters_responses_and_looks_after_each(self, house, marketing, colleague, clock):
        """Were it to follow at once, the entry after which it moves would be of somebody who had been silent, the others not."""
        traders = readers(house, 60)
        path = campaign_of(new_campaign(marketing))
        marketing.send(f"{path}/members", {"group": "Handel"})
        respond(house, traders[:20])
        at_night(house)
        clock.advance(timedelta(hours=20))
        next_day = colleague(Role.MARKETING, name="Nele Harms")

        for number in range(15, 35):
            answer = next_day.send(
                f"{path}/responses",
                {"address": f"person{number}@example.com", "way": "reply", "responded_on": house.now.date().isoformat()},
                follow_redirects=True,
            )
            assert first_row(answer) == "Handel 60 20 33,3 %"

        at_night(house)
        assert first_row(next_day.get(path)) == "Handel 60 35 58,3 %"

    def test_counts_the_erased_as_somebody_and_knows_no_more_of_them(self, house, marketing):
        """RET-19, Art. 17(1) DSGVO: what stays is that somebody of a group responded."""
        traders = readers(house, 24)
        path = campaign_of(new_campaign(marketing))
        marketing.send(f"{path}/members", {"group": "Handel"})
        respond(house, traders[:12])
        at_night(house)

        with house.database.writing() as session:
            job.order(session, subject_id=traders[0], cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)
        assert eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now) == 1

        with house.database.reading() as session:
            rows = session.query(CampaignMember).where(CampaignMember.subject_id.is_(None)).all()
            assert [(row.segment, row.has_responded, row.sent_on, row.response_way) for row in rows] == [("Handel", True, None, None)]
        assert first_row(marketing.get(path)) == "Handel 24 12 50 %"

    def test_is_read_by_management_which_changes_nothing_of_the_campaign(self, house, marketing, colleague):
        path = campaign_of(new_campaign(marketing))

        page = colleague(Role.MANAGEMENT).get(path)

        assert page.status_code == 200
        assert "Antwort eintragen" not in page.text and f"{path}/edit" not in page.text
