"""Rows of people for the list of contacts and for the page of a company."""

from collections.abc import Mapping, Sequence
from typing import Final

from crm.models.field_groups import GROUP_OF
from crm.services.contacts.listing import ListedContact
from crm.services.work_list import SOON
from crm.site.access import may
from crm.site.addresses import addresses_by_id
from crm.site.view_models import ContactColumn, ContactRow
from crm.web.contacts.chips import row_chips
from crm.web.desk import Desk
from crm.web.names import name_fields, name_in_list

_COLUMNS: Final = (ContactColumn.POSITION, ContactColumn.CITY)


def columns_of(desk: Desk) -> tuple[ContactColumn, ...]:
    """Return the columns that the purpose opens."""
    return tuple(column for column in _COLUMNS if GROUP_OF[column] in desk.purpose.groups)


def shown_fields(desk: Desk) -> tuple[str, ...]:
    """Return the personal fields that a row shows."""
    return (*name_fields(desk), *columns_of(desk))


def make_rows(desk: Desk, listed: Sequence[ListedContact], staff: Mapping[str, str]) -> tuple[ContactRow, ...]:
    """Return the rows of the page."""
    today = desk.today
    columns = columns_of(desk)
    chips = row_chips(desk)
    person_url = addresses_by_id("contacts.show", "subject_id")
    company_url = addresses_by_id("companies.show", "company_id") if may("companies.show") else None
    return tuple(
        ContactRow(
            url=person_url(each.person.subject_id),
            name=name_in_list(each.person.fields),
            values={column: each.person.fields.get(column, "") for column in columns},
            company=each.company or None,
            company_url=company_url(each.company_id) if company_url and each.company and each.company_id else None,
            owner=staff.get(each.owner_id or ""),
            chips=chips(each.person.state),
            last_contact=each.last_contact_at.astimezone(desk.zone).date(),
            due_on=each.due_on,
            due_soon=each.due_on is not None and each.due_on - today <= SOON,
        )
        for each in listed
    )
