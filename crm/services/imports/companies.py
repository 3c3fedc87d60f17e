"""Rows about companies, and the question whether a company is a human being."""

from datetime import datetime

from crm.errors import InvalidInputError
from crm.models.company import COMPANY_FIELDS
from crm.services.companies import kinds
from crm.services.companies.entry import SHORT_FIELDS, clean_website
from crm.services.imports.cells import Cells, read_salutation
from crm.services.imports.names import split_full_name
from crm.services.imports.people import leave_out
from crm.services.imports.policy import ImportPolicy
from crm.services.imports.rows import CompanyRow, LeftOut, Reason, Verdict
from crm.services.imports.source_file import SourceFile
from crm.services.imports.survey import Survey
from crm.services.imports.table import Record

_PERSON = ("salutation", "first_name", "last_name", "email", "mobile")
_SHARED = ("phone", "street", "postal_code", "city", "country")  # fields that company and person both have


class CompanyReader:
    """Makes companies of the records of one file."""

    def __init__(self, file: SourceFile, *, policy: ImportPolicy, survey: Survey, now: datetime) -> None:
        self._file = file
        self._policy = policy
        self._survey = survey
        self._now = now

    def read(self, record: Record) -> CompanyRow | LeftOut:
        """Return the company of a record, or why there is none."""
        cells = Cells(self._file.binding, record)
        if reason := leave_out(cells):
            return LeftOut(record.row, Verdict.SKIPPED, reason)
        if cells.has_null_character():
            return LeftOut(record.row, Verdict.REFUSED, Reason.NULL_CHARACTER)
        fields = _with_website(cells, _bounded(cells, cells.fields(COMPANY_FIELDS)))
        person = cells.fields(_PERSON)
        fields.setdefault("name", " ".join(person[name] for name in ("first_name", "last_name") if name in person))
        if not fields["name"]:
            return LeftOut(record.row, Verdict.REFUSED, Reason.NO_NAME)
        if kinds.is_address(fields["name"]):
            return LeftOut(record.row, Verdict.REFUSED, Reason.NAME_IS_ADDRESS)
        natural = self._is_natural_person(cells, fields["name"])
        human = self._person(cells, fields, person) if natural else {}
        ages = cells.ages(self._policy.dates, now=self._now)
        if natural:
            cells.remarks.append(Reason.SOLE_TRADER)
            cells.remark_unknown_age(ages)
        return CompanyRow(
            row=record.row,
            record_id=cells.record_id() or self._file.id_of_row(record.row),
            fields=fields,
            person=human,
            compared=cells.compared(human),
            segment=cells.text("segment")[:40] or None,
            natural_person=natural,
            prospect=self._policy.is_prospect_type(cells.raw("relation")),
            origin=cells.origin(self._file.origin),
            created_at=ages.created_at,
            last_contact_at=ages.last_contact_at,
            wishes=cells.wishes() | self._survey.wishes_of(cells.record_id("individual")),
            remarks=tuple(cells.remarks),
        )

    def _is_natural_person(self, cells: Cells, name: str) -> bool:
        """Return whether the company is a human being.

        Said by the other system (person account) or the mapping, shown by the name (e. K., Inh.), or given away
        by somebody of the export whose name it holds, unless it has the form of a legal person.
        """
        if cells.says_yes("natural_person") or kinds.is_natural_person(name):
            return True
        if self._survey.is_called_like_its_contact(cells.record_id(), name):
            return True
        return self._survey.find_person_in(name) is not None and not kinds.has_legal_form(name)

    def _person(self, cells: Cells, fields: dict[str, str], person: dict[str, str]) -> dict[str, str]:
        """Return the fields of the human being: their own, and those the company shares with them."""
        both = person | {name: fields[name] for name in _SHARED if name in fields}
        if not both.get("last_name"):
            both |= self._name_of_person(fields["name"])
        read_salutation(both, self._policy.salutations)
        cells.check_addresses(both)
        return both

    def _name_of_person(self, name: str) -> dict[str, str]:
        """Return the person's name out of the company's: taken apart where it holds one, else whole (Malerei Huber e. K.)."""
        person = self._survey.find_person_in(name)
        if person is None and kinds.is_natural_person(name):
            return {"last_name": name}
        first, last = split_full_name(person or name)
        return {"first_name": first, "last_name": last} if first else {"last_name": last}


def _with_website(cells: Cells, fields: dict[str, str]) -> dict[str, str]:
    """Bring the address of the website into the form that is kept, and leave out what is none."""
    if website := fields.pop("website", ""):
        try:
            fields["website"] = clean_website(website)
        except InvalidInputError:
            cells.remarks.append(Reason.WEBSITE_INVALID)
    return fields


def _bounded(cells: Cells, fields: dict[str, str]) -> dict[str, str]:
    """Cut what is longer than the columns of a company, and say so."""
    for name, longest in SHORT_FIELDS.items():
        if len(fields.get(name, "")) > longest:
            fields[name] = fields[name][: longest - 1] + "…"
            cells.remarks.append(Reason.VALUE_SHORTENED)
    return fields
