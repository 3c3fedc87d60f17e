"""What the form for a new company asks before it saves; whoever has answered is not asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from crm.db import Session
from crm.models.company import Company, CompanyKind
from crm.services.companies import from_form
from crm.services.companies.namesakes import is_called_like_a_contact
from crm.web.companies.form_fields import TypedCompany
from crm.web.desk import Desk
from crm.web.typed import typed_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked, and what was answered, so that the next page keeps it.

    Attributes:
        same: companies of the same name.
        is_person: a contact is called like that.
        confirmed_name: the name of which somebody has said that it is a legal person's; another name is another question.
    """

    same: Sequence[Company] = ()
    is_person: bool = False
    confirmed_duplicate: bool = False
    confirmed_name: str = ""

    def __bool__(self) -> bool:
        return bool(self.same or self.is_person)


NO_QUESTIONS: Final = Questions()


def find_questions(db: Session, desk: Desk, typed: TypedCompany) -> Questions:
    """Return what is to be asked about a legal person; a sole trader is a person as it is."""
    if typed.kind != CompanyKind.LEGAL_PERSON:
        return NO_QUESTIONS
    name = typed.fields["name"]
    confirmed_duplicate, confirmed_name = bool(request.form.get("confirm_duplicate")), typed_line("confirm_legal_person")
    return Questions(
        same=() if confirmed_duplicate else from_form.find_same_name(db, name=name),
        is_person=confirmed_name != name and is_called_like_a_contact(db, name=name, purpose=desk.purpose, actor=desk.actor, now=desk.now),
        confirmed_duplicate=confirmed_duplicate,
        confirmed_name=confirmed_name if confirmed_name == name else "",
    )
