"""Whom a row of daily work is about, as pages name them."""

from flask import url_for

from crm.services.work_customers import Customer
from crm.site.access import may
from crm.web.names import name_in_list


def person_name(customer: Customer) -> str:
    """Return the name of the person as lists sort it; empty where the door did not hand it out."""
    return name_in_list(customer.person) if customer.person is not None else ""


def customer_urls(customer: Customer) -> tuple[str | None, str | None]:
    """Return where company and person are looked at, as far as they are named and the reader may."""
    of_company = customer.company and customer.company_id and may("companies.show")
    of_person = customer.person is not None and may("contacts.show")
    return (
        url_for("companies.show", company_id=customer.company_id) if of_company else None,
        url_for("contacts.show", subject_id=customer.subject_id) if of_person else None,
    )
