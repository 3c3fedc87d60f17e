"""To which places a column can go: fields of people and companies, and facts about the record itself."""

from enum import StrEnum

from crm.models.company import COMPANY_FIELDS
from crm.models.field_groups import GROUP_OF, FieldGroup
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel


class RowKind(StrEnum):
    """What a row is about."""

    PERSON = "person"
    COMPANY = "company"
    WISHES = "wishes"
    CONSENT = "consent"


# An opt-out is an objection (Art. 21 DSGVO). A missing one is never a consent.
OPT_OUTS: dict[str, Objection] = {
    "no_marketing": Objection(DIRECT_MARKETING),
    "no_email": Objection(DIRECT_MARKETING, Channel.EMAIL),
    "no_phone": Objection(DIRECT_MARKETING, Channel.PHONE),
    "no_fax": Objection(DIRECT_MARKETING, Channel.FAX),
    "no_letter": Objection(DIRECT_MARKETING, Channel.LETTER),
    "no_profiling": Objection("profiling"),
    "no_tracking": Objection("tracking"),
}

# `no_use`: the person contests the use as such; `forget`: the person asked to be forgotten.
_WISHES = ("no_use", "forget", *OPT_OUTS)
_RECORD = ("id", "deleted", "origin", "created_at", "last_contact_at", "individual", *_WISHES)
# What a company record holds of the human being behind it; nothing for a legal person.
_BEHIND_COMPANY = ("salutation", "first_name", "last_name", "email", "mobile")

TARGETS: dict[RowKind, frozenset[str]] = {
    RowKind.PERSON: frozenset({*GROUP_OF, *_RECORD, "full_name", "company", "converted"}),
    RowKind.COMPANY: frozenset({*COMPANY_FIELDS, *_RECORD, *_BEHIND_COMPANY, "segment", "natural_person", "relation"}),
    RowKind.WISHES: frozenset({"id", "deleted", *_WISHES}),
    RowKind.CONSENT: frozenset({"id", "deleted", "individual", "way", "answer", "valid_from", "valid_until", "captured_at"}),
}

# Several columns may say no to the same.
REPEATABLE = frozenset(OPT_OUTS)


def group_of(kind: RowKind, target: str) -> FieldGroup | None:
    """Return the field group a target belongs to; None for facts about the record and for a company's own fields."""
    if kind is RowKind.COMPANY and target in COMPANY_FIELDS:
        return None
    return GROUP_OF.get(target)
