"""An installation with a drop mailbox, a saleswoman, and customers."""

import json
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.ledger.tables import entry as ledger_entry
from crm.mail import OutboxMessage
from crm.models.contact import Note
from crm.privacy import disclosure, lawfulness, post, purposes
from crm.runtime import Runtime
from crm.services.drop import fetching
from tests.integration.privacy.people import SALES, make_person
from tests.support.dropped_mail import DROP, VERA
from tests.support.imap_servers import PASSWORD, USER, imap_server, running_imap_server  # noqa: F401 - fixtures
from tests.support.staff import hire, quick_hashes  # noqa: F401 - a fixture


@dataclass
class Office:
    """What a test works on."""

    runtime: Runtime
    server: object
    now: object

    @property
    def database(self):
        return self.runtime.database

    def meet(self, email, *codes, name="Wehmeier", **overrides):
        """Take somebody in and return their id."""
        fields = {"first_name": "Katharina", "last_name": name, "email": email}
        with self.database.writing() as session:
            return make_person(session, self.now, *codes, fields=fields, **overrides)

    def hire(self, *roles, email=VERA, **more):
        return hire(self.database, self.now, *roles or (Role.SALES,), email=email, **more)

    def put(self, *messages):
        for each in messages:
            self.server.put(each if isinstance(each, bytes) else each.as_bytes())

    def fetch(self, inbox=None, runtime=None):
        used = runtime or self.runtime
        return fetching.fetch(used.database, inbox or self.server.inbox(), settings=used.settings, clock=used.clock.now)

    def notes_of(self, subject_id, code="business_contact"):
        """Return the texts of the notes about somebody, as staff read them."""
        with self.database.reading() as session:
            purpose = purposes.find_all(session).get(code)
            return [
                each.text
                for each in disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=SALES, now=self.now).notes
            ]

    def note_rows(self):
        with self.database.reading() as session:
            return session.scalars(select(Note)).all()

    def letters(self):
        """Return what waits in the outbox, opened, the oldest first."""
        with self.database.reading() as session:
            rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.written_at, OutboxMessage.id)).all()
            return [(row.kind, post._open(session, row.id, row.sealed_letter)) for row in rows]

    def kinds(self):
        return sorted(kind for kind, _letter in self.letters())

    def entries(self, *actions):
        with self.database.reading() as session:
            leaves = [json.loads(leaf) for leaf in session.scalars(select(ledger_entry.c.leaf).order_by(ledger_entry.c.id))]
            return [leaf for leaf in leaves if leaf["act"] in actions]

    def is_usable(self, subject_id, code="business_contact"):
        with self.database.reading() as session:
            state = lawfulness.find_states(session, [subject_id], now=self.now)[subject_id]
            return lawfulness.standing(purposes.find_all(session).get(code), state, now=self.now)


@pytest.fixture
def settings(settings, running_imap_server, tmp_path):  # noqa: F811 - the fixture it is named after
    """The settings of an installation that has a drop mailbox."""
    password = tmp_path / "drop.password"
    password.write_text(f"{PASSWORD}\n", encoding="utf-8")
    drop = {
        "drop_address": DROP,
        "drop_host": "127.0.0.1",
        "drop_port": running_imap_server.port,
        "drop_user": USER,
        "drop_password_file": password,
    }
    return settings.model_copy(update=drop)


@pytest.fixture
def office(runtime, imap_server, now, quick_hashes):  # noqa: F811 - fixtures
    """An installation where Vera works in sales."""
    made = Office(runtime, imap_server, now)
    made.vera = made.hire()
    return made
