"""Asks whether a company that somebody types in is a human being who is here already.

Source: Art. 4(1) DSGVO: the name of a company is not sealed, that of a person is.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm import search
from crm.actor import Actor
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure
from crm.privacy.matching import fold_words, in_order
from crm.privacy.purposes import Purpose
from crm.search import SearchGroup
from crm.services.companies import kinds
from crm.services.contacts.listing import searchable_groups

_ASKED = 50


def is_called_like_a_contact(session: Session, *, name: str, purpose: Purpose, actor: Actor, now: datetime) -> bool:
    """Return whether a contact whom the purpose may use bears exactly this name, first and last.

    Whom the purpose may not use, nobody learns of; so a name of somebody restricted gives the answer of an unknown one.
    One entry for the question, also where nobody bears the name, because the form would otherwise try out names unseen.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    asked = in_order(name)
    wanted = fold_words(asked)
    if " " not in wanted or kinds.has_legal_form(name) or SearchGroup.IDENTITY not in searchable_groups(purpose):
        return False
    people = disclosure.open_people(
        session,
        subject_ids=_find_candidates(session, asked, purpose),
        groups=frozenset({FieldGroup.IDENTITY}),
        purpose=purpose,
        actor=actor,
        now=now,
    )
    return any(fold_words(f"{each.fields.get('first_name', '')} {each.fields.get('last_name', '')}") == wanted for each in people)


def _find_candidates(session: Session, text: str, purpose: Purpose) -> tuple[str, ...]:
    index: search.IndexReader = session.info["index"]
    query = search.Query(purpose=1 << purpose.bit, groups=frozenset({SearchGroup.IDENTITY}), text=text, limit=_ASKED)
    try:
        return tuple(index.find(query).subject_ids)
    except search.IndexBuildingError:
        return ()  # a question less is better than a form that cannot be saved
