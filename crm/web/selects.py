"""Selects: what can be chosen in a form or above a list."""

from collections.abc import Mapping

from crm.site.i18n import _
from crm.site.view_models import Option, SelectView


def select_of(name: str, title: str, choices: Mapping[str, str], value: str | None, *, everything: str | None = None) -> SelectView:
    """Return a filter that narrows a list to one of `choices`, or to none where the first option is chosen.

    Args:
        choices: title by value.
        value: what is chosen; where it is no longer among the choices, the filter says so, or the list would seem to be empty.
        everything: title of the first option.
    """
    options = (Option("", everything or _("Alle")), *(Option(key, words) for key, words in choices.items()))
    known = not value or value in choices
    error = None if known else _("Diese Auswahl gibt es hier nicht (mehr). Wählen Sie eine andere, oder leeren Sie die Filter.")
    return SelectView(name=name, title=title, options=with_chosen(options, value or ""), value=value or "", error=error)


def with_chosen(options: tuple[Option, ...], value: str) -> tuple[Option, ...]:
    """Return the options of a select with the chosen one among them.

    A browser shows the first option where the chosen one is missing, so somebody would save or read a choice
    that nobody made.
    """
    if not value or value in {each.value for each in options}:
        return options
    return (*options, Option(value, _("nicht mehr da")))
