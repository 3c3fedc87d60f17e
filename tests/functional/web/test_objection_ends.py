"""The ways back from an objection: the entry was a mistake, or the person expressly wishes it (Art. 5(1)(d), 21(3) DSGVO)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.lawfulness import ObjectionEvent, SuppressionEntry
from crm.privacy import rectification, suppression
from crm.privacy.objection import DIRECT_MARKETING, Heard, Objection, find_objections, raise_many
from crm.privacy.purposes import Channel
from crm.privacy.suppression import SuppressionReason
from crm.vault import ObjectionLine, Right
from tests.functional.web.conftest import ACTOR
from tests.support.staff import on_one_engine

WISH = {"channel": "all", "told": "letter", "told_on": "2026-11-23", "warned": "1"}


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY)


@pytest.fixture
def person(house):
    return house.take_in("sales_approach", "business_contact")


def standing(house, person):
    with house.database.reading() as session:
        return find_objections(session, [person]).get(person, frozenset())


def acts(house):
    with house.database.reading() as session:
        return list(session.scalars(select(ObjectionEvent.act).order_by(ObjectionEvent.id)))


def is_suppressed(house, address="wehmeier@example.com"):
    with house.database.reading() as session:
        return bool(suppression.find_suppressed(session, {"email": [address]}))


class TestReach:
    """What staff are told reaches as far as what is said on the portal."""

    def test_holds_for_the_address_also_after_the_person_is_gone(self, house, sales, person):
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})

        assert is_suppressed(house)

    def test_holds_for_everybody_who_is_kept_with_the_address(self, house, sales, person):
        twin = house.take_in("business_contact")

        sales.send(f"/contacts/{person}/objection", {"channel": "email"})

        assert standing(house, twin) == standing(house, person) == {Objection(DIRECT_MARKETING, Channel.EMAIL)}

    @on_one_engine
    def test_by_telephone_says_nothing_of_the_address(self, house, sales, person):
        twin = house.take_in("business_contact")

        sales.send(f"/contacts/{person}/objection", {"channel": "phone"})

        assert not is_suppressed(house)
        assert standing(house, twin) == frozenset()

    def test_corrected_it_leaves_nothing_behind(self, house, sales, person):
        twin = house.take_in("business_contact")
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})

        sales.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "slip"})

        assert not is_suppressed(house)
        assert standing(house, twin) == standing(house, person) == frozenset()

    def test_corrected_it_leaves_what_the_address_was_on_the_list_for_before(self, house, sales, person):
        with house.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address="wehmeier@example.com", channel="email", reason=reason, actor=ACTOR, now=house.now)
        house.clock.advance(timedelta(minutes=1))
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})

        sales.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "slip"})

        assert is_suppressed(house)

    def test_is_met_by_whoever_gets_the_address_later(self, house, sales, person):
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})
        fields = {"first_name": "Ina", "last_name": "Fremd", "email": "ina@example.com"}
        other = house.take_in("business_contact", fields=fields)
        with house.database.writing() as session:
            changed = {"fields": {"email": "wehmeier@example.com"}, "purpose": house.purposes("business_contact")[0]}
            rectification.apply_changes(session, subject_id=other, expected_version=1, actor=ACTOR, now=house.now, **changed)

        assert standing(house, other) == {Objection(DIRECT_MARKETING)}


class TestMistake:
    def test_is_corrected_by_whoever_made_it_with_a_reason_and_nothing_is_deleted(self, house, sales, person):
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})
        assert "Irrtümlich eingetragen (alle Wege)" in sales.get(f"/contacts/{person}/rights").text

        answer = sales.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "slip"}, follow_redirects=True)

        assert "Der Eintrag ist berichtigt" in answer.text
        assert standing(house, person) == frozenset()
        assert acts(house) == ["raised", "corrected"]
        leaf = json.loads(house.entries("objection:corrected")[0])
        assert (leaf["a"], leaf["res"]) == (sales.member.pseudonym, "slip")
        lines = [each for each in house.runtime.vault.read_rights() if each.objection]
        assert (lines[-1].right, lines[-1].objection) == (
            Right.OBJECTION_LIFTED,
            ObjectionLine(act="corrected", origin="slip", channel=None),
        )

    @on_one_engine
    def test_concerns_the_way_that_was_entered_and_no_other(self, house, sales, person):
        for way in ("phone", "email"):
            sales.send(f"/contacts/{person}/objection", {"channel": way})

        sales.send(f"/contacts/{person}/objection/correct", {"channel": "phone", "mistake": "misheard"})

        assert [each.channel for each in standing(house, person)] == ["email"]

    @on_one_engine
    def test_can_concern_a_way_that_only_an_old_system_knew(self, house, sales, privacy, person):
        by_fax = Objection(DIRECT_MARKETING, Channel.FAX)
        with house.database.writing() as session:
            raise_many(session, [(person, by_fax)], origin=Heard.OLD_SYSTEM, actor=ACTOR, now=house.now)
        assert "Fax" in sales.get(f"/contacts/{person}/rights").text

        privacy.send(f"/contacts/{person}/objection/lift", {**WISH, "channel": "fax"})

        assert standing(house, person) == frozenset()

    @on_one_engine
    @pytest.mark.parametrize("mistake", ["", "because"])
    def test_needs_a_reason(self, house, sales, person, mistake):
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})

        answer = sales.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": mistake})

        assert answer.status_code == 422
        assert "warum der Eintrag ein Irrtum war" in answer.text
        assert acts(house) == ["raised"]

    @on_one_engine
    def test_of_a_colleague_is_for_the_coordinator(self, house, sales, colleague, privacy, person):
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})
        other = colleague(Role.SERVICE, name="Timo Krug")

        assert other.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "slip"}).status_code == 409
        assert acts(house) == ["raised"]

        privacy.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "wrong_person"})
        assert acts(house) == ["raised", "corrected"]

    @on_one_engine
    @pytest.mark.parametrize("role", [Role.SALES, Role.PRIVACY])
    def test_is_no_name_for_an_objection_of_the_person(self, house, colleague, person, role):
        house.object_to_marketing(person)
        visitor = colleague(role, name="Timo Krug")

        answer = visitor.send(f"/contacts/{person}/objection/correct", {"channel": "all", "mistake": "slip"})

        assert answer.status_code == 409
        assert "nur auf ihren ausdrücklichen Wunsch" in answer.text
        assert "Irrtümlich eingetragen" not in answer.text
        assert acts(house) == ["raised"]


class TestWish:
    def test_ends_the_objection_and_takes_the_address_off_the_list(self, house, privacy, person):
        house.object_to_marketing(person)
        with house.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address="wehmeier@example.com", channel="email", reason=reason, actor=ACTOR, now=house.now)

        answer = privacy.send(f"/contacts/{person}/objection/lift", WISH, follow_redirects=True)

        assert "auf Wunsch der Person aufgehoben" in answer.text
        assert standing(house, person) == frozenset()
        assert acts(house) == ["raised", "lifted"]
        assert house.count(SuppressionEntry) == 0
        assert json.loads(house.entries("objection:lifted")[0])["res"] == "letter"
        assert len(house.entries("address:released")) == 1

    @on_one_engine
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"told": ""}, "Ohne ausdrücklichen Wunsch gilt der Widerspruch weiter"),
            ({"told": "telepathy"}, "Ohne ausdrücklichen Wunsch gilt der Widerspruch weiter"),
            ({"told_on": ""}, "Dieser Tag geht nicht"),
            ({"told_on": "2026-11-22"}, "Dieser Tag geht nicht"),
            ({"told_on": "2026-11-24"}, "Dieser Tag geht nicht"),
            ({"warned": ""}, "Sagen Sie der Person zuerst"),
        ],
    )
    def test_is_express_later_than_the_objection_and_knows_what_follows(self, house, privacy, person, change, sentence):
        house.object_to_marketing(person)

        answer = privacy.send(f"/contacts/{person}/objection/lift", {**WISH, **change})

        assert answer.status_code == 422
        assert sentence in answer.text
        assert "told" in change or '<option value="letter" selected>' in answer.text
        assert acts(house) == ["raised"]

    @on_one_engine
    def test_is_entered_by_the_coordinator_alone(self, house, sales, person):
        house.object_to_marketing(person)

        assert sales.send(f"/contacts/{person}/objection/lift", WISH).status_code == 403
        assert acts(house) == ["raised"]
