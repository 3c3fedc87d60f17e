"""Imports into an installation, and what stands there afterwards."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.actor import Actor
from crm.db import Base, make_engine
from crm.models.company import Company
from crm.models.consent import ConsentEvent
from crm.models.contact import SEALED_COLUMN, Contact, SourceRecord
from crm.models.lawfulness import NoticeEvent
from crm.models.privacy_task import PrivacyTask
from crm.models.request_case import RequestCase
from crm.models.retention import RetentionDue
from crm.privacy import purposes, sealing
from crm.privacy.erasure import plan
from crm.privacy.lawfulness import PersonState, find_states
from crm.runtime import Runtime
from crm.services.imports.importing import Importer
from crm.services.imports.salesforce import read_salesforce
from crm.services.imports.spreadsheet import read_mapping, read_spreadsheet
from crm.services.imports.terms import Migration, find_terms
from crm.settings import Settings
from crm.vault import FileKeyProvider, create_keystore, keystore_metadata

ACTOR = Actor("cli:1000")
ZONE = ZoneInfo("Europe/Berlin")


@dataclass
class Taken:
    """One person as they stand after an import."""

    subject_id: str
    fields: dict
    origin: str
    contact: Contact
    state: PersonState
    company: Company | None = None
    tasks: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    consents: list = field(default_factory=list)
    cases: list = field(default_factory=list)


def remember_records(vault):
    """Return by tag the records that this vault is asked about from now on; the database itself no longer says which they are."""
    asked, make_tag = {}, vault.source_tag

    def source_tag(system, record_id):
        tag = make_tag(system, record_id)
        asked[tag] = record_id
        return tag

    vault.source_tag = source_tag
    return asked


class Installation:
    """An installation that imports."""

    def __init__(self, runtime):
        self.runtime = runtime
        self.database = runtime.database
        self.record_of = remember_records(runtime.vault)

    def terms(self, *, migration=Migration.OWN, purpose="business_contact", owner=None):
        with self.database.reading() as session:
            return find_terms(session, purpose=purpose, migration=migration, owner=owner, actor=ACTOR)

    def take_in_spreadsheet(self, path, mapping, **terms):
        terms = self.terms(**terms)
        now = self.runtime.clock.now()
        export = read_spreadsheet(path, mapping=read_mapping(mapping), groups=terms.purpose.groups, now=now)
        importer = Importer(self.database, export, terms=terms, settings=self.runtime.settings, clock=self.runtime.clock)
        applied = importer.apply(progress=lambda _: None)
        importer.finish(applied)
        return applied.report.as_json(translate=str)

    def importer(self, folder, **terms):
        terms = self.terms(**terms)
        export = read_salesforce(folder, groups=terms.purpose.groups, now=self.runtime.clock.now())
        return Importer(self.database, export, terms=terms, settings=self.runtime.settings, clock=self.runtime.clock)

    def foretell(self, folder, **terms):
        return self.importer(folder, **terms).foretell(progress=lambda _: None).as_json(translate=str)

    def take_in(self, folder, **terms):
        importer = self.importer(folder, **terms)
        applied = importer.apply(progress=lambda _: None)
        importer.finish(applied)
        return applied.report.as_json(translate=str)

    def people(self):
        """Return everybody by the kind and number of their records; several records may be one person."""
        known = select(SourceRecord.record_tag, SourceRecord.subject_id).where(SourceRecord.subject_id.is_not(None))
        with self.database.reading() as session:
            records = [(self.record_of[tag], subject_id) for tag, subject_id in session.execute(known)]
            states = find_states(session, [subject_id for _, subject_id in records], now=self.runtime.clock.now())
            taken = {subject_id: self._taken(session, state) for subject_id, state in states.items()}
        return {record_id[:3] + record_id[-6:-3].lstrip("0"): taken[subject_id] for record_id, subject_id in records}

    def _taken(self, session, state):
        contact = session.get_one(Contact, state.subject_id)
        values = {group: getattr(contact, column) for group, column in SEALED_COLUMN.items()}
        sealed = [(sealing.contact_place(state.subject_id, group), value) for group, value in values.items() if value]
        fields = {name: value for each in sealing.open_all(session, sealed) for name, value in each.items()}
        origin = sealing.take_origin(fields)

        def of_person(model):
            return session.scalars(select(model).where(model.subject_id == state.subject_id)).all()

        company = session.get(Company, contact.company_id) if contact.company_id else None
        return Taken(
            state.subject_id,
            fields,
            origin,
            contact,
            state,
            company,
            sorted(of_person(PrivacyTask), key=lambda task: task.kind),
            of_person(NoticeEvent),
            of_person(ConsentEvent),
            of_person(RequestCase),
        )

    def days(self):
        """Return by the kind and number of their records which rule lets people go and on which day; those without a day are left out."""
        with self.database.reading() as session:
            known = {each.subject_id: (each.rule, each.due_on) for each in session.scalars(select(RetentionDue))}
        return {name: known[taken.subject_id] for name, taken in self.people().items() if taken.subject_id in known}

    def planned(self, day):
        """Return who is due in the plan of a day, and who is held back."""
        with self.database.reading() as session:
            found = plan.make_plan(session, day=day, zone=ZONE, now=self.runtime.clock.now())
        return [each.subject_id for each in found.due], [each.subject_id for each in found.held]

    def company_names(self):
        with self.database.reading() as session:
            return set(session.scalars(select(Company.name).where(Company.name.is_not(None))))

    def content(self):
        """Return every row of every table, key store included."""
        rows = {}
        for engine, metadata in ((self.runtime.engine, Base.metadata), (self.runtime.keystore, keystore_metadata)):
            with engine.connect() as connection:
                for table in metadata.sorted_tables:
                    rows[table.name] = sorted(map(repr, connection.execute(select(table))))
        return rows


@pytest.fixture
def installation(runtime):
    return Installation(runtime)


@pytest.fixture
def another_installation(databases, engine_kind, tmp_path, key_file, index_dir, clock):
    """A second installation beside the first, to compare with."""
    urls = [databases.new(engine_kind, template) for template in ("business", "keystore")]
    folder = tmp_path / "another"
    folder.mkdir(mode=0o700)
    FileKeyProvider.create(folder / "epoch.keys")
    keystore = make_engine(urls[1])
    create_keystore(keystore)
    keystore.dispose()
    settings = Settings(data_dir=folder, database_url=urls[0], keystore_url=urls[1], key_file=folder / "epoch.keys", index_dir=index_dir)
    opened = Runtime.open(settings, clock=clock)
    opened.vault.prepare()
    with opened.database.writing() as session:
        purposes.load_initial(session, actor=ACTOR, now=clock.now())
    yield Installation(opened)
    opened.close()
    for url in urls:
        databases.drop(url)
