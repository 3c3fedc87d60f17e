"""People of another CRM come in through the door, with everything the other system knew they want."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from crm.db import Compartment
from crm.models.company import CompanyKind
from crm.models.consent import ConsentAct
from crm.models.policy import PolicyVersion
from crm.privacy import consent, restriction, suppression
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel
from crm.privacy.restriction import RestrictionReason
from crm.privacy.suppression import SuppressionReason
from crm.services.accounts.errors import AccountNotFoundError
from crm.services.imports.terms import ConsentPurposeError, Migration
from crm.settings import initial_policy
from tests.integration.imports.conftest import ACTOR
from tests.support.exports import API, WEEKLY, contact, copy_of, record_id, write


def marketing(channel=None):
    return Objection(DIRECT_MARKETING, channel)


@pytest.mark.parametrize("folder", [API, WEEKLY], ids=["api", "weekly"])
def test_the_report_accounts_for_every_row(installation, folder):
    report = installation.take_in(folder)

    numbers = {
        name: tuple(file[key] for key in ("read", "created", "merged", "refused", "skipped")) for name, file in report["files"].items()
    }
    assert numbers == {
        "Account.csv": (6, 5, 0, 0, 1),
        "Contact.csv": (16, 11, 3, 1, 1),
        "Lead.csv": (9, 6, 1, 0, 2),
        "Individual.csv": (6, 0, 3, 0, 3),
        "ContactPointTypeConsent.csv": (8, 0, 3, 0, 5),
    }
    assert report["people"] == {"read": 28, "created": 20, "merged": 4, "refused": 1, "skipped": 3}
    assert report["people"]["created"] == len({person.subject_id for person in installation.people().values()})
    assert report["overdue"] == 2


class TestPeople:
    @pytest.fixture(autouse=True)
    def _imported(self, installation):
        installation.take_in(API)
        self.people = installation.people()

    def test_have_fields_company_ground_origin_notice_and_ages(self):
        anna = self.people["0031"]

        assert (anna.fields["first_name"], anna.fields["email"]) == ("Anna", "anna.mueller@muster-maschinenbau.example")
        assert anna.company.name == "Muster Maschinenbau GmbH"
        assert set(anna.state.grounds) == {"business_contact"}
        assert anna.origin == "Messe Hannover"
        assert [notice.act for notice in anna.notices] == ["earlier"]
        assert anna.contact.collected_at == datetime(2022, 6, 1, 7, 30, tzinfo=UTC)

    def test_are_one_only_where_address_and_name_agree_and_no_role_is_behind_the_mailbox(self):
        """Art. 5(1)(d) DSGVO."""
        ids = {name: taken.subject_id for name, taken in self.people.items()}

        assert ids["0031"] == ids["0038"] == ids["00Q5"]  # spelt in three ways
        assert ids["0031"] != ids["0039"]  # another name at the same address
        assert ids["0036"] != ids["0037"]  # the same name behind info@

    def test_have_the_last_contact_over_all_their_records_and_none_in_the_future(self):
        assert self.people["0031"].contact.last_contact_at == datetime(2026, 10, 20, tzinfo=UTC)
        assert self.people["00316"].contact.last_contact_at == datetime(
            2022, 6, 1, 7, 30, tzinfo=UTC
        )  # a planned activity is no contact yet

    def test_object_to_what_they_opted_out_of(self):
        """Art. 21 DSGVO."""
        assert {person: self.people[person].state.objections for person in ("0031", "0032", "00314", "00316", "00Q8")} == {
            "0031": {marketing(Channel.EMAIL)},
            "0032": {marketing(), marketing(Channel.PHONE), Objection("profiling")},
            "00314": {marketing(Channel.FAX)},
            "00316": set(),
            "00Q8": {Objection("business_contact")},
        }

    def test_leave_something_to_do_within_a_month(self):
        tasks = {person: [(task.kind, task.due_on) for task in taken.tasks] for person, taken in self.people.items()}

        expected = {"0032": "origin_unknown", "00Q7": "time_up", "00Q8": "objection_raised"}
        assert {person: tasks[person] for person in expected} == {person: [(kind, date(2026, 12, 23))] for person, kind in expected.items()}
        assert tasks["0031"] == tasks["00310"] == []

    def test_have_a_case_where_they_want_to_be_forgotten(self):
        """Art. 12(3), 17(1) DSGVO."""
        cases = {person: [(case.number, case.way, case.due_on) for case in taken.cases] for person, taken in self.people.items()}

        assert cases["00310"] == [("2026-0001", "import", date(2026, 12, 23))]
        assert cases["0031"] == []

    def test_are_restricted_where_their_time_is_up_or_they_want_to_be_forgotten(self):
        """Art. 5(1)(e), 17, 18 DSGVO."""
        assert {person for person, taken in self.people.items() if taken.state.restricted} == {"00310", "00315", "00Q7"}

    def test_bring_consents_that_permit_nothing(self):
        """Art. 7(1) DSGVO."""
        (consent,) = self.people["00Q8"].consents

        assert (consent.purpose, consent.act) == ("newsletter", ConsentAct.UNPROVEN)
        assert not any(each.permits for each in self.people["00Q8"].state.consents.values())


class TestCompanies:
    """Art. 4(1) DSGVO."""

    @pytest.fixture(autouse=True)
    def _imported(self, installation):
        installation.take_in(API)
        self.names = installation.company_names()
        self.people = installation.people()

    def test_are_readable_only_where_they_are_legal_persons(self):
        assert self.names == {"Muster Maschinenbau GmbH", "Nordlicht Energie AG", "Fjordblick Reisen GmbH"}

    def test_that_are_people_are_one_person_with_their_own_contact(self):
        for record, contact_record in (("0015", "0033"), ("0016", "0035")):
            assert self.people[record].subject_id == self.people[contact_record].subject_id
            assert self.people[record].company.kind == CompanyKind.NATURAL_PERSON

    def test_that_leads_only_name_are_made_once(self):
        assert self.people["00Q1"].contact.company_id == self.people["00Q8"].contact.company_id is not None

    def test_of_sole_traders_belong_to_the_person(self):
        huber = self.people["00Q6"]

        assert (huber.company.kind, huber.company.subject_id) == (CompanyKind.NATURAL_PERSON, huber.subject_id)

    def test_have_contacts_that_are_other_people(self):
        assert self.people["00316"].subject_id != self.people["0012"].subject_id
        assert self.people["00316"].contact.company_id == self.people["0012"].contact.company_id


class TestThirdParty:
    """Art. 14(3) DSGVO."""

    def test_starts_the_time_in_which_people_have_to_be_told(self, installation, now):
        installation.take_in(API, migration=Migration.THIRD_PARTY)

        anna = installation.people()["0031"]
        assert [(notice.act, notice.article, notice.due_at) for notice in anna.notices] == [("due", "14", now + timedelta(days=30))]
        assert [(task.kind, task.due_on) for task in anna.tasks] == [("notice_due", date(2026, 12, 23))]


class TestSuppressed:
    """Art. 21(3) DSGVO."""

    @pytest.fixture(autouse=True)
    def _suppressed(self, installation, now, tmp_path):
        """Suppress a number of the first of two contacts, and add a purpose that is nothing but advertising."""
        rule = initial_policy("purposes")["sales_approach"] | {"groups": ["identity", "phone"]}
        version = PolicyVersion(kind="purpose", code="advertising", version=1, definition=json.dumps(rule), set_by="test", set_at=now)
        with installation.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address="+495614711", channel="phone", reason=reason, actor=ACTOR, now=now)
            session.add(version)
        write(tmp_path, "Contact.csv", [contact(1, Phone="0561 4711"), contact(2, Phone="0561 4712")])

    def test_addresses_come_in_with_advertising_blocked(self, installation, tmp_path):
        report = installation.take_in(tmp_path)

        people = installation.people()
        assert report["people"]["created"] == 2
        assert [marketing() in people[person].state.objections for person in ("0031", "0032")] == [True, False]

    def test_addresses_are_refused_where_advertising_is_all_the_import_is_for(self, installation, tmp_path):
        foretold, report = installation.foretell(tmp_path, purpose="advertising"), installation.take_in(tmp_path, purpose="advertising")

        assert report == foretold
        assert report["people"] == {"read": 2, "created": 1, "merged": 0, "refused": 1, "skipped": 0}
        assert report["files"]["Contact.csv"]["reasons"][0]["row"] == 2


class TestComparedOnly:
    """Art. 5(1)(c), 21(3) DSGVO: an address that the purpose does not open is compared with whom we know, and not kept."""

    def test_a_suppressed_address_keeps_its_person_out(self, installation, now, tmp_path):
        with installation.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address="paula.muster1@example.org", channel="email", reason=reason, actor=ACTOR, now=now)
        write(tmp_path, "Contact.csv", [contact(1), contact(2)])

        foretold, report = (act(tmp_path, purpose="sales_approach") for act in (installation.foretell, installation.take_in))

        assert report == foretold
        assert report["people"] == {"read": 2, "created": 1, "merged": 0, "refused": 1, "skipped": 0}
        assert report["dropped_fields"]["Email"] == 2
        assert "email" not in installation.people()["0032"].fields

    def test_a_suppressed_sole_trader_stays_out(self, installation, now, tmp_path):
        with installation.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address="trader@example.org", channel="email", reason=reason, actor=ACTOR, now=now)
        trader = {"Id": record_id(1, "001"), "Name": "Malerei Huber e. K.", "PersonEmail": "trader@example.org"}
        write(tmp_path, "Account.csv", [trader])

        foretold, report = (act(tmp_path, purpose="sales_approach") for act in (installation.foretell, installation.take_in))

        assert report == foretold
        assert report["files"]["Account.csv"]["refused"] == 1 and installation.people() == {}

    def test_somebody_who_objected_is_met_again_and_not_taken_in_anew(self, installation, tmp_path):
        known, again = tmp_path / "known", tmp_path / "again"
        write(known, "Contact.csv", [contact(1, HasOptedOutOfEmail="1")])
        installation.take_in(known)
        lead = contact(1, Id=record_id(7, "00Q"))
        write(again, "Lead.csv", [lead])

        foretold, report = (act(again, purpose="sales_approach") for act in (installation.foretell, installation.take_in))

        assert report == foretold
        assert report["people"]["merged"] == 1
        assert len({person.subject_id for person in installation.people().values()}) == 1


class TestLaterContact:
    """Ages from the source: it must not matter how the records of a person are spread over files."""

    def test_of_another_import_counts_and_ends_the_restriction_because_of_the_time(self, installation, now, tmp_path):
        old, new = tmp_path / "old", tmp_path / "new"
        write(old, "Lead.csv", [contact(1, Id=record_id(1, "00Q"), CreatedDate="2015-01-01", LastActivityDate="2016-02-01")])
        installation.take_in(old)
        assert installation.people()["00Q1"].state.restricted
        write(new, "Lead.csv", [contact(1, Id=record_id(2, "00Q"), LastActivityDate="2026-11-01")])

        report = installation.take_in(new)

        person = installation.people()["00Q1"]
        assert report["people"]["merged"] == 1
        assert (person.contact.last_contact_at.date(), person.state.restricted) == (date(2026, 11, 1), False)
        assert installation.days()["00Q1"] == ("RET-01", date(2028, 11, 1))
        assert [task.kind for task in person.tasks if task.done_at is None and task.kind == "time_up"] == []

    def test_that_is_earlier_changes_nothing(self, installation, tmp_path):
        write(tmp_path / "new", "Contact.csv", [contact(1, LastActivityDate="2026-11-01")])
        write(tmp_path / "old", "Contact.csv", [contact(1, Id=record_id(9), LastActivityDate="2025-01-01")])
        installation.take_in(tmp_path / "new")

        installation.take_in(tmp_path / "old")

        assert installation.people()["0031"].contact.last_contact_at.date() == date(2026, 11, 1)


class TestRestricted:
    """Art. 18(2) DSGVO."""

    def test_people_get_nothing_but_their_objections_from_another_record(self, installation, now, tmp_path):
        write(tmp_path / "first", "Contact.csv", [contact(1)])
        installation.take_in(tmp_path / "first")
        subject_id = installation.people()["0031"].subject_id
        with installation.database.writing() as session:
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.ERASURE_PENDING, actor=ACTOR, now=now)
        write(tmp_path / "again", "Contact.csv", [contact(1, Id=record_id(2), MobilePhone="0171 5550001", DoNotCall="1")])

        report = installation.take_in(tmp_path / "again")

        person = installation.people()["0031"]
        assert report["people"]["merged"] == 1
        assert ("mobile" in person.fields, person.contact.version) == (False, 1)
        assert person.state.objections == {marketing(Channel.PHONE)}


class TestErasedBefore:
    """Art. 17(1) DSGVO."""

    def test_records_do_not_come_back(self, installation, now, tmp_path):
        write(tmp_path, "Contact.csv", [contact(1), contact(2)])
        installation.take_in(tmp_path)
        vault, subject_id = installation.runtime.vault, installation.people()["0031"].subject_id
        with installation.database.writing() as session:
            vault.mark_erasing(session, [subject_id])
        vault.destroy(
            [subject_id], compartments=list(Compartment), source_tags=[vault.source_tag("salesforce", record_id(1))], clock=lambda: now
        )

        foretold, report = installation.foretell(tmp_path), installation.take_in(tmp_path)

        assert report == foretold
        assert report["people"] == {"read": 2, "created": 0, "merged": 0, "refused": 1, "skipped": 1}
        assert report["files"]["Contact.csv"]["reasons"][0]["reason"] == "Dieser Datensatz wurde hier gelöscht und kommt nicht zurück."


class TestAgain:
    def test_the_same_export_adds_nobody(self, installation):
        installation.take_in(API)
        before = {person: taken.subject_id for person, taken in installation.people().items()}

        report = installation.take_in(WEEKLY)

        assert [sum(file[verdict] for file in report["files"].values()) for verdict in ("created", "merged")] == [0, 0]
        assert report["people"] == {"read": 28, "created": 0, "merged": 0, "refused": 1, "skipped": 27}
        assert {person: taken.subject_id for person, taken in installation.people().items()} == before

    @pytest.mark.parametrize("yes", ["true", "1"], ids=["api", "weekly"])
    @pytest.mark.parametrize("contact_too", [False, True])
    def test_a_new_opt_out_of_a_sole_trader_is_heeded_once(self, installation, tmp_path, yes, contact_too):
        """Art. 4(1), 21(3) DSGVO."""
        account = {"Id": record_id(1, "001"), "Name": "Huber, Paula", "PersonHasOptedOutOfEmail": "0", "IsPersonAccount": "1"}
        person = contact(1, AccountId=account["Id"], LastName="Huber", HasOptedOutOfEmail="0")
        for each, name in ((account, "Account.csv"), (person, "Contact.csv")):
            write(tmp_path, name, [each])
        installation.take_in(tmp_path)
        write(tmp_path, "Account.csv", [account | {"PersonHasOptedOutOfEmail": yes}])
        write(tmp_path, "Contact.csv", [person | {"HasOptedOutOfEmail": yes if contact_too else "0"}])

        foretold, report = installation.foretell(tmp_path), installation.take_in(tmp_path)

        assert report == foretold
        assert installation.people()["0011"].state.objections == {marketing(Channel.EMAIL)}
        assert [len(file["reasons"]) for file in report["files"].values()] == [3, 1]

    @pytest.mark.parametrize("folder", [API, WEEKLY], ids=["api", "weekly"])
    def test_is_foretold_too(self, installation, folder):
        installation.take_in(folder)

        assert installation.foretell(folder) == installation.take_in(folder)

    def test_a_wish_that_is_new_is_told_apart_from_those_that_are_known(self, installation, tmp_path):
        contacts = [contact(number, IndividualId=record_id(number, "0PK")) for number in (1, 2)]
        write(tmp_path, "Contact.csv", contacts)
        known, new = ({"Id": record_id(number, "0PK"), "HasOptedOutSolicit": "0"} for number in (1, 2))
        write(tmp_path, "Individual.csv", [known | {"HasOptedOutSolicit": "1"}, new])
        installation.take_in(tmp_path)
        write(tmp_path, "Individual.csv", [each | {"HasOptedOutSolicit": "1"} for each in (known, new)])

        foretold, report = installation.foretell(tmp_path), installation.take_in(tmp_path)

        assert report == foretold
        assert [report["files"]["Individual.csv"][verdict] for verdict in ("merged", "skipped")] == [1, 1]
        assert report["files"]["Individual.csv"]["reasons"][0]["row"] == 2
        assert installation.people()["0032"].state.objections == {marketing()}

    def test_what_was_changed_here_meanwhile_stays(self, installation, tmp_path):
        write(tmp_path, "Contact.csv", [contact(1)])
        installation.take_in(tmp_path)
        write(tmp_path, "Contact.csv", [contact(1, LastName="Anders", Email="anders@example.org")])

        installation.take_in(tmp_path)

        assert installation.people()["0031"].fields["last_name"] == "Muster1"

    def test_a_new_opt_out_of_somebody_known_is_heeded(self, installation, tmp_path):
        """Art. 21(3) DSGVO."""
        write(tmp_path, "Contact.csv", [contact(1, DoNotCall="0"), contact(2, DoNotCall="0")])
        installation.take_in(tmp_path)
        write(tmp_path, "Contact.csv", [contact(1, DoNotCall="1"), contact(2, DoNotCall="0")])

        foretold, report = installation.foretell(tmp_path), installation.take_in(tmp_path)
        third = installation.take_in(tmp_path)

        assert report == foretold
        assert installation.people()["0031"].state.objections == {marketing(Channel.PHONE)}
        assert [len(each["files"]["Contact.csv"]["reasons"]) for each in (report, third)] == [3, 2]

    def test_a_new_wish_to_be_forgotten_is_heeded_once(self, installation, tmp_path):
        """Art. 12(3), 17(1) DSGVO."""
        individual = record_id(9, "0PK")
        write(tmp_path, "Contact.csv", [contact(1, IndividualId=individual)])
        write(tmp_path, "Individual.csv", [{"Id": individual, "ShouldForget": "0"}])
        installation.take_in(tmp_path)
        write(tmp_path, "Individual.csv", [{"Id": individual, "ShouldForget": "1"}])

        for _ in range(2):
            installation.take_in(tmp_path)

        paula = installation.people()["0031"]
        assert paula.state.restricted
        assert len(paula.cases) == 1


class TestMerge:
    def test_fills_gaps_and_overwrites_nothing(self, installation, tmp_path):
        write(tmp_path, "Contact.csv", [contact(1, Phone="", MailingCity="Kassel", MailingStreet="", Title="Chefin")])
        write(
            tmp_path, "Lead.csv", [contact(1, Id=record_id(2, "00Q"), Phone="0561 4711", City="Kiel", Street="Kai 1", Title="Praktikantin")]
        )

        report = installation.take_in(tmp_path)

        paula = installation.people()["0031"]
        assert report["people"]["merged"] == 1
        assert (paula.fields["phone"], paula.fields["position"], paula.fields["city"]) == ("+495614711", "Chefin", "Kassel")
        assert "street" not in paula.fields  # half an address of another record would make a third one

    def test_adds_objections_of_both_records(self, installation, tmp_path):
        write(tmp_path, "Contact.csv", [contact(1, DoNotCall="1"), contact(1, Id=record_id(2), HasOptedOutOfEmail="1")])

        installation.take_in(tmp_path)

        assert installation.people()["0031"].state.objections == {marketing(Channel.PHONE), marketing(Channel.EMAIL)}

    def test_gives_a_withdrawn_consent_no_new_face(self, installation, tmp_path, now):
        """Art. 7(3) DSGVO."""
        individual = record_id(9, "0PK")
        write(tmp_path / "first", "Contact.csv", [contact(1)])
        installation.take_in(tmp_path / "first")
        subject_id = installation.people()["0031"].subject_id
        with installation.database.writing() as session:
            options = {"subject_id": subject_id, "purpose": "newsletter", "channel": Channel.EMAIL, "actor": ACTOR}
            consent.give(session, wording="Ja.", language="de", evidence={"form": "1"}, given_at=now, now=now, **options)
            consent.withdraw(session, now=now + timedelta(seconds=1), **options)
        installation.runtime.clock.advance(timedelta(hours=1))
        write(tmp_path / "next", "Contact.csv", [contact(1, Id=record_id(2), IndividualId=individual)])
        row = {"Id": record_id(3, "0ZX"), "PartyId": individual, "ContactPointType": "Email", "PrivacyConsentStatus": "OptIn"}
        write(tmp_path / "next", "ContactPointTypeConsent.csv", [row])

        installation.take_in(tmp_path / "next")

        assert [event.act for event in installation.people()["0031"].consents] == ["given", "withdrawn"]


class TestForetell:
    @pytest.mark.parametrize("folder", [API, WEEKLY], ids=["api", "weekly"])
    def test_says_what_the_import_will_do_and_changes_nothing(self, installation, folder):
        before = installation.content()

        foretold = installation.foretell(folder)

        assert installation.content() == before
        assert foretold == installation.take_in(folder)

    def test_says_so_too_where_people_are_known(self, installation, tmp_path):
        changed = copy_of(API, tmp_path / "changed")
        installation.take_in(API)
        write(changed, "Lead.csv", [contact(1), contact(1, Id=record_id(2)), contact(3)])

        foretold = installation.foretell(changed)

        assert foretold == installation.take_in(changed)
        assert foretold["files"]["Lead.csv"]["merged"] == 1


class TestTerms:
    def test_nobody_comes_in_for_a_purpose_that_rests_on_consent(self, installation):
        """Art. 7(1) DSGVO."""
        with pytest.raises(ConsentPurposeError):
            installation.terms(purpose="newsletter")

    def test_the_owner_has_to_exist(self, installation):
        with pytest.raises(AccountNotFoundError):
            installation.terms(owner="nobody@example.org")


def test_the_time_of_prospects_is_up_the_day_after_the_last(installation, tmp_path):
    """Art. 5(1)(e) DSGVO: 24 months after the last contact."""
    rows = [contact(1, LastActivityDate="2024-11-23"), contact(2, LastActivityDate="2024-11-22")]
    write(tmp_path, "Lead.csv", rows)

    report = installation.take_in(tmp_path)

    people = installation.people()
    assert report["overdue"] == 1
    assert [people[person].state.restricted for person in ("0031", "0032")] == [False, True]


def test_nobody_is_taken_for_a_prospect_for_want_of_a_company(installation, tmp_path):
    """A private customer has none; guessing would hide them."""
    write(tmp_path, "Contact.csv", [contact(1, AccountId="", LastActivityDate="2019-01-01")])

    assert installation.take_in(tmp_path)["overdue"] == 0
