"""Words for the kinds of activities."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.activity import ActivityKind
from crm.site.i18n import _l

KIND_TITLES: Final[Mapping[str, LazyString]] = {
    ActivityKind.CALL: _l("Anruf"),
    ActivityKind.MAIL: _l("E-Mail oder Brief"),
    ActivityKind.MEETING: _l("Treffen"),
    ActivityKind.TASK: _l("Aufgabe"),
}
