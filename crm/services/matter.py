"""What an activity or a file is about: a deal, a company or a person, as the page says from which it was made."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.services import work_customers
from crm.services.deals.entry import get_deal
from crm.services.work_customers import Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A deal, a company, a person, or several of these."""

    deal_id: str | None = None
    company_id: str | None = None
    subject_id: str | None = None


def resolve(session: Session, matter: Matter) -> Chosen:
    """Return whom it is about; what is about a deal is about the customer of the deal.

    Raises:
        NotFoundError: there is no such deal.
        InvalidInputError: it can be about nobody of these.
    """
    company_id, subject_id = matter.company_id, matter.subject_id
    if matter.deal_id:
        deal = get_deal(session, deal_id=matter.deal_id)
        company_id, subject_id = deal.company_id, deal.subject_id
    chosen = work_customers.require_customer(session, company_id=company_id, subject_id=subject_id)
    if chosen.company_id is None and chosen.subject_id:
        return Chosen(work_customers.find_employer(session, chosen.subject_id), chosen.subject_id)
    return chosen
