"""The form for a document, with what was typed and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crm.privacy.documents import DOCUMENT_RULES, LARGEST
from crm.privacy.documents.filing import LONGEST_TITLE
from crm.privacy.documents.media import ENDINGS
from crm.privacy.retention_rules import find_rules
from crm.services.forms import new_form_token
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.period_words import period_in_words
from crm.web.typed import typed_day_line, typed_line


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentForm:
    """What the form holds; the file itself cannot be given back to a browser."""

    token: str
    title: str = ""
    rule: str = DOCUMENT_RULES[0]
    issued_on: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    def refused(self, name: str, sentence: str) -> "DocumentForm":
        """Return the form with what was wrong at a field."""
        return replace(self, wrong={name: sentence})

    def fields(self) -> FieldSet:
        """Return the fields as the page shows them."""
        return FieldSet(title=_("Unterlage ablegen"), hint=_("Nur was eine gesetzliche Aufbewahrungspflicht hat."), fields=self._fields())

    def _fields(self) -> tuple[FieldInput, ...]:
        wrong = self.wrong
        hint = _("PDF, PNG, JPEG oder Text, höchstens %(size)s MB.", size=LARGEST // (1024 * 1024))
        if wrong:
            hint += " " + _("Bitte wählen Sie die Datei noch einmal aus; der Browser behält sie nicht.")
        return (
            FieldInput(
                name="title", title=_("Titel"), value=self.title, required=True, max_length=LONGEST_TITLE, error=wrong.get("title"),
                hint=_("Zum Beispiel „Rechnung 4711“."),
            ),
            FieldInput(name="rule", title=_("Art"), kind="select", value=self.rule, options=_kinds(), error=wrong.get("rule")),
            FieldInput(
                name="issued_on", title=_("Datum der Unterlage"), kind="date", value=self.issued_on, required=True,
                error=wrong.get("issued_on"), hint=_("Danach richtet sich, bis wann sie aufbewahrt wird."),
            ),
            FieldInput(
                name="file", title=_("Datei"), kind="file", required=True, error=wrong.get("file"), hint=hint,
                accept=",".join(ENDINGS.values()),
            ),
        )  # fmt: skip


def empty_form() -> DocumentForm:
    """Return a new form with a token of its own."""
    return DocumentForm(token=new_form_token())


def typed_form() -> DocumentForm:
    """Return what was typed."""
    return DocumentForm(
        token=typed_line("token"), title=typed_line("title"), rule=typed_line("rule"), issued_on=typed_day_line("issued_on")
    )


def _kinds() -> tuple[Option, ...]:
    with current_runtime().database.reading() as db:
        rules = [find_rules(db)[code] for code in DOCUMENT_RULES]
    return tuple(Option(each.code, f"{in_language(each.kind)} ({period_in_words(each)})") for each in rules)
