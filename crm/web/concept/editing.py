"""One rule with its versions, and its change by the coordinator; the frame of all rules in the same way."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy.errors import StaleVersionError
from crm.privacy.retention_changes import Opinion, RuleChange, is_changeable
from crm.privacy.retention_rules import FRAME
from crm.services import retention_editing
from crm.services.retention_editing import History, Typed
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.concept import words
from crm.web.concept.blueprint import bp
from crm.web.concept.forms import ChangeForm, OpinionForm, fresh, typed_change
from crm.web.typed import typed_day_line, typed_number

Change = Callable[[Session, Typed], None]


@bp.get("/retention/rules/<code>")
def rule(code: str) -> ResponseReturnValue:
    """Show one rule, and the form to change it to whoever may."""
    return show(fresh(find_history(code)))


@bp.post("/retention/rules/<code>")
def change(code: str) -> ResponseReturnValue:
    """Decide a new period."""
    actor, now, version = current_actor(), current_runtime().clock.now(), typed_number("version")
    return _decide(
        code,
        lambda db, typed: retention_editing.change_rule(db, code=code, typed=typed, expected_version=version, actor=actor, now=now),
        url_for(".rule", code=code),
    )


@bp.get("/retention/frame")
def frame() -> ResponseReturnValue:
    """Show sector and system of record."""
    return show(fresh(find_history(FRAME)))


@bp.post("/retention/frame")
def change_frame() -> ResponseReturnValue:
    """Decide sector and system of record."""
    actor, now, version = current_actor(), current_runtime().clock.now(), typed_number("version")
    return _decide(
        FRAME,
        lambda db, typed: retention_editing.change_frame(db, typed=typed, expected_version=version, actor=actor, now=now),
        url_for(".frame"),
    )


def _decide(code: str, decide: Change, url: str) -> ResponseReturnValue:
    history, typed = find_history(code), typed_change()
    form = ChangeForm(history=history, typed=typed, day=typed_day_line("effective_on"))
    try:
        with current_runtime().database.writing() as db:
            decide(db, typed)
    except InvalidInputError as error:
        refused = ChangeForm(history=history, typed=typed, day=form.day, errors={error.field or "reason": sentence_of(error)})
        return show(refused), status_of(error)
    except StaleVersionError as error:
        said = _("Inzwischen hat jemand anderes diese Regel geändert; unten steht wie. Ihre Eingaben stehen noch da; Speichern setzt sie.")
        return show(form, message=said), status_of(error)
    flash(_("Die Änderung ist festgehalten. Sie gilt ab ihrem Tag; der nächste Löschlauf danach rechnet alle Fristen neu."), "ok")
    return redirect(url, code=303)


def find_history(code: str) -> History:
    """Return a rule, or the frame, with its versions."""
    with current_runtime().database.reading() as db:
        return retention_editing.find_history(db, code)


def show(form: ChangeForm, *, message: str | None = None, opinion: OpinionForm | None = None, opinion_message: str | None = None) -> str:
    """Show a rule with its versions, and the forms that the reader may use."""
    history = form.history
    answerable = history.open_version if may("concept.give_opinion") else None
    is_open = (history.rule is None or is_changeable(history.rule)) and may("concept.change")
    return render_template(
        "concept/rule.html",
        strip=None,
        title=f"{history.rule.code}: {in_language(history.rule.kind)}" if history.rule else _("Rahmen des Löschkonzepts"),
        facts=_facts(history),
        changes=[
            (each, words.change_in_words(each), _opinions(history, each), words.STANDING_TITLES[each.standing]) for each in history.changes
        ],
        dissent=_dissent(history),
        opinion=(opinion or OpinionForm(Typed())).fieldset(answerable) if answerable else None,
        opinion_message=opinion_message,
        opinion_url=url_for(".give_opinion", code=history.rule.code if history.rule else FRAME),
        open_version=history.open_version,
        names=history.names,
        fixed=_why_fixed(history),
        fieldsets=form.fieldsets() if is_open else (),
        message=message,
        version=history.version,
    )


def _opinions(history: History, change: RuleChange) -> list[str]:
    """Return what is noted of the officer's opinion with the change, and what they have said themselves."""
    own = history.opinions.get(change.version)
    noted = words.opinion_in_words(change.opinion, change.opinion_text)
    if own is None:
        return [noted]
    return [words.own_opinion_in_words(own, history.names), _("Bei der Entscheidung vermerkt: %(opinion)s", opinion=noted)]


def _dissent(history: History) -> int | None:
    """Return the version that stands although the officer objects to it themselves."""
    own = history.opinions.get(history.open_version) if history.open_version else None
    return own.change if own and own.opinion is Opinion.DISSENTS else None


def _facts(history: History) -> list[tuple[str, str]]:
    rule = history.rule
    if rule is None:
        return [
            (_("Branche"), str(words.SECTOR_TITLES[history.frame.sector])),
            (_("Führungssystem für Rechnungen"), str(words.SYSTEM_TITLES[history.frame.system_of_record])),
        ]
    return [*words.facts_of(rule), (_("Fassung"), str(rule.version) if rule.version else _("Vorschlag, mit dem Lethe kommt"))]


def _why_fixed(history: History) -> str | None:
    """Return why nobody can change the period, if so."""
    if history.rule is None or is_changeable(history.rule):
        return None
    return _("Diese Frist lässt sich hier nicht ändern: Kein Löschlauf führt sie aus, oder ein Ereignis beendet sie.")
