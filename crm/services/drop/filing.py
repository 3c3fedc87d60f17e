"""Files one dropped mail as a note of each person it went to or came from; done again, it does nothing.

Source: Art. 5(1)(b), (c), 6(1), 18(2) DSGVO.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor, system_actor
from crm.mail import IncomingMail
from crm.models.contact import Contact, Note, NoteKind
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, lawfulness, notes, purposes, special_categories
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.privacy.intake.people import find_by_address
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.purposes import Purpose
from crm.services import forms
from crm.services.drop import wording
from crm.services.drop.conversation import Conversation, find_conversation
from crm.services.drop.policy import drop_policy
from crm.services.drop.staff import Dropper, find_dropper
from crm.services.drop.telling import Told, Untold, tell
from crm.settings import Settings
from crm.vault import ErasedError, Vault

ACTOR: Final = system_actor("drop")
_NEEDED: Final = {FieldGroup.NOTES, FieldGroup.EMAIL}  # by the address the person is found


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A mail that lies in the drop mailbox.

    Attributes:
        mail: what it says; None where not even its head can be read.
        key: what names it: its Message-ID, or a hash of all that was fetched.
        is_whole: no means that a part was not fetched.
    """

    mail: IncomingMail | None
    key: str
    is_whole: bool


def name_of(mail: IncomingMail | None, content: bytes) -> str:
    """Return the key of a mail."""
    return mail.message_id if mail and mail.message_id else hashlib.sha256(content).hexdigest()


def file(session: Session, *, dropped: Dropped, settings: Settings, now: datetime) -> None:
    """File a mail, or refuse it and tell the member of staff who dropped it; in either case it may be deleted afterwards.

    Raises:
        FormAlreadySavedError: another process is filing the same mail at this moment.
    """
    mail = dropped.mail
    dropper = find_dropper(session, mail) if mail else None
    if mail is None or dropper is None:
        _enter_refusal(session, Untold.STRANGER, actor=ACTOR, now=now)
    elif mail.is_automatic:
        _enter_refusal(session, Untold.AUTOMATIC, actor=dropper.actor, now=now)
    else:
        _Filing(session, dropped, mail, dropper, settings, now).run()


def _enter_refusal(session: Session, reason: Told | Untold, *, actor: Actor, now: datetime, count: int | None = None) -> None:
    audit.record(session, Action.DROP_REFUSED, actor=actor, now=now, result=reason, count=count)


@dataclass(frozen=True, slots=True)
class _Filing:
    """One mail of a known member of staff on its way to a decision."""

    session: Session
    dropped: Dropped
    mail: IncomingMail
    dropper: Dropper
    settings: Settings
    now: datetime

    def run(self) -> None:
        if not self.dropper.writers:
            self._refuse(Told.ROLE)
        elif not self.mail.is_readable:
            self._refuse(Told.UNREADABLE)
        elif conversation := find_conversation(self.session, self.mail, self.dropper, self.settings):
            self._file(conversation)
        else:
            self._refuse(Told.NOBODY)

    def _file(self, conversation: Conversation) -> None:
        if len(conversation.addresses) > drop_policy().most_people:
            self._refuse(Told.CROWD)
            return
        people = find_by_address(self.session, conversation.addresses)
        # An address that several people share says about none of them that it is theirs (Art. 5(1)(d)).
        sure = list(dict.fromkeys(found[0] for found in people.values() if len(found) == 1))
        states = lawfulness.find_states(self.session, sure, now=self.now)
        filed = {each for each in sure if self._file_with(each, conversation, states)}
        left = [each for each in conversation.addresses if not filed.intersection(people.get(each, [])[:1])]
        if left:
            self._refuse(Told.IN_PART if filed else Told.NOBODY, number=len(left))

    def _file_with(self, subject_id: str, conversation: Conversation, states: Mapping[str, PersonState]) -> bool:
        """File a mail with one person, and say whether it is filed there, now or before."""
        way = self._find_way(states.get(subject_id))
        if way is None or self.session.get(Contact, subject_id) is None:
            return False
        note_id = self._id_of("note", subject_id, conversation.subject, conversation.text)
        if self.session.get(Note, (subject_id, note_id)):
            return True
        try:
            self._write(subject_id, note_id, conversation, *way)
        except (PrivacyError, ErasedError):
            return False  # what was decided about the person at this very moment wins
        return True

    def _write(self, subject_id: str, note_id: str, conversation: Conversation, purpose: Purpose, actor: Actor) -> None:
        happened_at = min(conversation.sent_at or self.now, self.now)
        text = wording.note_about(conversation, happened_at=happened_at, is_whole=self.dropped.is_whole, settings=self.settings)
        with forms.sent_twice_is_known():
            notes.write(
                self.session,
                subject_id=subject_id,
                text=text,
                kind=NoteKind.LETTER,
                purpose=purpose,
                actor=actor,
                now=self.now,
                happened_at=happened_at,
                seen_hints=frozenset(special_categories.find_words(text)),
                note_id=note_id,
            )

    def _find_way(self, state: PersonState | None) -> tuple[Purpose, Actor] | None:
        """Return for which purpose, and in which role, a note about this person may be written: the main ones first."""
        known = purposes.find_all(self.session)
        for actor in self.dropper.writers:
            for purpose in known.of_role(actor.role):
                if state and {*purpose.groups} >= _NEEDED and lawfulness.standing(purpose, state, now=self.now) is Standing.ALLOWED:
                    return purpose, actor
        return None

    def _refuse(self, told: Told, *, number: int = 0) -> None:
        """Tell whoever dropped it, and enter it; once, however often the same mail is looked at."""
        sent_at = min(self.mail.sent_at or self.now, self.now)
        message_id = self._id_of("told", self.dropper.account.id, self.mail.subject, self.mail.text)
        account, settings, now = self.dropper.account, self.settings, self.now
        if tell(self.session, account, told, message_id=message_id, sent_at=sent_at, number=number, settings=settings, now=now):
            _enter_refusal(self.session, told, actor=self.dropper.actor, now=self.now, count=number or None)

    def _id_of(self, *said: str) -> str:
        """Return the id of what this mail makes: a keyed hash, so that it tells nobody who got the same mail."""
        content = json.dumps(said, ensure_ascii=True)
        return Vault.of(self.session).form_tag(self.dropped.key, content).hex()
