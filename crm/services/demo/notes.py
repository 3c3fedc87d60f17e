"""Invents notes of conversations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.contact import NoteKind
from crm.models.field_groups import FieldGroup
from crm.privacy import lawfulness, notes, purposes
from crm.privacy.lawfulness import Standing
from crm.services.demo.inventions import Inventor

_TEXTS = {
    NoteKind.NOTE: (
        "Bevorzugt Angebote mit Zeichnung als PDF.",
        "Lieferungen bitte nur vormittags, Tor 2.",
        "Entscheidet über Ersatzteile allein, über Anlagen mit der Geschäftsführung.",
    ),
    NoteKind.CALL: (
        "Rückfrage zur Lieferzeit der Dichtungen; Antwort bis Ende der Woche zugesagt.",
        "Angebot ist angekommen, Entscheidung nach der Inventur.",
        "Wartungsvertrag läuft aus, möchte ein Angebot für drei Jahre.",
    ),
    NoteKind.MEETING: (
        "Werksbesuch: Halle 3 wird umgebaut, Bedarf an Fördertechnik ab dem Frühjahr.",
        "Messegespräch: sucht einen zweiten Lieferanten für Pumpen.",
    ),
}


def invent_notes(session: Session, inventor: Inventor, people: Sequence[tuple[str, datetime]], *, actor: Actor, now: datetime) -> None:
    """Write none to two notes about each of these people, where a purpose has room for them."""
    known = [each for each in purposes.find_all(session) if FieldGroup.NOTES in each.groups and Role.PRIVACY not in each.roles]
    states = lawfulness.find_states(session, [subject_id for subject_id, _ in people], now=now)
    for subject_id, collected_at in people:
        purpose = next((each for each in known if lawfulness.standing(each, states[subject_id], now=now) is Standing.ALLOWED), None)
        for _ in range(inventor.chance.choice((0, 0, 1, 2)) if purpose else 0):
            if purpose is None:
                break
            kind = inventor.chance.choice(list(_TEXTS))
            writer = Actor(pseudonym=actor.pseudonym, role=next(iter(purpose.roles)))
            happened_at = collected_at + (now - collected_at) * inventor.chance.random()
            text = inventor.chance.choice(_TEXTS[kind])
            notes.write(
                session, subject_id=subject_id, text=text, kind=kind, purpose=purpose, actor=writer, now=now, happened_at=happened_at
            )
