"""What an address of a list can ask for, and what is said of everything else.

A list that quietly shows something else than its address asks for would be taken for the narrower list it is not, and
"nobody objected" read off it. So what there is not is named above the list, in one place for all of them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from flask import Flask, request
from flask_babel.speaklater import LazyString

from crm.privacy.links import LANGUAGE_PARAMETER
from crm.readable import visible
from crm.search import Sort
from crm.services.invoices.listing import Scope as Invoices
from crm.services.requests.listing import Shown
from crm.services.tickets.listing import Scope as Tickets
from crm.site.i18n import _, _l
from crm.web.companies.list_controls import LEGAL_PERSONS, SOLE_TRADERS
from crm.web.documents.listing import ERASED
from crm.web.reports.words import DIMENSION_TITLES
from crm.web.sealed_search import ARGUMENT, open_search

_LONGEST: Final = 60  # characters of what is repeated
_FREE: Final = None  # anything may be asked; a select or a field of the page says what there is not (`crm.web.selects`)

_DEALS: Final = ("owner", "product", "region")

# By list and argument of its address: the words it knows.
_WORDS: Final[Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    "home.index": {"tasks": frozenset({"all"})},
    "contacts.index": {
        **dict.fromkeys((ARGUMENT, "company", "owner", "segment", "after", "before"), _FREE),
        "sort": frozenset(Sort),
    },
    "companies.index": {
        **dict.fromkeys((ARGUMENT, "owner", "segment", "after", "before"), _FREE),
        "tab": frozenset({LEGAL_PERSONS, SOLE_TRADERS}),
        "sort": frozenset({"name", "-name"}),
    },
    "deals.listing": {
        **dict.fromkeys((*_DEALS, "stage", "company", "closed_from", "closed_to", "after", "before"), _FREE),
        "sort": frozenset({"-day"}),
    },
    "deals.board": dict.fromkeys(_DEALS, _FREE),
    "deals.forecast": dict.fromkeys(_DEALS, _FREE),
    "activities.listing": {"show": frozenset({"done"}), "after": _FREE},
    "tickets.index": {"show": frozenset(Tickets), **dict.fromkeys(("topic", "priority", "after"), _FREE)},
    "invoices.index": {"show": frozenset(Invoices), **dict.fromkeys(("company", "person", "after"), _FREE)},
    "campaigns.index": {"after": _FREE},
    "exports.index": {},
    "imports.index": {},
    "reports.quarter": {"quarter": _FREE, "by": frozenset(DIMENSION_TITLES)},
    "requests.index": {"show": frozenset(Shown), "after": _FREE},
    "documents.index": {"of": frozenset({ERASED}), "after": _FREE},
    "users.index": {},
    "ledger.index": dict.fromkeys(("since", "until", "action", "purpose", "actor", "subject", "after", "before"), _FREE),
    "ledger.subject": dict.fromkeys(("after", "before"), _FREE),
}
_UNKNOWN_WORD: Final = _l("Den Filter „%(word)s“ gibt es nicht; die Liste zeigt alle.")
_WHAT_IS_OPEN: Final = _l("Die Ansicht „%(word)s“ gibt es nicht; Sie sehen, was offen ist.")
_SENTENCES_OF: Final[Mapping[tuple[str, str], LazyString]] = {
    **{(each, "show"): _WHAT_IS_OPEN for each in ("activities.listing", "tickets.index", "invoices.index")},
    ("deals.listing", "sort"): _l("Die Reihenfolge „%(word)s“ gibt es nicht; die Liste ist nach dem Tag geordnet."),
    ("reports.quarter", "by"): _l("Die Aufteilung „%(word)s“ gibt es nicht; Sie sehen die Zahlen nach Produkt."),
}
_OTHER_SENTENCES: Final[Mapping[str, LazyString]] = {
    "sort": _l("Die Reihenfolge „%(word)s“ gibt es nicht; die Liste ist nach Namen geordnet."),
    "tab": _l("Die Liste „%(word)s“ gibt es nicht; Sie sehen die Gesellschaften."),
}


def install(app: Flask) -> None:
    """Give templates `unknown_filters()`: a sentence for everything the address asks for and the list does not know."""
    app.jinja_env.globals["unknown_filters"] = lambda: list(_find_unknown())


def _find_unknown() -> Iterator[str]:
    words = _WORDS.get(request.endpoint or "")
    if words is None or request.method != "GET":
        return
    for name, value in request.args.items():
        if name == LANGUAGE_PARAMETER or not value:
            continue
        known = words.get(name, frozenset())
        if name not in words:
            yield _("Den Filter „%(word)s“ gibt es nicht; er engt die Liste nicht ein.", word=_shown(name))
        elif known is not None and value not in known:
            sentence = _SENTENCES_OF.get((request.endpoint or "", name)) or _OTHER_SENTENCES.get(name, _UNKNOWN_WORD)
            yield str(sentence) % {"word": _shown(value)}
        elif name == ARGUMENT and not open_search(value):
            yield _("Die Suche in dieser Adresse gilt hier nicht; die Liste zeigt alle. Geben Sie die Wörter noch einmal ein.")


def _shown(word: str) -> str:
    word = visible(word)
    return word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…"
