"""An installation with people in it, and a desk that receives their requests."""

from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.db import Compartment
from crm.mail import OutboxMessage
from crm.models.contact import NoteKind
from crm.models.erasure import ErasureCause, RetainedDocument
from crm.models.request_case import CaseKind, CaseWay, Identity, RequestCase
from crm.privacy import collection, lawfulness, notes, post, purposes
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.erasure import eraser, job
from crm.privacy.requests import cases, decision, execution, people, reading
from crm.privacy.requests.deciding import as_proposed
from crm.privacy.requests.proposal import propose
from crm.vault import Place, Subject, Vault
from tests.support.furnished import Furnished
from tests.support.mail_server import MailServer

PRIVACY = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
COLLEAGUE = Actor("d" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
MANAGEMENT = Actor("e" * 32, frozenset({Role.MANAGEMENT}), Role.MANAGEMENT)
DPO = Actor("f" * 32, frozenset({Role.DPO}), Role.DPO)
SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
ZONE = ZoneInfo("Europe/Berlin")
HOURS_72 = timedelta(hours=72)
MONDAY = date(2026, 11, 23)
FIELDS = {
    "salutation": "Frau",
    "first_name": "Katharina",
    "last_name": "Wehmeier",
    "email": "wehmeier@example.com",
    "street": "Lindenufer 14",
    "postal_code": "34117",
    "city": "Kassel",
}


class Crash(BaseException):
    """The process ends here."""


class Desk(Furnished):
    """What a test works on."""

    def take_in(self, *codes, **fields):
        with self.database.writing() as session:
            found = purposes.find_all(session)
            wanted = [found.get(code) for code in codes or ("business_contact",)]
            person = NewPerson(
                fields=collection.keep_allowed({**FIELDS, **fields}, collection.allowed_groups(wanted)),
                purposes=wanted,
                origin="Messe Kassel",
                notice=Notice.GIVEN,
                collected_at=self.now - timedelta(days=200),
                last_contact_at=self.now - timedelta(days=20),
            )
            return collection.collect(session, person=person, actor=SALES, now=self.now).subject_id

    def note(self, subject_id):
        with self.database.writing() as session:
            purpose = purposes.find_all(session).get("business_contact")
            notes.write(session, subject_id=subject_id, text="Mag Pumpen.", kind=NoteKind.CALL, purpose=purpose, actor=SALES, now=self.now)

    def end_contract(self, subject_id):
        with self.database.writing() as session:
            purpose = purposes.find_all(session).get("contract_person")
            lawfulness.end_ground(session, subject_id=subject_id, purpose=purpose, ends_at=self.now, actor=SALES, now=self.now)

    def file_document(self, subject_id, *, rule="RET-10", keep_until=date(2034, 12, 31), number=0):
        with self.database.writing() as session:
            vault = Vault.of(session)
            vault.add_keys(session, [subject_id], compartments=[Compartment.RECORD], now=self.now)
            place = Place(subject_id, Compartment.RECORD, "retained_document", "sealed_title", rule)
            sealed = vault.seal(session, place, b"Rechnung")
            session.add(
                RetainedDocument(
                    subject_id=subject_id,
                    id=f"{number}{rule}".rjust(32, "0"),
                    rule=rule,
                    issued_on=date(2026, 3, 10),
                    keep_until=keep_until,
                    media_type="application/pdf",
                    filed_at=self.now,
                    filed_by=SALES.pseudonym,
                    sealed_title=sealed,
                    sealed_content=sealed,
                )
            )

    def erase(self, subject_id):
        """Let a rule of the Löschkonzept erase somebody."""
        with self.database.writing() as session:
            job.order(session, subject_id=subject_id, cause=ErasureCause.RULE, rule="RET-01", case_id=None, actor=PRIVACY, now=self.now)
        assert eraser.finish(self.database, vault=self.runtime.vault, clock=self.clock.now) == 1

    def destroyed(self, subject_id, compartment):
        """Return the versions of this key that no file holds any more."""
        found = self.runtime.vault.find_destructions([subject_id])
        return [each.version for each in found if each.compartment == compartment and each.removed_at]

    def open(self, *found, **facts):
        """Open a case by letter about these people; return its id."""
        wanted = {
            "subject_id": found[0] if found else None,
            "kind": CaseKind.ERASURE,
            "way": CaseWay.LETTER,
            "language": "de",
            "received_on": MONDAY,
            "identity": Identity.KNOWN,
            "request": {"name": "Katharina Wehmeier", "email": "wehmeier@example.com", "message": "Bitte löschen Sie alles."},
            "objects_too": False,
            "found": [(each, "staff") for each in found],
            "settings": self.runtime.settings,
            "actor": PRIVACY,
            "now": self.now,
        }
        with self.database.writing() as session:
            return cases.open_case(session, **{**wanted, **facts}).id

    def case(self, case_id):
        with self.database.reading() as session:
            return session.get_one(RequestCase, case_id)

    def do(self, act, case_id, *, actor=PRIVACY, **facts):
        """Do one thing to a case, as somebody who sees it as it stands."""
        facts.setdefault("version", self.case(case_id).version)
        with self.database.writing() as session:
            act(session, case_id=case_id, actor=actor, now=self.now, **facts)
        return self.case(case_id)

    def decide(self, case_id, wishes=None, **facts):
        """Decide by these wishes, and about everything else as it is proposed."""
        with self.database.reading() as session:
            found = people.find_living(session, people.find_people(session, case_id))
            proposed = as_proposed(propose(session, subject_ids=found, zone=ZONE, now=self.now))
        return self.do(decision.decide, case_id, wishes=proposed | (wishes or {}), zone=ZONE, **facts)

    def execute(self, *, database=None, now=None):
        return execution.execute_due(
            database or self.database, vault=self.runtime.vault, settings=self.runtime.settings, clock=lambda: now or self.now
        )

    def send(self, transport=None):
        transport = transport or MailServer()
        while post.deliver(self.database, transport, sender="lethe@example.com", now=self.now):
            pass
        return transport

    def read(self, case_id, actor=PRIVACY):
        with self.database.reading() as session:
            return reading.read_case(session, reading.get_case(session, case_id=case_id), actor=actor, now=self.now)

    def state_of(self, subject_id):
        with self.database.reading() as session:
            return session.scalar(select(Subject.state).where(Subject.id == subject_id))

    def mails(self):
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.written_at, OutboxMessage.id)))


class MortalDatabase:
    """A database whose process ends before its n-th writing unit of work."""

    def __init__(self, database, dies_before):
        self._database = database
        self._left = dies_before
        self.engine = database.engine

    def reading(self):
        return self._database.reading()

    @contextmanager
    def writing(self):
        self._left -= 1
        if self._left < 0:
            raise Crash
        with self._database.writing() as session:
            yield session


@pytest.fixture
def desk(runtime, clock):
    return Desk(runtime, clock)
