"""Parts of forms and lists."""

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal[
    "text", "email", "tel", "url", "password", "date", "time", "search", "textarea", "select", "suggest", "hidden", "checkbox", "file"
]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select."""

    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectView:
    """A filter above a list; `value` is the chosen option, the empty one means "all". A wrong one has its sentence."""

    name: str
    title: str
    options: tuple[Option, ...]
    value: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestView:
    """A filter above a list that is typed, with suggestions; `known` is the id of what stands there, sent as `known_name`."""

    name: str
    title: str
    value: str
    known_name: str
    known: str
    suggest_url: str
    placeholder: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInput:
    """One field of a form, with what was typed and what was wrong with it.

    Attributes:
        error: what is wrong and what helps, shown at the field.
        focus: the browser goes to this field by itself, without a script.
        hint: what the field is for, shown below the label.
        suggest_url: for the kind `suggest`: address that answers `_options.html` while somebody types.
        accept: for the kind `file`: which files the dialog of the browser offers; a help, no check.
        autocomplete: `off` wherever the value is about somebody else than the person at the keyboard.
    """

    name: str
    title: str
    value: str = ""
    kind: FieldKind = "text"
    error: str | None = None
    hint: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    suggest_url: str | None = None
    accept: str = ""
    autocomplete: str = "off"
    max_length: int | None = None
    short: bool = False
    focus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSet:
    """Fields that belong together, under one heading."""

    title: str
    fields: tuple[FieldInput, ...]
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerView:
    """Keyset paging: addresses hold sealed cursors, never a name.

    Attributes:
        position: where in the list this page is, in words ("Demirel bis Grasshoff, 50 je Seite").
    """

    previous_url: str | None = None
    next_url: str | None = None
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortLink:
    """A column heading that sorts; `direction` is None while another column does."""

    url: str
    direction: Literal["ascending", "descending"] | None = None
