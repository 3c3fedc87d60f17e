"""Recht ausüben: what staff enter when a person objects, consents or withdraws."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString

from crm.clock import begin_of
from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Channel, Purpose, Purposes
from crm.privacy.purposes import find_all as find_purposes
from crm.services.contacts import rights as use_case
from crm.services.contacts.rights import FutureConsentError, NewConsent, NoConsentPurposeError
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, _l, current_language
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.contacts.blueprint import bp
from crm.web.contacts.objection_link import find_link_url
from crm.web.contacts.objections import objection_rows
from crm.web.contacts.restriction import restriction_view
from crm.web.contacts.rights_form import RightsForm, rights_view
from crm.web.desk import Desk, current_day, find_desk, strip_of, time_zone
from crm.web.names import NAME_FIELDS, full_name
from crm.web.typed import typed_line

_RECORDED: Final[Mapping[Standing, LazyString]] = {
    Standing.ALLOWED: _l("Die Einwilligung ist mit Wortlaut und Beleg festgehalten und gilt."),
    Standing.OBJECTED: _l(
        "Die Einwilligung ist mit Wortlaut und Beleg festgehalten, erlaubt aber nichts: Der Widerspruch gegen Werbung geht vor "
        "und gilt, bis die Person ausdrücklich wünscht, dass er endet."
    ),
    Standing.RESTRICTED: _l(
        "Die Einwilligung ist mit Wortlaut und Beleg festgehalten, erlaubt aber nichts, solange die Daten der Person eingeschränkt sind."
    ),
    Standing.MISSING: _l("Die Einwilligung ist mit Wortlaut und Beleg festgehalten, gilt aber nicht mehr: Sie wurde später widerrufen."),
}


class ConsentDayError(InvalidInputError):
    """The day of a consent is missing or no date."""

    message = "Bitte geben Sie den Tag an, an dem eingewilligt wurde."


@bp.get("/contacts/<pseudonym:subject_id>/rights")
def rights(subject_id: str) -> ResponseReturnValue:
    """Show what the person has said so far, and the forms; no field is opened but the name, where the purpose shows it."""
    return _page(subject_id, RightsForm())


@bp.post("/contacts/<pseudonym:subject_id>/consent")
def record_consent(subject_id: str) -> ResponseReturnValue:
    """Record a consent with its words, its evidence and its day."""
    form = RightsForm.typed()
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            given = _given(find_purposes(db), form)
            standing = use_case.record_consent(db, subject_id=subject_id, given=given, actor=current_actor(), now=runtime.clock.now())
    except InvalidInputError as error:
        return _page(subject_id, form.refused(error.field or "wording", sentence_of(error))), 422
    flash(str(_RECORDED[standing]), "ok" if standing is Standing.ALLOWED else "watch")
    return redirect(url_for(".rights", subject_id=subject_id), code=303)


@bp.post("/contacts/<pseudonym:subject_id>/withdrawal")
def withdraw_consent(subject_id: str) -> ResponseReturnValue:
    """Enter that a consent is withdrawn: as easy as giving it."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        purpose, channel = _permission(find_purposes(db), typed_line("permission"))
        use_case.withdraw_consent(
            db, subject_id=subject_id, purpose=purpose, channel=channel, actor=current_actor(), now=runtime.clock.now()
        )
    flash(_("Der Widerruf gilt ab sofort. Was vorher geschah, bleibt rechtmäßig."), "ok")
    return redirect(url_for(".rights", subject_id=subject_id), code=303)


def refuse(subject_id: str, error: CrmError) -> ResponseReturnValue:
    """Show the page again, with why what was asked for is not done."""
    return _page(subject_id, RightsForm(), message=sentence_of(error)), status_of(error)


def _page(subject_id: str, form: RightsForm, *, message: str | None = None) -> str:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        purposes = find_purposes(db)
        restricted = restriction_view(db, subject_id)
        found = use_case.find_rights(db, subject_id=subject_id, purposes=purposes, now=runtime.clock.now())
        objections = objection_rows(db, subject_id)
        desk = find_desk(db)
        name = _find_name(db, desk, subject_id)
        link_url = find_link_url(purposes, found.state)
    return render_template(
        "contacts/rights.html",
        strip=strip_of(desk, shown=len(NAME_FIELDS) if name else 0) if desk else None,
        name=name,
        view=rights_view(subject_id, found, use_case.permissions(purposes), form),
        objections=objections,
        link_url=link_url,
        restriction=restricted,
        message=message,
        request_url=_request_url(subject_id),
    )


def _find_name(db: Session, desk: Desk | None, subject_id: str) -> str | None:
    """Return whose rights these are, where the purpose at hand shows it; whoever may not see the name enters them all the same."""
    if desk is None:
        return None
    person = use_case.find_name(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    return full_name(person.fields) if person else None


def _request_url(subject_id: str) -> str | None:
    return url_for("requests.new", subject=subject_id) if may("requests.new") else None


def _permission(purposes: Purposes, value: str) -> tuple[Purpose, Channel]:
    """Return purpose and channel of a choice such as `newsletter:email`."""
    for purpose, channel in use_case.permissions(purposes):
        if value == f"{purpose.code}:{channel}":
            return purpose, channel
    raise NoConsentPurposeError(field="permission")


def _given(purposes: Purposes, form: RightsForm) -> NewConsent:
    purpose, channel = _permission(purposes, form.permission)
    return NewConsent(
        purpose=purpose,
        channel=channel,
        wording=form.wording,
        language=current_language(),
        evidence=form.evidence,
        given_at=_given_at(form.given_on),
    )


def _given_at(day: str) -> datetime:
    """Return the first moment of a day in the controller's time zone; the same day gives the same moment."""
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise ConsentDayError(field="given_on") from error
    if on.year < 2000:  # noqa: PLR2004 - older than any consent somebody can still prove here
        raise ConsentDayError(field="given_on")
    if on > current_day():
        raise FutureConsentError(field="given_on")
    return begin_of(on, time_zone())
