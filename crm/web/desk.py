"""What every page about people begins with: who looks, for which purpose, at what moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import request, url_for

from crm.actor import Actor
from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy import purposes
from crm.privacy.purposes import Purpose, Purposes
from crm.site.i18n import in_language
from crm.site.installation import current_runtime
from crm.site.view_models import PurposeLink, StripView
from crm.site.visitor import current_actor
from crm.site.words import BASIS_TITLES
from crm.web.purpose import current_purpose, own_purposes


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where the reader works.

    Attributes:
        own: the purposes of the role acted in.
    """

    actor: Actor
    purpose: Purpose
    own: tuple[Purpose, ...]
    purposes: Purposes
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def others(self) -> tuple[Purpose, ...]:
        return tuple(each for each in self.own if each.code != self.purpose.code)


def open_desk(db: Session) -> Desk:
    """Return the desk of this request.

    Raises:
        PurposeNotAllowedError: the role acted in works for no purpose.
    """
    actor = current_actor()
    known = purposes.find_all(db)
    own = known.of_role(actor.role)
    return Desk(
        actor=actor,
        purpose=current_purpose(own),
        own=own,
        purposes=known,
        now=current_runtime().clock.now(),
        zone=time_zone(),
    )


def open_posted_desk(db: Session) -> Desk:
    """Return the desk for an act of one button: it is done for the purpose of the page that shows the button, or not at all.

    Raises:
        PurposeNotAllowedError: the role acted in works for no purpose.
        PurposeUnknownError: the request names none of its purposes; what the reader works for by now was not on that page.
    """
    desk = open_desk(db)
    posted = _find_posted(desk)
    if posted is None:
        raise PurposeUnknownError(field="purpose")
    return replace(desk, purpose=posted)


def find_desk(db: Session) -> Desk | None:
    """Return the desk of this request, or None where the role acted in works for no purpose."""
    return open_desk(db) if own_purposes(db) else None


class PurposeUnknownError(InvalidInputError):
    """The form was made for a purpose that the role acted in does not work for."""

    message = (
        "Dieses Formular gehört zu einem Zweck, für den Ihre Rolle nicht arbeitet. Es gilt nun der Zweck oben auf der Seite: "
        "Prüfen Sie die Angaben und senden Sie noch einmal."
    )


def require_posted_purpose(desk: Desk) -> None:
    """Refuse a form that was made for another purpose than the desk works for.

    Raises:
        PurposeUnknownError: the role changed meanwhile, or somebody changed the form.
    """
    if request.form.get("purpose", desk.purpose.code) != desk.purpose.code:
        raise PurposeUnknownError(field="purpose")


def posted_purpose(desk: Desk) -> Desk:
    """Return the desk with the purpose that a form was made for, so that another window does not change it halfway.

    Where the role does not work for that purpose, the desk stays as it is: the form is shown again with what was typed,
    and `require_posted_purpose` says why.
    """
    return replace(desk, purpose=_find_posted(desk) or desk.purpose)


def _find_posted(desk: Desk) -> Purpose | None:
    code = request.form.get("purpose")
    return next((each for each in desk.own if each.code == code), None)


def time_zone() -> ZoneInfo:
    """Return the time zone of the controller, in which days begin and end."""
    return ZoneInfo(current_runtime().settings.time_zone)


def current_day() -> date:
    """Return the day it is for the controller."""
    return current_runtime().clock.now().astimezone(time_zone()).date()


def purpose_title(purpose: Purpose) -> str:
    """Return the title of a purpose in the reader's language."""
    return in_language(purpose.title)


def purpose_links(others: tuple[Purpose, ...]) -> tuple[PurposeLink, ...]:
    """Return the purposes one click away."""
    return tuple(PurposeLink(title=purpose_title(each), url=url_for("purpose.choose", code=each.code)) for each in others)


def strip_of(desk: Desk, *, shown: int, since: datetime | None = None, per_person: bool = False, note: str | None = None) -> StripView:
    """Return the strip of a page that shows `shown` personal fields."""
    return StripView(
        shown=shown,
        total=desk.purposes.field_count,
        purpose_title=purpose_title(desk.purpose),
        basis=str(BASIS_TITLES[desk.purpose.basis]),
        since=since.astimezone(desk.zone).date() if since else None,
        per_person=per_person,
        note=note,
        alternatives=purpose_links(desk.others),
    )


def person_strip(desk: Desk, fields: Mapping[str, str], *, since: datetime | None = None) -> StripView:
    """Return the strip of a page with everything the purpose opens about one person; an empty field is open all the same."""
    opened = desk.purpose.fields
    return replace(strip_of(desk, shown=sum(1 for name in opened if fields.get(name)), since=since), opened=len(opened))


@dataclass(frozen=True, slots=True)
class Offer:
    """Another purpose of the reader's role that finds somebody, one click away."""

    title: str
    url: str
    count: int


def offers_of(counted: Sequence[tuple[Purpose, int]]) -> tuple[Offer, ...]:
    """Return the purposes that find somebody where this one finds nobody."""
    return tuple(Offer(purpose_title(each), url_for("purpose.choose", code=each.code), count) for each, count in counted)
