"""Entries of the ledger in words."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from flask import url_for

from crm.ledger import StoredEntry
from crm.privacy.actions import Action
from crm.privacy.custom_fields import is_custom
from crm.privacy.purposes import Purposes
from crm.site.i18n import _
from crm.site.view_models import LedgerEntryView
from crm.site.words import BASIS_TITLES
from crm.web import custom_words
from crm.web.action_words import ACTION_TITLES
from crm.web.desk import purpose_title
from crm.web.ledger.words import ABOUT_TITLES, FIELD_WORDS, RESULT_TITLES, SAID_BY_ACTION, worded

_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")


def make_rows(
    entries: Iterable[StoredEntry], purposes: Purposes, *, about: str | None = None, is_dark: bool = False
) -> tuple[LedgerEntryView, ...]:
    """Return entries in words; `about` is the pseudonym whose history they are, `is_dark` whether its keys are destroyed."""
    titles = known_titles(purposes)
    return tuple(make_row(each.index, each.happened_at, each.fields, titles, about=about, is_dark=is_dark) for each in entries)


def make_row(
    index: int | None,
    when: datetime,
    fields: Mapping[str, Any],
    titles: Mapping[str, str],
    *,
    about: str | None = None,
    is_dark: bool = False,
) -> LedgerEntryView:
    """Return one entry in words; what its leaf does not say is not there."""
    actor, subject, kind = fields.get("a", ""), fields.get("sub"), fields.get("obj")
    return LedgerEntryView(
        index=index,
        when=when,
        action=action_title(fields.get("act")),
        code=fields.get("act", ""),
        actor=actor,
        role=fields.get("r"),
        actor_url=url_for("ledger.index", actor=actor) if actor else None,
        about=(titles.get(kind) if kind and is_custom(kind) else worded(kind, ABOUT_TITLES)) if kind not in SAID_BY_ACTION else None,
        subject=subject,
        subject_url=url_for("ledger.subject", subject_id=subject) if subject and _PSEUDONYM.fullmatch(subject) else None,
        listed=about is not None and subject != about,
        purpose=worded(fields.get("pur"), titles),
        basis=worded(fields.get("lb"), BASIS_TITLES),
        fields=tuple(str(FIELD_WORDS.get(name) or titles.get(name, name)) for name in fields.get("f", ())),
        count=fields.get("cnt"),
        result=worded(fields.get("res"), RESULT_TITLES),
        is_dark=is_dark and subject is not None and "ph" in fields,
    )


def action_title(code: str | None) -> str:
    """Return an action in words; one that this version does not know by its code."""
    if code is None:
        return _("nicht lesbar")
    return str(ACTION_TITLES[Action(code)]) if code in set(Action) else code


def known_titles(purposes: Purposes) -> dict[str, str]:
    """Return what purposes and custom fields are called."""
    return purpose_titles(purposes) | custom_words.titles_of(purposes)


def purpose_titles(purposes: Purposes) -> dict[str, str]:
    """Return what purposes are called, the scope of objections to advertising included."""
    return {each.code: purpose_title(each) for each in purposes} | {"direct_marketing": _("Werbung")}
