"""Attaches an invented data sheet to a few companies and deals."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.documents import render
from crm.models.company import Company, CompanyKind
from crm.models.deal import Deal
from crm.privacy import purposes, work_texts
from crm.services import customer_files
from crm.services.customer_files import NewFile
from crm.services.demo.documents import sheet_of
from crm.services.forms import new_form_token
from crm.services.matter import Matter

_EACH: Final = 6
_PURPOSE: Final = "business_contact"
_TEXT: Final = "Fördermenge 12 bis 48 m³/h\nFörderhöhe bis 60 m\nAnschluss DN 50\nGehäuse Grauguss, Laufrad Edelstahl"


def invent_files(session: Session, *, actor: Actor, now: datetime) -> None:
    """Attach a data sheet to the first companies of the list, and to deals whose person the purpose shows."""
    seller = Actor(pseudonym=actor.pseudonym, role=Role.SALES)
    purpose = purposes.find_all(session).get(_PURPOSE)
    firms = select(Company.id).where(Company.kind == CompanyKind.LEGAL_PERSON).order_by(Company.name).limit(_EACH)
    deals = session.execute(select(Deal.id, Deal.subject_id).order_by(Deal.id)).all()
    people = {each.subject_id for each in deals if each.subject_id}
    shown = work_texts.find_allowed(session, people, purpose=purpose, now=now)
    matters = [Matter(company_id=company_id) for company_id in session.scalars(firms)]
    matters += [Matter(deal_id=each.id) for each in deals if each.subject_id in shown][:_EACH]
    title = "Datenblatt Kreiselpumpe P 200"
    file = NewFile(name=f"{title}.pdf", content=render("letter", sheet_of({}, now.date(), title, [{"kind": "text", "text": _TEXT}])))
    for matter in matters:
        customer_files.add(session, file=file, matter=matter, token=new_form_token(), purpose=purpose, actor=seller, now=now)
