"""An installation with one person of whom there is something everywhere, and somebody beside them."""

from dataclasses import dataclass

import pytest

from crm.actor import Actor, Role
from crm.models.contact import NoteKind
from crm.models.intake import IntakeKind
from crm.privacy import intake, notes, purposes, suppression
from crm.privacy.access import copying
from crm.privacy.intake import letterbox
from crm.privacy.purposes import Channel
from crm.privacy.suppression import SuppressionReason
from tests.support.furnished import Furnished
from tests.support.whole_person import EMAIL, WholePerson, furnish

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@dataclass
class House(Furnished):
    """What a test works on."""

    person: WholePerson

    def copy(self, *subject_ids, words=()):
        wanted = subject_ids or (self.person.subject_id,)
        with self.database.reading() as session:
            return copying.open_copy(session, subject_ids=wanted, words=words, actor=COORDINATOR, now=self.now)

    def drop_in(self, *, taken_out):
        """Let the person ask on the portal; `taken_out`: the worker has seen it."""
        with self.database.writing() as session:
            asked = {"email": EMAIL, "message": "zqletterbox"}
            letterbox.receive(session, kind=IntakeKind.ERASURE, message=asked, link_hash=None, language="de", now=self.now)
        if taken_out:
            intake.drain(self.database, settings=self.runtime.settings, now=self.now)

    def note(self, text):
        with self.database.writing() as session:
            notes.write(
                session,
                subject_id=self.person.subject_id,
                text=text,
                kind=NoteKind.NOTE,
                purpose=purposes.find_all(session).get("request_handling"),
                actor=COORDINATOR,
                now=self.now,
            )

    def suppress(self):
        with self.database.writing() as session:
            reason = SuppressionReason.OBJECTION_6_1_F
            suppression.enter(session, address=EMAIL, channel=Channel.EMAIL, reason=reason, actor=COORDINATOR, now=self.now)


@pytest.fixture
def house(runtime, clock):
    return House(runtime, clock, furnish(runtime, clock.now()))
