"""What has no purpose stays outside (Art. 5(1)(b),(c), 9, 10, 25 DSGVO)."""

from collections import Counter
from dataclasses import replace

import pytest

from crm.models.custom_field import CustomFieldKind
from crm.models.field_groups import FieldGroup
from crm.privacy.custom_fields import CustomField
from crm.services.imports.columns import bind, is_forbidden, make_column_map
from crm.services.imports.errors import FieldTwiceError, ForbiddenColumnError, UnknownFieldError
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import import_policy
from crm.services.imports.table import Record
from tests.support.exports import GROUPS

NEVER = import_policy().never
INDUSTRY = CustomField(
    id="1" * 32,
    code="industry",
    title={"de": "Branche", "en": "Industry"},
    kind=CustomFieldKind.TEXT,
    options=(),
    group=FieldGroup.POSITION,
    purposes=("business_contact",),
    rule="RET-38",
    position=1,
    is_retired=False,
    version=1,
)
FORBIDDEN = [
    "Gender__c",
    "GENDER",
    "Geschlecht",
    "Annual_Income__c",
    "Jahreseinkommen",
    "Monatsgehalt",
    "Conviction__c",
    "Vorstrafen",
    "Credit_Score__c",
    "Kreditlimit",
    "Bonität",
    "Bonitaet",
    "SCHUFA-Score",
    "Jigsaw",
    "JigsawContactId",
]


class TestForbidden:
    @pytest.mark.parametrize("header", FORBIDDEN)
    def test_cannot_be_brought_in_by_any_mapping(self, header):
        with pytest.raises(ForbiddenColumnError):
            make_column_map(RowKind.PERSON, {header: "department"}, never=NEVER)

    @pytest.mark.parametrize("header", ["Email", "Accreditation", "Anrede", "Abteilung", "LastName"])
    def test_is_not_what_only_looks_alike(self, header):
        assert not is_forbidden(header, NEVER)

    def test_is_nothing_that_the_shipped_mapping_names(self):
        mapped = [header for known in import_policy().salesforce for header in known.columns.targets]

        assert mapped
        assert not [header for header in mapped if is_forbidden(header, NEVER)]


class TestMap:
    def test_knows_only_fields_that_exist(self):
        with pytest.raises(UnknownFieldError):
            make_column_map(RowKind.PERSON, {"Hobby": "hobby"}, never=NEVER)

    def test_fills_each_field_from_one_column(self):
        with pytest.raises(FieldTwiceError):
            make_column_map(RowKind.PERSON, {"Mail": "email", "Mail 2": "email"}, never=NEVER)

    def test_takes_several_columns_that_say_no(self):
        assert make_column_map(RowKind.PERSON, {"Sperre": "no_marketing", "Robinson": "no_marketing"}, never=NEVER)


class TestBind:
    COLUMNS = make_column_map(RowKind.PERSON, {"Id": "id", "Email": "email", "Birthdate": "birth_date"}, never=NEVER)

    def test_finds_columns_whatever_their_case_and_place(self):
        binding = bind(self.COLUMNS, ["EMAIL", "Anything", "id"], groups=GROUPS)

        assert binding.places == {"email": (0,), "id": (2,)}

    def test_drops_fields_of_groups_that_the_purpose_does_not_open(self):
        header = ["Id", "Email", "Birthdate"]

        assert bind(self.COLUMNS, header, groups=GROUPS).dropped == {2: "Birthdate"}
        assert bind(self.COLUMNS, header, groups={FieldGroup.BIRTH_DATE}).dropped == {1: "Email"}

    @pytest.mark.parametrize(("custom", "taken"), [((INDUSTRY,), True), ((), False), ((replace(INDUSTRY, is_retired=True),), False)])
    def test_takes_a_custom_field_only_while_the_purpose_opens_it_and_it_is_filled(self, custom, taken):
        columns = make_column_map(RowKind.PERSON, {"Id": "id", "Branche": "custom_industry"}, never=NEVER)

        binding = bind(columns, ["Id", "Branche"], groups=GROUPS, custom=custom)

        assert (binding.dropped == {}) is taken
        assert ("custom_industry" in binding.places) is taken

    def test_knows_custom_fields_of_people_alone(self):
        with pytest.raises(UnknownFieldError):
            make_column_map(RowKind.COMPANY, {"Branche": "custom_industry"}, never=NEVER)

    def test_counts_what_is_dropped_by_name_and_only_where_something_stands(self):
        binding = bind(self.COLUMNS, ["Id", "Hobby", "OwnerId"], groups=GROUPS)
        counts = Counter()

        for cells in (["1", "Segeln", "000000000000000AAA"], ["2", "", "005000000000001AAA"], ["3", "Chor", ""]):
            binding.count_dropped(Record(2, cells), counts)

        assert counts == {"Hobby": 2, "OwnerId": 1}
