"""What a form is about, as its address says, and the page that it came from."""

from typing import Any

from flask import url_for

from crm.services.matter import Matter
from crm.site.access import may
from crm.web.typed import chosen_id, filled


def chosen_matter() -> Matter:
    """Return what the form is about, from address or form; deals only for who may see them."""
    return Matter(deal_id=chosen_id("deal") if may("deals.show") else None, company_id=chosen_id("company"), subject_id=chosen_id("person"))


def arguments_of(matter: Matter) -> dict[str, Any]:
    """Return what the address of a form says about its matter."""
    return filled({"deal": matter.deal_id, "company": matter.company_id, "person": matter.subject_id})


def page_of(matter: Matter) -> str:
    """Return the page of the matter; the workplace for who sees no deals."""
    if matter.deal_id:
        return url_for("deals.show", deal_id=matter.deal_id) if may("deals.show") else url_for("home.index")
    if matter.subject_id:
        return url_for("contacts.show", subject_id=matter.subject_id)
    return url_for("companies.show", company_id=matter.company_id)
