"""The channel matrix in words: whether, why, and what is open instead."""

from collections.abc import Mapping
from datetime import datetime

from flask import url_for

from crm.privacy.consent import ConsentAct
from crm.privacy.lawfulness import Standing
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel
from crm.services.contacts import writing
from crm.services.contacts.view import ChannelState, ContactView
from crm.site.access import may
from crm.site.i18n import _, day
from crm.site.view_models import ChannelView, ChipState
from crm.web.desk import Desk, purpose_title


def make_channels(desk: Desk, view: ContactView) -> tuple[ChannelView, ...]:
    """Return the three ways; a closed one names an open one that has an address."""
    targets = _targets(view.person.fields)
    open_ways = [each.channel for each in view.channels if each.standing is Standing.ALLOWED and targets[each.channel]]
    way_out = open_ways[0] if open_ways else None
    return tuple(_make(desk, view, each, targets[each.channel], way_out) for each in view.channels)


def _make(desk: Desk, view: ContactView, channel: ChannelState, target: str | None, way_out: Channel | None) -> ChannelView:
    state = _state(view, channel, target)
    open_way = channel.standing is Standing.ALLOWED and target is not None
    return ChannelView(
        channel=channel.channel,
        state=state,
        reason=_reason(desk, view, channel, state),
        target=target if open_way else None,
        way_out=None if open_way else way_out,
        matters_only=open_way and state is ChipState.OBJECTED,
        write_url=_write_url(desk, view) if channel.channel is Channel.EMAIL else None,
    )


def _write_url(desk: Desk, view: ContactView) -> str | None:
    writes = may("contacts.write_mail") and writing.serves(desk.purpose)
    return url_for("contacts.write_mail", subject_id=view.person.subject_id) if writes else None


def _targets(fields: Mapping[str, str]) -> dict[Channel, str | None]:
    place = " ".join(fields[name] for name in ("postal_code", "city") if fields.get(name))
    lines = [full_address_name(fields), fields.get("street", ""), place, fields.get("country", "")]
    return {
        Channel.EMAIL: fields.get("email"),
        Channel.PHONE: fields.get("phone") or fields.get("mobile"),
        Channel.LETTER: "\n".join(line for line in lines if line) if fields.get("street") or place else None,
    }


def full_address_name(fields: Mapping[str, str]) -> str:
    """Return the first line of a letter."""
    return " ".join(fields[name] for name in ("title", "first_name", "last_name") if fields.get(name))


def _state(view: ContactView, channel: ChannelState, target: str | None) -> ChipState:
    if channel.standing is Standing.ALLOWED:
        return _open_state(channel) if target else ChipState.ABSENT
    if channel.standing is Standing.OBJECTED:
        return ChipState.OBJECTED
    if channel.standing is Standing.RESTRICTED:
        return ChipState.RESTRICTED
    if not (view.purpose.direct_marketing or view.purpose.needs_consent):
        return ChipState.NO_BASIS
    acts = {given.act for (_code, way), given in view.person.state.consents.items() if way is channel.channel}
    return ChipState.UNPROVEN if acts == {ConsentAct.UNPROVEN} else ChipState.MISSING


def _open_state(channel: ChannelState) -> ChipState:
    """Return the chip of a way that is open: green would invite to the advertising somebody objected to (Art. 21(3) DSGVO)."""
    return ChipState.OBJECTED if channel.advertising_objected else ChipState.ALLOWED


def _reason(desk: Desk, view: ContactView, channel: ChannelState, state: ChipState) -> str:
    if state is ChipState.ABSENT:
        return _absent(view, channel)
    if state is ChipState.ALLOWED:
        return _allowed(desk, channel)
    if state is ChipState.OBJECTED:
        return _objected(desk, view, channel)
    return {
        ChipState.RESTRICTED: _("Die Verarbeitung ist eingeschränkt"),
        ChipState.NO_BASIS: _("Dieser Zweck sieht diesen Weg nicht vor"),
        ChipState.UNPROVEN: _("Einwilligung aus dem Vorsystem ohne Beleg"),
        ChipState.MISSING: _("Keine Einwilligung"),
    }[state]


def _absent(view: ContactView, channel: ChannelState) -> str:
    if channel.by and channel.by.code != view.purpose.code:
        return _("Erlaubt mit dem Zweck „%(purpose)s“; wechseln Sie ihn oben", purpose=purpose_title(channel.by))
    return {
        Channel.EMAIL: _("Keine E-Mail-Adresse hinterlegt"),
        Channel.PHONE: _("Keine Telefonnummer hinterlegt"),
    }.get(channel.channel, _("Keine Anschrift hinterlegt"))


def _allowed(desk: Desk, channel: ChannelState) -> str:
    if channel.by and channel.by.needs_consent and channel.since:
        return _("Einwilligung vom %(day)s", day=_on(desk, channel.since))
    if channel.by and channel.by.direct_marketing:
        return _("Auch für Werbung, solange niemand widerspricht")
    return _("Zu laufenden Vorgängen, nicht für Werbung")


def _objected(desk: Desk, view: ContactView, channel: ChannelState) -> str:
    scopes = (Objection(DIRECT_MARKETING, channel.channel), Objection(DIRECT_MARKETING), Objection(view.purpose.code))
    raised = [view.objected_at[each] for each in scopes if each in view.objected_at]
    if channel.standing is Standing.ALLOWED and raised:
        left = _("erlaubt bleiben laufende Vorgänge und Antworten")
        return _("Werbung widersprochen am %(day)s; %(left)s", day=_on(desk, max(raised)), left=left)
    return _("Widersprochen am %(day)s", day=_on(desk, max(raised))) if raised else _("Widersprochen")


def _on(desk: Desk, moment: datetime) -> str:
    return day(moment.astimezone(desk.zone).date())
