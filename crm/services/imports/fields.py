"""To which places a column can go: fields of people and companies, and facts about the record itself."""

from enum import StrEnum

from crm.models.company import COMPANY_FIELDS
from crm.models.field_groups import GROUP_OF, FieldGroup
from crm.privacy.custom_fields import is_custom
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel


class RowKind(StrEnum):
    """What a row is about."""

    PERSON = "person"
    COMPANY = "company"
    WISHES = "wishes"
    CONSENT = "consent"
    CAMPAIGN = "campaign"
    MEMBER = "member"
    DEAL = "deal"
    TICKET = "ticket"
    ACTIVITY = "activity"
    INVOICE = "invoice"


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

# Whom a row of daily work is about: records of the same system, or what somebody is found by here.
_WHOM = ("id", "deleted", "person", "company", "email", "company_name")
_ENDS = ("is_closed", "is_won")

TARGETS: dict[RowKind, frozenset[str]] = {
    RowKind.PERSON: frozenset({*GROUP_OF, *_RECORD, "full_name", "company", "converted"}),
    RowKind.COMPANY: frozenset({*COMPANY_FIELDS, *_RECORD, *_BEHIND_COMPANY, "segment", "natural_person", "relation"}),
    RowKind.WISHES: frozenset({"id", "deleted", *_WISHES}),
    RowKind.CONSENT: frozenset({"id", "deleted", "individual", "way", "answer", "valid_from", "valid_until", "captured_at"}),
    RowKind.CAMPAIGN: frozenset({"id", "deleted", "name", "kind", "starts_on", "ends_on", "opened_at"}),
    RowKind.MEMBER: frozenset({"id", "deleted", "campaign", "person", "has_responded", "sent_on", "responded_on"}),
    RowKind.DEAL: frozenset(
        {*_WHOM, *_ENDS, "title", "stage", "amount", "probability", "product", "region", "loss_reason"}
        | {"expected_on", "opened_on", "closed_on"}
    ),
    RowKind.TICKET: frozenset({*_WHOM, *_ENDS, "number", "title", "text", "topic", "priority", "state", "way", "opened_at", "closed_at"}),
    RowKind.ACTIVITY: frozenset({*_WHOM, *_ENDS, "matter", "title", "kind", "state", "due_on"}),
    RowKind.INVOICE: frozenset(
        {*_WHOM, "number", "issued_on", "due_on", "net", "gross", "paid", "settled_on", "dunning_level", "cancelled"}
    ),
}

# Daily work, in contrast to people and companies.
WORK = frozenset({RowKind.CAMPAIGN, RowKind.MEMBER, RowKind.DEAL, RowKind.TICKET, RowKind.ACTIVITY, RowKind.INVOICE})

# Several columns may say no to the same; and a person is a lead or a contact.
REPEATABLE = frozenset({*OPT_OUTS, "person"})

# Free text about a matter, which may name somebody.
_WORDS = frozenset({"title", "text"})


def is_target(kind: RowKind, target: str) -> bool:
    """Return whether a column of this kind of file can go there; which custom fields there are, says the purpose of the import."""
    return target in TARGETS[kind] or (kind is RowKind.PERSON and is_custom(target))


def group_of(kind: RowKind, target: str) -> FieldGroup | None:
    """Return the field group a target belongs to; None for facts about the record and for a company's own fields.

    An address that only says whom daily work is about is compared and never kept.
    """
    if kind in WORK:
        return FieldGroup.NOTES if target in _WORDS else None
    if kind is RowKind.COMPANY and target in COMPANY_FIELDS:
        return None
    return GROUP_OF.get(target)
