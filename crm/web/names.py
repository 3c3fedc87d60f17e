"""Names of people as pages write them."""

from collections.abc import Mapping
from typing import Final

from crm.models.field_groups import GROUP_OF
from crm.site.i18n import _
from crm.web.desk import Desk

NAME_FIELDS: Final = ("title", "first_name", "last_name")  # as one writes a name
_NAME_FIELDS: Final = ("last_name", "first_name")  # as lists sort it


def name_fields(desk: Desk) -> tuple[str, ...]:
    """Return the fields that make up the name in a row."""
    return tuple(name for name in _NAME_FIELDS if GROUP_OF[name] in desk.purpose.groups)


def name_in_list(fields: Mapping[str, str]) -> str:
    """Return a name as lists sort it."""
    parts = [fields[name] for name in _NAME_FIELDS if fields.get(name)]
    return ", ".join(parts) or _("ohne Namen")


def full_name(fields: Mapping[str, str]) -> str:
    """Return a name as one writes it."""
    parts = [fields[name] for name in NAME_FIELDS if fields.get(name)]
    return " ".join(parts) or _("ohne Namen")
