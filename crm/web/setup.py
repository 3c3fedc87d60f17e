"""Einrichtung: the steps from an empty installation to one that people work in, each with its form, done in ten minutes."""

from collections.abc import Callable, Iterable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy.errors import StaleVersionError
from crm.services import controller_changes, setting_up
from crm.services.accounts import own_account
from crm.services.controller_changes import LONGEST
from crm.services.setting_up import Step
from crm.site.errors import status_of
from crm.site.i18n import _, current_language
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web import gates, setup_page
from crm.web.setup_page import BEFORE, TOLD_AT, SentStep
from crm.web.typed import typed_fields, typed_number

bp = Blueprint("setup", __name__)


@bp.get("/setup")
def index() -> ResponseReturnValue:
    """Show the steps and how far each is."""
    with current_runtime().database.reading() as db:
        return setup_page.show(db)


@bp.post("/setup/company")
def company() -> ResponseReturnValue:
    """Set who the controller is."""
    sent = _sent(Step.CONTROLLER, LONGEST)
    now = current_runtime().clock.now()
    answer = _save(
        sent,
        lambda db: controller_changes.change(db, facts=sent.fields, expected_version=sent.version, actor=current_actor(), now=now),
    )
    current_runtime().current.look_again()
    return answer


@bp.post("/setup/dpo")
def dpo() -> ResponseReturnValue:
    """Keep why there is no data protection officer."""
    sent = _sent(Step.DPO, ["why_not"])
    reason, now = sent.fields["why_not"], current_runtime().clock.now()
    return _save(
        sent, lambda db: setting_up.say_why_no_dpo(db, reason=reason, expected_version=sent.version, actor=current_actor(), now=now)
    )


@bp.post("/setup/purposes")
def choose() -> ResponseReturnValue:
    """Choose the purposes that are used."""
    used, before = (request.form.getlist(name) for name in ("used", BEFORE + "used"))
    sent = SentStep(
        step=Step.PURPOSES,
        version=typed_number("version"),
        fields=dict.fromkeys(used, setup_page.CHOSEN),
        before=dict.fromkeys(before, setup_page.CHOSEN),
    )
    now = current_runtime().clock.now()
    return _save(sent, lambda db: setting_up.choose_purposes(db, used=used, expected_version=sent.version, actor=current_actor(), now=now))


@bp.post("/setup/mail")
def mail() -> ResponseReturnValue:
    """Write a mail to oneself, to see whether mail arrives."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        to = own_account.get_email(db, gates.get_signed_in())
        setting_up.write_test_mail(db, to=to, language=current_language(), settings=runtime.settings, now=runtime.clock.now())
    return _told(Step.MAIL, _("Eine Probe-E-Mail ist auf dem Weg zu Ihnen."))


def _sent(step: Step, names: Iterable[str]) -> SentStep:
    return SentStep(step=step, version=typed_number("version"), fields=typed_fields(names), before=typed_fields(names, prefix=BEFORE))


def _save(sent: SentStep, change: Callable[[Session], bool]) -> ResponseReturnValue:
    """Save a step, or show the page with what was typed into it and why it could not be taken."""
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            is_changed = change(db)
    except (InvalidInputError, StaleVersionError) as error:
        with runtime.database.reading() as db:
            if isinstance(error, StaleVersionError) and setup_page.is_as_sent(db, sent):
                return _told(sent.step, _("Es gab nichts zu ändern."))
            return setup_page.show(db, setup_page.refuse(db, sent, error)), status_of(error)
    return _told(sent.step, _("Gespeichert.") if is_changed else _("Es gab nichts zu ändern."))


def _told(step: Step, sentence: str) -> ResponseReturnValue:
    """Return to the page where this step stands, with the sentence at it and not above everything, where nobody looks."""
    flash(sentence, TOLD_AT + step)
    return redirect(url_for(".index", _anchor=f"h-{step}"), code=303)
