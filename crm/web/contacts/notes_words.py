"""Words for the kinds of notes."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.contact import NoteKind
from crm.site.i18n import _l

KIND_TITLES: Final[Mapping[str, LazyString]] = {
    NoteKind.NOTE: _l("Notiz"),
    NoteKind.CALL: _l("Anruf"),
    NoteKind.MEETING: _l("Treffen"),
    NoteKind.LETTER: _l("Brief oder E-Mail"),
}
