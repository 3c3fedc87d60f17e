"""Einschränkung on the page of a person's rights: why it stands, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import url_for

from crm.db import Session
from crm.mail import MailState
from crm.models.lawfulness import ToldBy
from crm.privacy import restriction
from crm.privacy.requests import letting_go, lifting
from crm.privacy.requests.letting_go import LetGoReason
from crm.privacy.restriction import RestrictionReason
from crm.site.access import may
from crm.site.i18n import _, _l
from crm.web.contacts.objection_words import TOLD_TITLES
from crm.web.desk import current_day
from crm.web.restriction_words import RESTRICTION_GROUNDS

# Those end with a decision elsewhere: on the case, or about whose time is up.
_ELSEWHERE: Final = {
    RestrictionReason.ERASURE_PENDING: _l("Löschung verlangt: endet mit dem Fall"),
    RestrictionReason.KEPT: _l("Nach dem Löschantrag nur noch aufbewahrt: endet an dem Tag, den die Antwort nennt"),
    RestrictionReason.TIME_UP: _l("Zeit abgelaufen: endet mit der Entscheidung darüber"),
}
LET_GO: Final = {
    LetGoReason.SETTLED: _l("Die Forderung ist beglichen oder verglichen"),
    LetGoReason.DROPPED: _l("Niemand verfolgt den Anspruch mehr"),
    LetGoReason.NO_DUTY: _l("Die Pflicht zur Aufbewahrung ist entfallen"),
    LetGoReason.MISTAKEN: _l("Es gab keinen Grund, sie aufzubewahren"),
}
# What Lethe mails it sends itself, as a notice.
TOLD: Final = {way: title for way, title in TOLD_TITLES.items() if way is not ToldBy.MAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRestriction:
    """One reason why a person's data are restricted; `notice` says where the word to the person is."""

    reason: RestrictionReason
    title: str
    ends_here: bool
    notice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionView:
    """What the coordinator sees of restrictions, and may do; others see that there is one and no reason.

    Attributes:
        kept_until: the day until which an answer promised to keep the data.
    """

    standing: tuple[StandingRestriction, ...]
    offered: Mapping[RestrictionReason, str]
    told: Mapping[ToldBy, str]
    today: date
    kept_until: date | None
    let_go: Mapping[LetGoReason, str]
    let_go_url: str
    restrict_url: str
    lift_url: str


def restriction_view(db: Session, subject_id: str) -> RestrictionView | None:
    """Return the section, or None for whoever may not see why somebody is restricted."""
    if not may("contacts.restrict"):
        return None
    reasons = restriction.find_reasons(db, [subject_id]).get(subject_id, ())
    announced = lifting.find_announced(db, subject_id)
    return RestrictionView(
        standing=tuple(_standing(each, announced) for each in reasons),
        offered={each: str(title) for each, title in RESTRICTION_GROUNDS.items() if each not in reasons},
        told={each: str(title) for each, title in TOLD.items()},
        today=current_day(),
        kept_until=letting_go.find_kept_until(db, subject_id=subject_id, today=current_day()),
        let_go={each: str(title) for each, title in LET_GO.items()},
        let_go_url=url_for("contacts.let_go", subject_id=subject_id),
        restrict_url=url_for("contacts.restrict", subject_id=subject_id),
        lift_url=url_for("contacts.lift", subject_id=subject_id),
    )


def _standing(reason: RestrictionReason, announced: Mapping[RestrictionReason, MailState | None]) -> StandingRestriction:
    notice = None
    if reason in announced:
        gone = announced[reason] in {MailState.GIVEN_UP, None}
        notice = _("Die E-Mail kam nicht an; sagen Sie es der Person anders.") if gone else _("Die E-Mail an die Person ist unterwegs.")
    return StandingRestriction(
        reason=reason, title=str({**RESTRICTION_GROUNDS, **_ELSEWHERE}[reason]), ends_here=reason in RESTRICTION_GROUNDS, notice=notice
    )
