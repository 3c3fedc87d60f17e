"""Dates and origins that explain the contact page."""

from datetime import datetime

from crm.models.lawfulness import NoticeEvent
from crm.privacy.collection import Notice
from crm.privacy.consent import ConsentAct
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Purpose
from crm.services.contacts.view import ContactView
from crm.site.i18n import _, day
from crm.site.view_models import OriginView
from crm.web.desk import Desk


def consented_at(view: ContactView) -> datetime | None:
    """Return since when the purpose at hand rests on a consent, if it does."""
    given = [each.since for (code, _channel), each in view.person.state.consents.items() if code == view.purpose.code and each.permits]
    return min(given, default=None)


def purpose_notes(desk: Desk, view: ContactView) -> dict[str, str]:
    """Return the date behind each chip: of the consent, of the objection, of the ground."""
    notes: dict[str, str] = {}
    for purpose, _standing in view.standings:
        since = next((each.since for (code, _way), each in view.person.state.consents.items() if code == purpose.code), None)
        ground = view.person.state.grounds.get(purpose.code)
        if objected := view.objected_at.get(Objection(purpose.code)) or _marketing_objection(view, purpose):
            notes[purpose.code] = _("Widerspruch vom %(day)s", day=day(objected.astimezone(desk.zone).date()))
        elif since:
            notes[purpose.code] = _consent_note(view, purpose.code, day(since.astimezone(desk.zone).date()))
        elif ground:
            notes[purpose.code] = _("seit %(day)s", day=day(ground.since.astimezone(desk.zone).date()))
    return notes


def _marketing_objection(view: ContactView, purpose: Purpose) -> datetime | None:
    standing = Objection(DIRECT_MARKETING)
    return view.objected_at.get(standing) if purpose.direct_marketing and standing in view.person.state.objections else None


def _consent_note(view: ContactView, code: str, on: str) -> str:
    acts = {each.act for (each_code, _way), each in view.person.state.consents.items() if each_code == code}
    if ConsentAct.GIVEN in acts:
        return _("Einwilligung vom %(day)s", day=on)
    if ConsentAct.UNPROVEN in acts:
        return _("aus dem Vorsystem, ohne Beleg")
    return _("Widerruf vom %(day)s", day=on) if ConsentAct.WITHDRAWN in acts else _("angefragt am %(day)s", day=on)


def make_origin(desk: Desk, view: ContactView) -> OriginView:
    """Return where the data came from if the purpose opens that, whether the person was told, and who receives them."""
    told = view.notice if view.notice and view.notice.act != Notice.DUE else None
    due_at = view.notice.due_at if view.notice and not told else None
    return OriginView(
        origin=view.person.origin or None,
        collected_on=view.contact.collected_at.astimezone(desk.zone).date(),
        told=_told(desk, told) if told else None,
        told_due_on=due_at.astimezone(desk.zone).date() if due_at else None,
        recipients=tuple(dict.fromkeys(recipient for purpose, _standing in view.standings for recipient in purpose.recipients)),
    )


def _told(desk: Desk, notice: NoticeEvent) -> str:
    on = day(notice.effective_at.astimezone(desk.zone).date())
    if notice.act == Notice.EARLIER:
        return _("bei der Erhebung im Vorsystem, %(day)s", day=on)
    return _("%(day)s, Fassung %(version)s, Art. %(article)s", day=on, version=notice.version, article=notice.article)
