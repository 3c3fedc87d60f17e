"""People in front of the portal, the worker behind it, and what both leave in the database."""

import json
import re

import pytest
from sqlalchemy import event, func, select

from crm.mail.outbox import OutboxMessage
from crm.models.intake import IntakeMessage
from crm.models.lawfulness import ObjectionEvent, SuppressionEntry
from crm.portal import create_app
from crm.privacy import intake, lawfulness
from crm.privacy.erasure import run
from crm.runtime import PortalRuntime
from crm.vault import Vault
from tests.integration.privacy.people import FIELDS, make_person, purpose

PERSON = FIELDS["email"]
NOBODY = "niemand@example.org"


class Counter:
    """The portal as its visitors meet it, with the worker within reach."""

    def __init__(self, runtime, clock):
        self.runtime, self.clock, self.database = runtime, clock, runtime.database
        self.portal = PortalRuntime.open(runtime.settings, clock=clock)
        self.client = create_app(self.portal).test_client()

    def add_person(self, **fields):
        with self.database.writing() as session:
            return make_person(session, self.clock.now(), "business_contact", "sales_approach", fields={**FIELDS, **fields})

    def object(self, email):
        return self.client.post("/objection", data={"email": email})

    def ask_for_erasure(self, email=PERSON, **fields):
        return self.client.post("/erasure", data={"email": email, **fields})

    def drain(self):
        return intake.drain(self.database, settings=self.runtime.settings, now=self.clock.now())

    def lapse(self):
        with self.database.writing() as session:
            return intake.lapse(session, now=self.clock.now())

    def forget(self):
        """Run the Löschkonzept for today and return by rule what went."""
        [report] = run.catch_up(self.database, vault=self.runtime.vault, clock=self.clock.now)
        return report.counts

    def standing(self, subject_id, code="sales_approach"):
        with self.database.reading() as session:
            state = lawfulness.find_states(session, [subject_id], now=self.clock.now())[subject_id]
            return lawfulness.standing(purpose(session, code), state, now=self.clock.now())

    def mails(self):
        """Return what waits in the outbox, as (kind, letter), in the order of writing."""
        with self.database.reading() as session:
            vault = Vault.of(session)
            rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.written_at, OutboxMessage.id)).all()
            return [(row.kind, json.loads(vault.open_own("outbox_message", "sealed_letter", row.id, row.sealed_letter))) for row in rows]

    def link(self, kind):
        """Return the path of the link in the newest mail of this kind."""
        text = [letter["text"] for found, letter in self.mails() if found == kind][-1]
        return re.search(rf"{self.runtime.settings.portal_origin}(/\w/\S+)", text)[1]

    def count(self, table, *where):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table).where(*where))

    def waiting(self):
        return self.count(IntakeMessage, IntakeMessage.set_aside_at.is_(None))

    def suppressed(self):
        with self.database.reading() as session:
            return session.scalars(select(SuppressionEntry)).all()

    def acts(self):
        """Return all acts about objections, in their order."""
        with self.database.reading() as session:
            return list(session.scalars(select(ObjectionEvent.act).order_by(ObjectionEvent.id)))


@pytest.fixture
def counter(runtime, clock):
    """A portal without keys in front of a running installation."""
    made = Counter(runtime, clock)
    yield made
    made.portal.close()


@pytest.fixture
def statements(counter):
    """Every statement the portal's own process sends to its database."""
    heard = []

    def listen(_connection, _cursor, statement, _parameters, _context, _many):
        heard.append(statement)

    event.listen(counter.portal.engine, "before_cursor_execute", listen)
    return heard
