"""Files one dropped mail as a note of each person it went to or came from; done again, it does nothing.

Source: Art. 5(1)(b), (c), 6(1), 18(2) DSGVO.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
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
from crm.services.drop.conversation import Conversation, Found, find_conversations
from crm.services.drop.policy import drop_policy
from crm.services.drop.reading import Dropped, Reading
from crm.services.drop.sorting import ACTOR, find_reason, set_aside
from crm.services.drop.staff import Dropper, find_dropper
from crm.services.drop.telling import Told, Untold, tell
from crm.settings import Settings
from crm.vault import ErasedError, Vault

_NEEDED: Final = {FieldGroup.NOTES, FieldGroup.EMAIL}  # by the address the person is found


def file(session: Session, *, dropped: Dropped, settings: Settings, now: datetime) -> None:
    """File a mail, or refuse it and tell the member of staff who dropped it; in either case it may be deleted afterwards.

    Raises:
        FormAlreadySavedError: another process is filing the same mail at this moment.
    """
    reading = dropped.reading
    reason = find_reason(session, reading.mail if reading else None, settings)
    dropper = find_dropper(session, reading.mail) if reading else None
    if reason or reading is None or dropper is None:
        set_aside(session, {reason or Untold.STRANGER: 1}, actor=ACTOR, now=now)
    elif reading.mail.is_automatic:
        _enter_refusal(session, Untold.AUTOMATIC, actor=dropper.actor, now=now)
    else:
        _Filing(session, dropped, reading, dropper, settings, now).run()


def _enter_refusal(session: Session, reason: Told | Untold, *, actor: Actor, now: datetime, count: int | None = None) -> None:
    audit.record(session, Action.DROP_REFUSED, actor=actor, now=now, result=reason, count=count)


@dataclass(frozen=True, slots=True)
class _Filing:
    """One mail of a known member of staff on its way to a decision."""

    session: Session
    dropped: Dropped
    reading: Reading
    dropper: Dropper
    settings: Settings
    now: datetime

    def run(self) -> None:
        if not self.dropper.writers:
            self._refuse(Told.ROLE)
        elif not self.reading.mail.is_readable:
            self._refuse(Told.UNREADABLE)
        else:
            self._file_all(find_conversations(self.session, self.reading, self.dropper, self.settings))

    def _file_all(self, found: Found) -> None:
        """File what a mail is about, and tell what of it was not."""
        taken = list(_within_bound(found.conversations))
        missed = found.missed + len(found.conversations) - len(taken)
        left = [self._file(each) for each in taken]
        if found.conversations and not taken:
            self._refuse(Told.CROWD)
        elif sum(left) == sum(len(each.addresses) for each in taken):
            self._refuse(Told.NOBODY, number=sum(left))
        else:
            self._tell_the_rest(sum(left), missed)

    def _tell_the_rest(self, left: int, missed: int) -> None:
        if left:
            self._refuse(Told.IN_PART, number=left)
        if missed:
            self._refuse(Told.ATTACHED, number=missed)

    def _file(self, conversation: Conversation) -> int:
        """File one mail, and return with how many of its addresses it is not filed."""
        people = find_by_address(self.session, conversation.addresses)
        # An address that several people share says about none of them that it is theirs (Art. 5(1)(d)).
        sure = list(dict.fromkeys(found[0] for found in people.values() if len(found) == 1))
        states = lawfulness.find_states(self.session, sure, now=self.now)
        filed = {each for each in sure if self._file_with(each, conversation, states)}
        return len([each for each in conversation.addresses if not filed.intersection(people.get(each, [])[:1])])

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
        """Write the note; its period begins today, and only the last contact follows the `Date` of the mail.

        A note is kept from when it is made (RET-17), as one that is typed, and how long is for the controller to say: a `Date`
        is written by whoever sent the mail, so one of the year 2000 would let the note go in the coming night, and what the
        purpose still needs with it. An old mail that is dropped late is kept as long as a note about it typed on that day.
        The last contact decides how long the whole person is kept. It was when the mail was sent: filing an old one is no
        contact. A `Date` can only leave it where it is, or move it up to today.

        Source: Art. 5(1)(e), 24(1) DSGVO.
        """
        sent_at = min(conversation.sent_at or self.now, self.now)
        text = wording.note_about(conversation, sent_at=sent_at, is_whole=self.dropped.is_whole, settings=self.settings)
        with forms.sent_twice_is_known():
            notes.write(
                self.session,
                subject_id=subject_id,
                text=text,
                kind=NoteKind.LETTER,
                purpose=purpose,
                actor=actor,
                now=self.now,
                happened_at=sent_at,
                kept_from=self.now,
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
        mail = self.reading.mail
        sent_at = min(mail.sent_at or self.now, self.now)
        what = "told attached" if told is Told.ATTACHED else "told"  # one mail can be told about both ways
        message_id = self._id_of(what, self.dropper.account.id, mail.subject, mail.text)
        account, settings, now = self.dropper.account, self.settings, self.now
        if tell(self.session, account, told, message_id=message_id, sent_at=sent_at, number=number, settings=settings, now=now):
            _enter_refusal(self.session, told, actor=self.dropper.actor, now=self.now, count=number or None)

    def _id_of(self, *said: str) -> str:
        """Return the id of what this mail makes: a keyed hash, so that it tells nobody who got the same mail."""
        content = json.dumps(said, ensure_ascii=True)
        return Vault.of(self.session).form_tag(self.dropped.key, content).hex()


def _within_bound(conversations: Iterable[Conversation]) -> Iterator[Conversation]:
    """Yield those with whose people one dropped mail is filed; together they are no crowd."""
    room = drop_policy().most_people
    for each in conversations:
        if len(each.addresses) <= room:
            room -= len(each.addresses)
            yield each
