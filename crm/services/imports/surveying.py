"""Validates all records of an export and surveys them, before anything is written."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from crm.privacy.matching import find_likeness, fold_name, fold_words, in_order
from crm.services.imports.columns import Binding
from crm.services.imports.custom_values import count_unfit
from crm.services.imports.errors import IdMissingError, IdTwiceError, IdUnusableError
from crm.services.imports.fields import RowKind
from crm.services.imports.names import is_role_mailbox, split_full_name
from crm.services.imports.policy import ImportPolicy
from crm.services.imports.rows import LeftOut, Reason, Verdict, Wishes, WishRow
from crm.services.imports.source_file import SourceFile
from crm.services.imports.survey import Survey
from crm.services.imports.table import Record
from crm.services.imports.values import clean, clean_id, find_moment, is_rounded, is_yes
from crm.services.imports.wishes import read_consent, read_wishes

_LONGEST_ID = 64


def survey_files(files: Sequence[SourceFile], *, policy: ImportPolicy, now: datetime) -> Survey:
    """Read every record of every file once.

    Raises:
        ImportFileError: a file is broken at a row, or the row has no usable id.
    """
    surveyor = _Surveyor(policy, now)
    for file in files:
        surveyor.read(file)
    surveyor.decide_wishes()
    return surveyor.survey


class _Surveyor:
    def __init__(self, policy: ImportPolicy, now: datetime) -> None:
        self.survey = Survey()
        self._policy = policy
        self._now = now
        self._records_of: dict[str, list[str]] = defaultdict(list)
        self._wishes: list[tuple[str, int, str, Wishes | Reason]] = []

    def read(self, file: SourceFile) -> None:
        notes: dict[RowKind, Callable[[SourceFile, Record], None]] = {
            RowKind.COMPANY: self._note_company,
            RowKind.PERSON: self._note_person,
            RowKind.WISHES: self._note_wishes,
            RowKind.CONSENT: self._note_consent,
        }
        note = notes.get(file.kind)
        seen: set[str] = set()
        for record in file.table.records():
            if file.has_ids:
                _require_id(file, record, seen)
            file.binding.count_dropped(record, self.survey.dropped)
            self.survey.rows[file.name] += 1
            if note:
                note(file, record)

    def _note_company(self, file: SourceFile, record: Record) -> None:
        binding = file.binding
        if is_yes(binding.cell(record, "deleted")):
            return
        record_id = clean_id(binding.cell(record, "id"))
        name = binding.cell(record, "name") or f"{binding.cell(record, 'first_name')} {binding.cell(record, 'last_name')}"
        self.survey.company_names[record_id] = fold_words(in_order(clean(name)))
        if self._policy.is_prospect_type(binding.cell(record, "relation")):
            self.survey.prospect_companies.add(record_id)
        self._note_individual(binding, record)

    def _note_person(self, file: SourceFile, record: Record) -> None:
        binding = file.binding
        if is_yes(binding.cell(record, "deleted")) or is_yes(binding.cell(record, "converted")):
            return
        count_unfit(file, record, self.survey.unfit)
        self._note_individual(binding, record)
        first, last = clean(binding.cell(record, "first_name")), clean(binding.cell(record, "last_name"))
        if not first and not last:
            first, last = split_full_name(clean(binding.cell(record, "full_name")))
        if first and last:
            self.survey.person_names.add(fold_words(f"{first} {last}"))
        if company_id := clean_id(binding.cell(record, "company")):
            self.survey.contact_names.add((company_id, fold_name(f"{first} {last}")))
        email = clean(binding.compared_cell(record, "email"))
        if not is_role_mailbox(email, self._policy.role_mailboxes):
            self.survey.note_contact(find_likeness({"email": email, "first_name": first, "last_name": last}), self._age(binding, record))

    def _note_individual(self, binding: Binding, record: Record) -> None:
        if individual := clean_id(binding.cell(record, "individual")):
            self._records_of[individual].append(clean_id(binding.cell(record, "id")))

    def _age(self, binding: Binding, record: Record) -> datetime | None:
        """Return the last contact, or else the beginning, that the record can have had."""
        for target in ("last_contact_at", "created_at"):
            moment = find_moment(binding.cell(record, target))
            if moment and self._policy.dates.can_have_been(moment, now=self._now):
                return moment
        return None

    def _note_wishes(self, file: SourceFile, record: Record) -> None:
        individual, found = read_wishes(file.binding, record)
        self._wishes.append((file.name, record.row, individual, found))

    def _note_consent(self, file: SourceFile, record: Record) -> None:
        individual, found = read_consent(file.binding, record, policy=self._policy, now=self._now)
        self._wishes.append((file.name, record.row, individual, found))

    def decide_wishes(self) -> None:
        """Give wishes to the people they belong to; the rows of nobody are decided."""
        for name, row, individual, found in self._wishes:
            beside = self.survey.beside.setdefault(name, [])
            if not isinstance(found, Wishes):
                beside.append(LeftOut(row, Verdict.SKIPPED, found))
            elif individual in self._records_of:
                self.survey.wishes[individual] = self.survey.wishes_of(individual) | found
                beside.append(WishRow(row=row, record_ids=tuple(self._records_of[individual]), wishes=found))
            else:
                beside.append(LeftOut(row, Verdict.SKIPPED, Reason.WITHOUT_PERSON))


def _require_id(file: SourceFile, record: Record, seen: set[str]) -> None:
    record_id = clean_id(file.binding.cell(record, "id"))
    if not record_id:
        raise IdMissingError(file=file.name, row=record.row, column=file.id_column)
    if len(record_id) > _LONGEST_ID or is_rounded(record_id):
        raise IdUnusableError(file=file.name, row=record.row)
    if record_id in seen:
        raise IdTwiceError(file=file.name, row=record.row)
    seen.add(record_id)
