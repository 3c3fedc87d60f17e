"""Rows about people: contacts, leads, lines of a spreadsheet."""

from datetime import datetime

from crm.errors import InvalidInputError
from crm.models.field_groups import GROUP_OF
from crm.privacy.matching import find_likeness
from crm.services.imports.cells import Cells, read_salutation
from crm.services.imports.custom_values import read_custom
from crm.services.imports.employers import find_employer
from crm.services.imports.names import is_role_mailbox, split_full_name
from crm.services.imports.policy import ImportPolicy
from crm.services.imports.rows import Employer, LeftOut, PersonRow, Reason, Verdict
from crm.services.imports.source_file import SourceFile
from crm.services.imports.survey import Survey
from crm.services.imports.table import Record
from crm.services.imports.values import find_moment

# With one of these a person can be told from others or be reached.
_ENOUGH = ("first_name", "last_name", "email", "phone", "mobile", "street")


class PersonReader:
    """Makes people of the records of one file."""

    def __init__(self, file: SourceFile, *, policy: ImportPolicy, survey: Survey, now: datetime) -> None:
        self._file = file
        self._policy = policy
        self._survey = survey
        self._now = now

    def read(self, record: Record) -> PersonRow | LeftOut:
        """Return the person of a record, or why there is none."""
        cells = Cells(self._file.binding, record)
        if reason := leave_out(cells):
            return LeftOut(record.row, Verdict.SKIPPED, reason)
        if cells.has_null_character():
            return LeftOut(record.row, Verdict.REFUSED, Reason.NULL_CHARACTER)
        fields = self._fields(cells)
        if not any(name in fields for name in _ENOUGH):
            return LeftOut(record.row, Verdict.REFUSED, Reason.NOBODY)
        compared = cells.compared(fields)
        employer = find_employer(
            cells.text("company"),
            first_name=fields.get("first_name", ""),
            last_name=fields.get("last_name", ""),
            policy=self._policy,
            survey=self._survey,
        )
        if employer.left_out:
            cells.remarks.append(Reason.COMPANY_IS_PERSON)
        ages = cells.ages(self._policy.dates, now=self._now)
        cells.remark_unknown_age(ages)
        return PersonRow(
            row=record.row,
            record_id=cells.record_id() or self._file.id_of_row(record.row),
            fields=fields,
            compared=compared,
            origin=cells.origin(self._file.origin),
            created_at=ages.created_at,
            last_contact_at=ages.last_contact_at,
            employer=employer,
            prospect=self._is_prospect(employer),
            likeness=None if is_role_mailbox(compared.get("email", ""), self._policy.role_mailboxes) else find_likeness(compared),
            wishes=cells.wishes() | self._survey.wishes_of(cells.record_id("individual")),
            remarks=tuple(cells.remarks),
        )

    def _is_prospect(self, employer: Employer) -> bool:
        """Return whether the old system calls them one: a lead, or somebody at a company that is no customer yet.

        Whoever merely has no company may be a private customer; guessing otherwise would hide them.
        """
        return self._file.prospects or employer.record_id in self._survey.prospect_companies

    def _fields(self, cells: Cells) -> dict[str, str]:
        fields = cells.fields(GROUP_OF) | self._custom(cells)
        read_salutation(fields, self._policy.salutations)
        full_name = cells.text("full_name")
        if full_name and not fields.get("first_name") and not fields.get("last_name"):
            first, last = split_full_name(full_name)
            fields |= {name: text for name, text in (("first_name", first), ("last_name", last)) if text}
        cells.check_addresses(fields)
        if born := fields.pop("birth_date", ""):
            if moment := find_moment(born):
                fields["birth_date"] = moment.date().isoformat()
            else:
                cells.remarks.append(Reason.MOMENT_UNREADABLE)
        return fields

    def _custom(self, cells: Cells) -> dict[str, str]:
        """Return the values of custom fields; one that does not fit is left out, and the row says so."""
        values: dict[str, str] = {}
        for field in self._file.custom:
            if text := cells.text(field.name):
                try:
                    values[field.name] = read_custom(field, text)
                except InvalidInputError:
                    cells.remarks.append(Reason.CUSTOM_VALUE_INVALID)
        return values


def leave_out(cells: Cells) -> Reason | None:
    """Return why a record is not taken: the other system no longer counts it."""
    if cells.says_yes("deleted"):
        return Reason.DELETED
    return Reason.CONVERTED if cells.says_yes("converted") else None
