"""The form for a note, with what was typed and what was found in it."""

from dataclasses import dataclass

from crm.models.contact import NoteKind
from crm.privacy.notes import LONGEST
from crm.services.contacts.noting import NewNote
from crm.services.forms import SentForm, new_form_token
from crm.site.i18n import _
from crm.site.view_models import FieldInput, Option
from crm.web.contacts.notes_words import KIND_TITLES
from crm.web.typed import typed_line, typed_text

_BETWEEN = "\n"  # words that were shown, in one hidden field


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteForm:
    """The form as the page shows it.

    Attributes:
        seen: words of special categories that are shown at the field; a second press keeps them.
    """

    text: FieldInput
    kind: FieldInput
    token: str
    seen: tuple[str, ...] = ()

    @property
    def seen_value(self) -> str:
        return _BETWEEN.join(self.seen)


def note_form(
    *,
    text: str = "",
    kind: str = NoteKind.NOTE,
    error: str | None = None,
    wrong_field: str = "text",
    seen: tuple[str, ...] = (),
    token: str | None = None,
) -> NoteForm:
    """Return the form; every new one has its own token, a refused one keeps it. The error is shown at `wrong_field`."""
    errors = {wrong_field: error}
    hint = _("Was Sie schreiben, kann die Person lesen. Keine Angaben zu Gesundheit, Religion, Politik und Ähnlichem.")
    options = tuple(Option(str(each), str(title)) for each, title in KIND_TITLES.items())
    return NoteForm(
        text=FieldInput(
            name="text", title=_("Neue Notiz"), value=text, kind="textarea", error=errors.get("text"), hint=hint, max_length=LONGEST
        ),
        kind=FieldInput(name="kind", title=_("Art"), value=kind, kind="select", options=options, error=errors.get("kind"), short=True),
        token=token or new_form_token(),
        seen=seen,
    )


def typed_note() -> NewNote:
    """Return the note that the form sent."""
    text, kind = typed_text("text"), typed_line("kind")
    return NewNote(
        text=text,
        kind=kind,
        seen_hints=frozenset(word for word in typed_text("seen").split(_BETWEEN) if word),
        form=SentForm(typed_line("token"), {"text": text, "kind": kind}),
    )
