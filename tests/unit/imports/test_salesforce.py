"""An export of Salesforce means the same in both of its forms."""

from datetime import UTC, datetime

import pytest

from crm.models.field_groups import FieldGroup
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel
from crm.services.imports.rows import CompanyRow, LeftOut, PersonRow, Reason, Verdict
from crm.services.imports.salesforce import read_salesforce
from tests.support.exports import API, GROUPS, WEEKLY, contact, record_id, write


@pytest.fixture(params=[API, WEEKLY], ids=["api", "weekly"])
def export(request, now):
    return read_salesforce(request.param, groups=GROUPS, now=now)


def rows_of(export, name):
    file = next(each for each in export.files if each.name == name)
    return {row.row: row for row in export.rows(file)}


def people(export):
    rows = [*rows_of(export, "Contact.csv").values(), *rows_of(export, "Lead.csv").values()]
    return {row.fields.get("last_name"): row for row in rows if isinstance(row, PersonRow)}


def companies(export):
    return {row.fields["name"]: row for row in rows_of(export, "Account.csv").values() if isinstance(row, CompanyRow)}


def test_both_forms_tell_the_same(now):
    api, weekly = (read_salesforce(folder, groups=GROUPS, now=now) for folder in (API, WEEKLY))

    for name in ("Account.csv", "Contact.csv", "Lead.csv", "Individual.csv", "ContactPointTypeConsent.csv"):
        assert rows_of(api, name) == rows_of(weekly, name)


class TestPeople:
    def test_come_with_the_fields_that_the_purpose_opens(self, export):
        assert rows_of(export, "Contact.csv")[2].fields == {
            "salutation": "Frau",
            "first_name": "Anna",
            "last_name": "Müller",
            "email": "anna.mueller@muster-maschinenbau.example",
            "phone": "+49561987611",
            "mobile": "+491715550001",
            "street": "Industriestraße 12 Haus B",
            "postal_code": "34117",
            "city": "Kassel",
            "country": "Deutschland",
            "position": "Einkäuferin",
            "department": "Einkauf",
        }

    def test_keep_the_ages_and_the_origin_of_the_source(self, export):
        row = rows_of(export, "Contact.csv")[2]

        assert row.created_at == datetime(2022, 6, 1, 7, 30, tzinfo=UTC)
        assert row.last_contact_at == datetime(2026, 9, 15, tzinfo=UTC)
        assert row.origin == "Messe Hannover"

    def test_have_an_unknown_origin_where_the_source_names_none(self, export):
        assert people(export)["Weiß"].origin is None

    def test_bring_their_title_where_the_salutation_held_it(self, export):
        assert people(export)["Nordmann"].fields["title"] == "Dr."

    def test_lose_an_address_that_is_none_and_keep_the_rest(self, export):
        row = people(export)["Tippfehler"]

        assert row.fields == {"first_name": "Falk", "last_name": "Tippfehler"}
        assert row.remarks == (Reason.EMAIL_INVALID, Reason.PHONE_INVALID)

    def test_are_refused_without_name_and_address(self, export):
        assert rows_of(export, "Contact.csv")[14] == LeftOut(14, Verdict.REFUSED, Reason.NOBODY)

    @pytest.mark.parametrize(
        ("name", "row", "reason"),
        [("Contact.csv", 5, Reason.DELETED), ("Lead.csv", 4, Reason.CONVERTED), ("Lead.csv", 5, Reason.DELETED)],
    )
    def test_are_skipped_where_the_source_no_longer_counts_them(self, export, name, row, reason):
        assert rows_of(export, name)[row] == LeftOut(row, Verdict.SKIPPED, reason)

    def test_behind_a_role_mailbox_are_never_the_same(self, export):
        assert people(export)["Kern"].likeness is None
        assert people(export)["Müller"].likeness is not None

    @pytest.mark.parametrize(
        ("last_name", "prospect"), [("Müller", True), ("Weiß", False), ("Nordmann", True), ("Altmann", False), ("Lange", True)]
    )
    def test_are_prospects_where_the_source_says_so(self, export, last_name, prospect):
        assert people(export)[last_name].prospect is prospect

    def test_come_from_the_full_name_where_the_parts_are_missing(self, tmp_path, now):
        write(tmp_path, "Contact.csv", [{"Id": record_id(1), "Name": "Hans von der Heide"}])

        (row,) = rows_of(read_salesforce(tmp_path, groups=GROUPS, now=now), "Contact.csv").values()

        assert row.fields == {"first_name": "Hans", "last_name": "von der Heide"}

    def test_bring_their_birth_date_only_where_a_purpose_opens_it(self, now):
        wider = read_salesforce(API, groups=GROUPS | {FieldGroup.BIRTH_DATE}, now=now)

        assert rows_of(wider, "Contact.csv")[2].fields["birth_date"] == "1984-07-21"
        assert "Birthdate" not in wider.survey.dropped_fields()


class TestWishes:
    """Art. 7(1), 17, 21 DSGVO."""

    @pytest.mark.parametrize(
        ("last_name", "objections"),
        [
            ("Fax", {Objection(DIRECT_MARKETING, Channel.FAX)}),
            ("Groß", {Objection(DIRECT_MARKETING, Channel.EMAIL)}),
            ("Weiß", {Objection(DIRECT_MARKETING), Objection(DIRECT_MARKETING, Channel.PHONE), Objection("profiling")}),
            ("Brandt", set()),
        ],
    )
    def test_opt_outs_are_objections_and_a_missing_one_is_nothing(self, export, last_name, objections):
        wishes = people(export)[last_name].wishes

        assert wishes.objections == objections
        assert not wishes.consents

    def test_a_yes_is_a_consent_without_proof(self, export):
        (consent,) = people(export)["Zweifel"].wishes.consents

        assert (consent.purpose, consent.channel) == ("newsletter", Channel.EMAIL)
        assert consent.effective_at == datetime(2024, 5, 6, 10, tzinfo=UTC)

    def test_asking_to_be_forgotten_and_contesting_the_use_are_heard(self, export):
        assert people(export)["Vergessen"].wishes.wants_erasure
        assert people(export)["Zweifel"].wishes.use_contested

    def test_rows_say_what_they_are_good_for(self, export):
        rows = rows_of(export, "ContactPointTypeConsent.csv").values()

        assert [row.reason if isinstance(row, LeftOut) else bool(row.wishes) for row in rows] == [
            True,
            True,
            Reason.NO_ANSWER,
            Reason.WAY_UNUSED,
            Reason.CONSENT_WITHOUT_PURPOSE,
            Reason.CONSENT_EXPIRED,
            Reason.WITHOUT_PERSON,
            True,
        ]


class TestCompanies:
    @pytest.mark.parametrize(
        ("name", "natural"),
        [
            ("Muster Maschinenbau GmbH", False),
            ("Nordlicht Energie AG", False),
            ("Bäckerei Süßmilch e. K.", True),
            ("Käthe Groß", True),
            ("Jürgen Öztürk", True),
        ],
    )
    def test_are_people_where_a_human_being_stands_behind_them(self, export, name, natural):
        """Art. 4(1) DSGVO."""
        assert companies(export)[name].natural_person is natural

    def test_of_a_human_being_carry_the_person(self, export):
        assert companies(export)["Käthe Groß"].person["email"] == "kaethe.gross@example.org"
        assert companies(export)["Jürgen Öztürk"].person["first_name"] == "Jürgen"
        assert companies(export)["Bäckerei Süßmilch e. K."].person["last_name"] == "Bäckerei Süßmilch e. K."
        assert companies(export)["Muster Maschinenbau GmbH"].person == {}

    @pytest.mark.parametrize(
        ("name", "person"),
        [
            ("Paula Muster1", {"first_name": "Paula", "last_name": "Muster1"}),
            ("Muster1, Paula", {"first_name": "Paula", "last_name": "Muster1"}),
            ("Praxis Dr. Paula Muster1", {"first_name": "Paula", "last_name": "Muster1"}),
            ("PAULA MUSTER1 - Beratung", {"first_name": "PAULA", "last_name": "MUSTER1"}),
            ("Paula Muster1 GmbH & Co. KG", {}),
            ("Muster1 Paula", {}),
        ],
    )
    @pytest.mark.parametrize("of_this_company", [True, False])
    def test_with_the_name_of_somebody_of_the_export_are_that_person(self, tmp_path, now, name, person, of_this_company):
        """Art. 4(1) DSGVO."""
        write(tmp_path, "Account.csv", [{"Id": record_id(1, "001"), "Name": name}])
        write(tmp_path, "Contact.csv", [contact(1, AccountId=record_id(1, "001") if of_this_company else "")])

        export = read_salesforce(tmp_path, groups=GROUPS, now=now)

        (row,) = rows_of(export, "Account.csv").values()
        assert (row.natural_person, row.person) == (bool(person), person)
        if person and of_this_company:
            assert rows_of(export, "Contact.csv")[2].employer.is_person

    def test_are_refused_where_the_name_is_an_address(self, tmp_path, now):
        write(tmp_path, "Account.csv", [{"Id": record_id(1, "001"), "Name": "hans.dampf@web.example"}])

        (row,) = rows_of(read_salesforce(tmp_path, groups=GROUPS, now=now), "Account.csv").values()

        assert row == LeftOut(2, Verdict.REFUSED, Reason.NAME_IS_ADDRESS)

    @pytest.mark.parametrize(
        ("website", "kept", "remarked"),
        [("www.example.org", "https://www.example.org", False), ("javascript:alert(1)", None, True), ("x." * 100, None, True)],
    )
    def test_keep_a_website_only_where_it_is_one(self, tmp_path, now, website, kept, remarked):
        write(tmp_path, "Account.csv", [{"Id": record_id(1, "001"), "Name": "Alpha GmbH", "Website": website}])

        (row,) = rows_of(read_salesforce(tmp_path, groups=GROUPS, now=now), "Account.csv").values()

        assert row.fields.get("website") == kept
        assert (Reason.WEBSITE_INVALID in row.remarks) is remarked


class TestEmployers:
    def test_are_records_also_where_a_lead_holds_an_id_for_a_name(self, export):
        assert people(export)["Lange"].employer.record_id == people(export)["Weiß"].employer.record_id

    def test_are_names_where_a_lead_knows_no_more(self, export):
        assert people(export)["Sörensen"].employer.name == "Fjordblick Reisen GmbH"

    def test_are_the_person_where_both_have_one_name(self, export):
        assert people(export)["Öztürk"].employer.is_person
        assert not people(export)["Brandt"].employer.is_person

    def test_are_the_own_business_of_somebody_whose_name_it_bears(self, export):
        assert people(export)["Huber"].employer.is_own_business

    @pytest.mark.parametrize(
        ("last_name", "company", "is_own"),
        [
            ("Schmidt-Meier", "Schmidt-Meier Beratung", True),
            ("Schmidt-Meier", "Rosa Schmidt Meier", True),
            ("von der Heide", "von der Heide Consulting", True),
            ("Heide", "Heidekraut Versand", False),
            ("Huber", "Huber GmbH", False),
        ],
    )
    def test_of_a_lead_bear_its_last_name_however_it_is_joined(self, tmp_path, now, last_name, company, is_own):
        write(tmp_path, "Lead.csv", [contact(1, FirstName="Rosa", LastName=last_name, Company=company)])

        (row,) = rows_of(read_salesforce(tmp_path, groups=GROUPS, now=now), "Lead.csv").values()

        assert row.employer.is_own_business is is_own

    @pytest.mark.parametrize("company", ["anna@privatpost.example", "Hans Huber", "Huber, Hans", "Malerei Hans Huber"])
    def test_that_are_an_address_or_somebody_else_of_the_export_are_left_out(self, tmp_path, now, company):
        """Art. 4(1) DSGVO."""
        write(tmp_path, "Contact.csv", [contact(1, FirstName="Hans", LastName="Huber")])
        write(tmp_path, "Lead.csv", [contact(2, FirstName="Eva", LastName="Klein", Company=company)])

        row = people(read_salesforce(tmp_path, groups=GROUPS, now=now))["Klein"]

        assert (row.employer.name, row.remarks) == (None, (Reason.COMPANY_IS_PERSON,))

    def test_are_left_out_where_the_name_is_another_persons(self, export):
        assert not people(export)["Winter"].employer
        assert people(export)["Winter"].remarks == (Reason.COMPANY_IS_PERSON,)

    def test_are_none_where_somebody_had_to_enter_something(self, export):
        assert not people(export)["Privat"].employer


class TestSurvey:
    def test_counts_what_has_no_purpose_by_name_in_all_files(self, export):
        dropped = export.survey.dropped_fields()

        once = ("Annual_Income__c", "Conviction__c", "Credit_Score__c", "Jigsaw", "JigsawContactId", "Birthdate")
        assert [dropped[name] for name in once] == [1] * len(once)
        assert dropped["Gender__c"] == 2
        assert sum(number for name, number in dropped.items() if name.casefold() == "ownerid") == 31

    def test_knows_the_last_contact_over_all_records_of_a_person(self, tmp_path, now):
        write(tmp_path, "Contact.csv", [contact(1, LastActivityDate="2019-01-01")])
        write(tmp_path, "Lead.csv", [contact(1, Id=record_id(2), LastActivityDate="2026-05-05")])

        export = read_salesforce(tmp_path, groups=GROUPS, now=now)

        assert list(export.survey.latest_contact.values()) == [datetime(2026, 5, 5, tzinfo=UTC)]


def test_headers_may_have_any_case_and_order(tmp_path, now):
    columns = ["LASTNAME", "id", "eMail", "Something New"]
    write(
        tmp_path, "CONTACT.CSV", [{"id": record_id(1), "LASTNAME": "Groß", "eMail": "g@example.org", "Something New": "7"}], columns=columns
    )

    export = read_salesforce(tmp_path, groups=GROUPS, now=now)

    (row,) = rows_of(export, "CONTACT.CSV").values()
    assert row.fields == {"last_name": "Groß", "email": "g@example.org"}
    assert export.survey.dropped_fields() == {"Something New": 1}


def test_the_same_files_have_the_same_fingerprint_and_others_another(tmp_path, now):
    write(tmp_path, "Contact.csv", [contact(1)])
    first = read_salesforce(tmp_path, groups=GROUPS, now=now).fingerprint
    again = read_salesforce(tmp_path, groups=GROUPS, now=now).fingerprint
    write(tmp_path, "Contact.csv", [contact(2)])

    assert again == first
    assert read_salesforce(tmp_path, groups=GROUPS, now=now).fingerprint != first
