"""What only the whole of an export tells: wishes kept beside the people, kinds of companies, doubles.

Made while everything is validated, before the first write, and the same each time from the same files.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm.privacy.matching import Likeness, fold_name, fold_words
from crm.services.imports.names import find_person_in
from crm.services.imports.rows import NO_WISHES, LeftOut, Wishes, WishRow

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Survey:
    """Facts across the files of one export.

    Attributes:
        rows: number of records by file.
        dropped: values without a purpose, by name of the column.
        unfit: values that do not fit the custom field their column goes to, by name of the column.
        beside: rows of files that only say something about people of other files, by name of the file.
        company_names: companies of this export by id, with their names as `fold_words` returns them.
        prospect_companies: those of them that are no customers (yet).
        contact_names: (company id, folded name) of the contacts of companies.
        person_names: full names of everybody in this export, as `fold_words` returns them.
        latest_contact: last contact over all records of one person, by what makes records one person.
    """

    rows: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
    beside: dict[str, list[LeftOut | WishRow]] = field(default_factory=dict)
    wishes: dict[str, Wishes] = field(default_factory=dict)
    company_names: dict[str, str] = field(default_factory=dict)
    prospect_companies: set[str] = field(default_factory=set)
    contact_names: set[tuple[str, str]] = field(default_factory=set)
    person_names: set[str] = field(default_factory=set)
    latest_contact: dict[Likeness, datetime] = field(default_factory=dict)

    def wishes_of(self, individual_id: str) -> Wishes:
        """Return what is kept under this id; nothing for none."""
        return self.wishes.get(individual_id, NO_WISHES)

    def is_called_like_its_contact(self, company_id: str, name: str) -> bool:
        """Return whether the company has the name of one of its own contacts."""
        return (company_id, fold_name(name)) in self.contact_names

    def is_the_company(self, company_id: str | None, person: str) -> bool:
        """Return whether a contact is the company it belongs to, because its name holds theirs."""
        company, name = self.company_names.get(company_id or ""), fold_words(person)
        return company is not None and bool(name) and f" {name} " in f" {company} "

    def find_person_in(self, company: str) -> str | None:
        """Return the full name of somebody of this export that the name of a company holds, as it is written there."""
        return find_person_in(company, self.person_names)

    def note_contact(self, likeness: Likeness | None, moment: datetime | None) -> None:
        """Note one record's last contact for the person behind it."""
        if likeness and moment and moment > self.latest_contact.get(likeness, _LONG_AGO):
            self.latest_contact[likeness] = moment

    def dropped_fields(self) -> Mapping[str, int]:
        """Return the columns that held something and were left behind, by name; files may differ in its case."""
        spelt: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for name, number in self.dropped.items():
            counts[spelt.setdefault(name.casefold(), name)] += number
        return dict(sorted(counts.items()))
