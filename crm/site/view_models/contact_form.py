"""The form that collects or changes a contact."""

from dataclasses import dataclass

from crm.site.view_models.controls import FieldSet


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateView:
    """Somebody who may be the same person.

    Attributes:
        reason: why ("gleiche E-Mail-Adresse").
        url: of the contact; None where the reader's purpose does not show that person.
    """

    name: str
    reason: str
    company: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFormView:
    """The form, what was typed included.

    Attributes:
        is_new: collecting, not changing; the form then asks for the origin.
        version: of the record when it was opened, so that nobody overwrites somebody else's change.
        purpose: code that the form sends back.
        absent: titles of fields that the purpose does not collect, named in one sentence.
        duplicates: shown before saving; saving again with `confirm_duplicate` goes on.
    """

    action_url: str
    cancel_url: str
    is_new: bool
    purpose: str
    fieldsets: tuple[FieldSet, ...]
    version: int = 0
    error: str | None = None
    absent: tuple[str, ...] = ()
    duplicates: tuple[DuplicateView, ...] = ()
