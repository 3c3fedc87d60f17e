"""Makes of a row what the door of collection takes: fields the purpose needs, ages and origin of the source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.models.field_groups import COMPANY_GROUP
from crm.privacy.collection import NewPerson, SourceKey, keep_opened
from crm.privacy.objection import Objection
from crm.privacy.tasks import UNKNOWN_ORIGIN
from crm.services.companies.entry import CompanyEntry
from crm.services.imports.rows import CompanyRow, PersonRow, Wishes
from crm.services.imports.survey import Survey
from crm.services.imports.terms import Terms, is_time_up
from crm.settings import Settings


@dataclass(frozen=True, slots=True)
class PeopleMaker:
    """Turns rows into people on the terms of one import."""

    system: str
    terms: Terms
    survey: Survey
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the controller, in which days begin and end."""
        return ZoneInfo(self.settings.time_zone)

    def person(self, row: PersonRow, company_id: str | None, *, now: datetime) -> NewPerson:
        """Return the person of a row."""
        return self._person(row, row.fields, company_id=company_id, now=now)

    def trader(self, row: CompanyRow, *, now: datetime) -> NewPerson:
        """Return the human being that a company is."""
        return self._person(row, row.person, company_id=None, now=now)

    def _person(self, row: PersonRow | CompanyRow, fields: Mapping[str, str], *, company_id: str | None, now: datetime) -> NewPerson:
        return NewPerson(
            fields=keep_opened(fields, self.terms.purpose),
            purposes=[self.terms.purpose],
            origin=row.origin or UNKNOWN_ORIGIN,
            notice=self.terms.notice,
            collected_at=self.collected_at(row, now=now),
            last_contact_at=self.last_contact_at(row, now=now),
            is_prospect=row.prospect,
            company_id=company_id,
            owner_id=self.terms.owner_id,
            source=SourceKey(system=self.system, record_id=row.record_id),
            objections=self.objections(row.wishes),
        )

    def business(self, name: str) -> CompanyEntry:
        """Return the business of a sole trader of whom only its name is known."""
        return CompanyEntry(fields={"name": name}, owner_id=self.terms.owner_id)

    def company(self, row: CompanyRow) -> CompanyEntry:
        """Return the company of a row; of a sole trader only what the purpose needs."""
        needed = {name: value for name, value in row.fields.items() if COMPANY_GROUP[name] in self.terms.purpose.groups}
        return CompanyEntry(fields=needed if row.natural_person else row.fields, segment=row.segment, owner_id=self.terms.owner_id)

    def collected_at(self, row: PersonRow | CompanyRow, *, now: datetime) -> datetime:
        """Return since when the data are held, never later than now."""
        return min(row.created_at or row.last_contact_at or now, now)

    def last_contact_at(self, row: PersonRow | CompanyRow, *, now: datetime) -> datetime:
        """Return the last contact in substance over all records of this person; a planned one does not count yet."""
        own = row.last_contact_at or row.created_at or now
        likeness = row.likeness if isinstance(row, PersonRow) else None
        latest = self.survey.latest_contact.get(likeness, own) if likeness else own
        return min(max(own, latest), now)

    def is_time_up(self, row: PersonRow | CompanyRow, *, now: datetime) -> bool:
        """Return whether the period of this person had ended before the import; legal persons have none."""
        if isinstance(row, CompanyRow) and not row.natural_person:
            return False
        last_contact_at = self.last_contact_at(row, now=now)
        return is_time_up(self.terms, last_contact_at=last_contact_at, prospect=row.prospect, zone=self.zone, now=now)

    def objections(self, wishes: Wishes) -> tuple[Objection, ...]:
        """Return what the person objects to; who contests the use as such objects to the purpose of the import."""
        contested = (Objection(self.terms.purpose.code),) if wishes.use_contested else ()
        return (*sorted(wishes.objections, key=lambda each: (each.scope, each.channel or "")), *contested)
