"""Field groups: sets of fields that every purpose allows or denies together.

One sealed value holds one group, so that few columns are mapped and a purpose opens exactly what it may.
"""

from enum import StrEnum


class FieldGroup(StrEnum):
    """The groups, in the order in which pages show them."""

    IDENTITY = "identity"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    POSITION = "position"
    BIRTH_DATE = "birth_date"
    ORIGIN = "origin"  # where the data came from (Art. 14(2)(f)): asked of everybody who is taken in, and no field of a form
    NOTES = "notes"


FIELDS: dict[FieldGroup, tuple[str, ...]] = {
    FieldGroup.IDENTITY: ("salutation", "title", "first_name", "last_name"),
    FieldGroup.EMAIL: ("email",),
    FieldGroup.PHONE: ("phone", "mobile"),
    FieldGroup.ADDRESS: ("street", "postal_code", "city", "country"),
    FieldGroup.POSITION: ("position", "department"),
    FieldGroup.BIRTH_DATE: ("birth_date",),
}

GROUP_OF: dict[str, FieldGroup] = {field: group for group, fields in FIELDS.items() for field in fields}

# The fields of a company that is a natural person belong to groups like theirs (Art. 4(1) DSGVO).
COMPANY_GROUP: dict[str, FieldGroup] = {
    "name": FieldGroup.IDENTITY,
    "street": FieldGroup.ADDRESS,
    "postal_code": FieldGroup.ADDRESS,
    "city": FieldGroup.ADDRESS,
    "country": FieldGroup.ADDRESS,
    "phone": FieldGroup.PHONE,
    "website": FieldGroup.POSITION,
}
