"""Whom a row of daily work is about, as pages name them."""

from collections.abc import Callable

from crm.services.work_customers import Customer
from crm.site.access import may
from crm.site.addresses import addresses_by_id
from crm.web.names import name_in_list


def person_name(customer: Customer) -> str:
    """Return the name of the person as lists sort it; empty where the door did not hand it out."""
    return name_in_list(customer.person) if customer.person is not None else ""


def customer_addresses() -> Callable[[Customer], tuple[str | None, str | None]]:
    """Return what says where company and person are looked at, as far as they are named and the reader may; made once for a list."""
    company_url = addresses_by_id("companies.show", "company_id") if may("companies.show") else None
    person_url = addresses_by_id("contacts.show", "subject_id") if may("contacts.show") else None

    def find(customer: Customer) -> tuple[str | None, str | None]:
        return (
            company_url(customer.company_id) if company_url and customer.company and customer.company_id else None,
            person_url(customer.subject_id) if person_url and customer.person is not None and customer.subject_id else None,
        )

    return find
