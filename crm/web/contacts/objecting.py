"""Widerspruch gegen Werbung: entered by staff, taken back where the entry was a mistake, ended by the person's express wish."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy.purposes import Channel
from crm.services.contacts import advertising
from crm.services.contacts.advertising import OwnObjectionError, Wish
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.contacts.blueprint import bp
from crm.web.contacts.objection_words import ALL_WAYS
from crm.web.contacts.rights import refuse
from crm.web.typed import typed_day, typed_line


class ChannelMissingError(InvalidInputError):
    """Nobody says how far the objection reaches; a form without its fields must not close every way."""

    message = "Es fehlt, wogegen der Widerspruch gilt. Wählen Sie E-Mail, Telefon oder Brief, oder „auf keinem Weg“."


class ChannelUnknownError(InvalidInputError):
    """An objection names a way on which nobody is approached."""

    message = "Diesen Weg gibt es nicht. Wählen Sie E-Mail, Telefon oder Brief, oder „auf keinem Weg“."


@bp.post("/contacts/<pseudonym:subject_id>/objection")
def raise_objection(subject_id: str) -> ResponseReturnValue:
    """Enter an objection to advertising: it counts from this moment, in every process."""
    runtime, channel = current_runtime(), _channel()
    with runtime.database.writing() as db:
        advertising.object_to_marketing(db, subject_id=subject_id, channel=channel, actor=current_actor(), now=runtime.clock.now())
    flash(_("Der Widerspruch gilt ab sofort. Bestätigen Sie ihn der Person."), "ok")
    return _back(subject_id)


@bp.post("/contacts/<pseudonym:subject_id>/objection/correct")
def correct_objection(subject_id: str) -> ResponseReturnValue:
    """Take back an entry that was a mistake."""
    runtime, channel, mistake = current_runtime(), _channel(), typed_line("mistake")
    try:
        with runtime.database.writing() as db:
            actor, now = current_actor(), runtime.clock.now()
            advertising.correct(db, subject_id=subject_id, channel=channel, mistake=mistake, actor=actor, now=now)
    except (InvalidInputError, OwnObjectionError) as error:
        return refuse(subject_id, error)
    flash(_("Der Eintrag ist berichtigt: Der Widerspruch gilt nicht mehr. Eintrag und Berichtigung bleiben im Protokoll."), "ok")
    return _back(subject_id)


@bp.post("/contacts/<pseudonym:subject_id>/objection/lift")
def lift_objection(subject_id: str) -> ResponseReturnValue:
    """End an objection because the person expressly wishes it."""
    runtime, channel = current_runtime(), _channel()
    wish = Wish(told=typed_line("told"), told_on=typed_day("told_on"), warned=bool(typed_line("warned")))
    try:
        with runtime.database.writing() as db:
            advertising.lift(db, subject_id=subject_id, channel=channel, wish=wish, actor=current_actor(), now=runtime.clock.now())
    except (InvalidInputError, OwnObjectionError) as error:
        return refuse(subject_id, error)
    flash(_("Der Widerspruch ist auf Wunsch der Person aufgehoben. Werbung braucht weiter eine Rechtsgrundlage oder Einwilligung."), "ok")
    return _back(subject_id)


def _back(subject_id: str) -> ResponseReturnValue:
    return redirect(url_for(".rights", subject_id=subject_id), code=303)


def _channel() -> Channel | None:
    """Return the way that is meant, None for them all; that is a choice of its own, so that no slip closes or opens every way."""
    chosen = typed_line("channel")
    if not chosen:
        raise ChannelMissingError(field="channel")
    if chosen == ALL_WAYS:
        return None
    if chosen not in set(Channel):
        raise ChannelUnknownError(field="channel")
    return Channel(chosen)
