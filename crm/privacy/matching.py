"""Recognises people we know already: only when address and name agree.

Source: Art. 5(1)(d) DSGVO (accuracy): two people in one record are worse than one person in two.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Contact, Lookup
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, sealing
from crm.privacy.actions import Action
from crm.privacy.purposes import Channel
from crm.search.exact import exact_email
from crm.vault import Subject, SubjectState, Vault

_ANYBODY = select(Lookup.subject_id).limit(1)
# Built once, because every batch of an import asks it.
_WITH_EMAIL = (
    select(Lookup.subject_id, Lookup.tag)
    .join(Subject, Subject.id == Lookup.subject_id)
    .where(
        Lookup.tag.in_(bindparam("tags", expanding=True)), Lookup.field == Channel.EMAIL.value, Subject.state == SubjectState.LIVING.value
    )
    .order_by(Subject.created_at, Subject.id)
)
_JOINTS = re.compile(r"[\s,.&/()+-]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """What must agree for two records to be about one person."""

    email: str
    name: str


def fold_name(name: str) -> str:
    """Return the name as it is compared: `Müller`, `MUELLER` and `Mueller ` agree."""
    if name.isascii():  # nothing to fold in most names, and an import compares every one
        return " ".join(name.lower().split())
    text = unicodedata.normalize("NFC", name).casefold().translate(_UMLAUTS)
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(text.split())


def fold_words(name: str) -> str:
    """Return the words of a name as they are compared, however they are joined: `Schmidt-Meier` and `Schmidt Meier` agree."""
    return " ".join(_JOINTS.split(fold_name(name))).strip()


def in_order(name: str) -> str:
    """Return `Ottokar Zuckerhut` for `Zuckerhut, Ottokar`; any other name as it is."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else name


def find_likeness(fields: Mapping[str, str]) -> Likeness | None:
    """Return what to compare; None when address, first or last name is missing and nothing may be merged."""
    if not (fields.get("first_name") and fields.get("last_name")):
        return None
    email = exact_email(fields.get("email", ""))
    return Likeness(email, fold_name(f"{fields['first_name']} {fields['last_name']}")) if email else None


def find_same(session: Session, likenesses: Sequence[Likeness], *, actor: Actor, now: datetime) -> dict[Likeness, str]:
    """Return the people who agree in address and name, by what they agree in.

    The names of people with one of these addresses are opened for the comparison; one entry names them all.
    """
    candidates = _find_candidates(session, likenesses)
    if not candidates:
        return {}
    names = _open_names(session, candidates)
    audit.record(session, Action.PEOPLE_MATCHED, actor=actor, now=now, subjects=list(candidates), groups=[FieldGroup.IDENTITY])
    found: dict[Likeness, str] = {}
    for subject_id, alike in candidates.items():
        for likeness in alike:
            if names.get(subject_id) == likeness.name:
                found.setdefault(likeness, subject_id)
    return found


def _find_candidates(session: Session, likenesses: Sequence[Likeness]) -> dict[str, list[Likeness]]:
    """Return the living people who have one of these addresses, in a fixed order."""
    if session.scalar(_ANYBODY) is None:
        return {}  # asking for a tag makes its key where there is none, and a dry run changes nothing
    vault = Vault.of(session)
    by_tag: dict[bytes, list[Likeness]] = defaultdict(list)
    for likeness in likenesses:
        for tag in vault.lookup_tags(Channel.EMAIL, likeness.email):
            by_tag[tag].append(likeness)
    if not by_tag:
        return {}
    rows = session.execute(_WITH_EMAIL, {"tags": list(by_tag)})
    candidates: dict[str, list[Likeness]] = defaultdict(list)
    for subject_id, tag in rows:
        candidates[subject_id] += by_tag[tag]
    return candidates


def _open_names(session: Session, subject_ids: Mapping[str, list[Likeness]]) -> dict[str, str]:
    rows = session.execute(
        select(Contact.subject_id, Contact.sealed_identity).where(
            Contact.subject_id.in_(list(subject_ids)), Contact.sealed_identity.is_not(None)
        )
    )
    sealed = [(subject_id, value) for subject_id, value in rows if value]
    opened = sealing.open_all(session, [(sealing.contact_place(subject_id, FieldGroup.IDENTITY), value) for subject_id, value in sealed])
    return {
        subject_id: fold_name(f"{fields.get('first_name', '')} {fields.get('last_name', '')}")
        for (subject_id, _), fields in zip(sealed, opened, strict=True)
    }
