"""Texts that answer many tickets (Textbausteine); they name nobody, and are filled in when they are used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import InvalidInputError, NotFoundError
from crm.models.ticket import ReplyTemplate
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.errors import StaleVersionError
from crm.readable import many_lines
from crm.services.contacts.fields import clean_line
from crm.services.tickets import errors

LONGEST_TITLE: Final = 80  # characters
LONGEST_TEXT: Final = 4000
PLACEHOLDERS: Final = frozenset({"name", "ticket"})
_BRACES: Final = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEntry:
    """What somebody typed into the form."""

    title: str
    text_de: str
    text_en: str


def find_all(session: Session) -> Sequence[ReplyTemplate]:
    """Return all templates by their name."""
    return session.scalars(select(ReplyTemplate).order_by(ReplyTemplate.title, ReplyTemplate.code)).all()


def get_template(session: Session, *, code: str) -> ReplyTemplate:
    """Return a template.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(ReplyTemplate, code)
    if found is None:
        raise NotFoundError
    return found


def fill(template: ReplyTemplate, *, language: str, name: str, ticket: str) -> str:
    """Return the text in a language with name and number in their places."""
    text = template.text_en if language == "en" else template.text_de
    return text.replace("{name}", name).replace("{ticket}", ticket)


def check(entry: TemplateEntry) -> list[InvalidInputError]:
    """Return everything that is wrong with a template, for a form that shows all of it at once."""
    faults = list[InvalidInputError]()
    try:
        if not _title(entry):
            faults.append(errors.TemplateTitleError(field="title"))
    except InvalidInputError as fault:
        faults.append(fault)
    for field, text in (("text_de", many_lines(entry.text_de)), ("text_en", many_lines(entry.text_en))):
        unknown = [each for each in _BRACES.findall(text) if each not in PLACEHOLDERS]
        if not text:
            faults.append(errors.TemplateTextError(field=field))
        elif len(text) > LONGEST_TEXT:
            faults.append(errors.TemplateTooLongError(field=field, longest=LONGEST_TEXT))
        elif unknown:
            faults.append(errors.PlaceholderError(field=field, placeholder=f"{{{unknown[0]}}}"))
    return faults


def add(session: Session, *, entry: TemplateEntry, actor: Actor, now: datetime) -> str:
    """Keep a new template and return its code.

    Raises:
        InvalidInputError: what was typed cannot be taken.
    """
    _require(entry)
    code = new_id()
    session.add(ReplyTemplate(code=code, changed_at=now, version=1, **_columns(entry)))
    session.flush()
    audit.record(session, Action.TEMPLATE_CHANGED, actor=actor, now=now, kind=code)
    return code


def change(session: Session, *, code: str, entry: TemplateEntry, expected_version: int, actor: Actor, now: datetime) -> None:
    """Change a template.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        InvalidInputError: what was typed cannot be taken.
    """
    get_template(session, code=code)
    _require(entry)
    mine = update(ReplyTemplate).where(ReplyTemplate.code == code, ReplyTemplate.version == expected_version)
    values = {**_columns(entry), "changed_at": now, "version": expected_version + 1}
    if session.execute(mine.values(**values).returning(ReplyTemplate.code)).first() is None:
        raise StaleVersionError
    audit.record(session, Action.TEMPLATE_CHANGED, actor=actor, now=now, kind=code)


def remove(session: Session, *, code: str, actor: Actor, now: datetime) -> None:
    """Remove a template; what was written with it stays."""
    get_template(session, code=code)
    session.execute(delete(ReplyTemplate).where(ReplyTemplate.code == code))
    audit.record(session, Action.TEMPLATE_REMOVED, actor=actor, now=now, kind=code)


def _require(entry: TemplateEntry) -> None:
    faults = check(entry)
    if faults:
        raise faults[0]


def _title(entry: TemplateEntry) -> str:
    return clean_line(entry.title, field="title", longest=LONGEST_TITLE)


def _columns(entry: TemplateEntry) -> dict[str, str]:
    return {"title": _title(entry), "text_de": many_lines(entry.text_de), "text_en": many_lines(entry.text_en)}
