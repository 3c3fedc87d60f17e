"""The forms with which staff enter what a person wants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from crm.privacy.consent import ConsentAct
from crm.privacy.purposes import Channel, Purpose
from crm.services.contacts.fields import LONGEST
from crm.services.contacts.rights import LONGEST_WORDING, Rights, StandingConsent
from crm.services.contacts.view import CHANNELS
from crm.site.i18n import _, day
from crm.site.view_models import ChipState, FieldInput, FieldSet, Option
from crm.site.words import CHANNEL_TITLES, CHANNEL_WAYS
from crm.web.contacts.objection_words import ALL_WAYS
from crm.web.desk import purpose_title, time_zone
from crm.web.typed import typed_day_line, typed_line, typed_text

_CHIPS = {ConsentAct.GIVEN: ChipState.ALLOWED, ConsentAct.UNPROVEN: ChipState.UNPROVEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsForm:
    """What was typed about a consent, and what was wrong with it."""

    permission: str = ""
    wording: str = ""
    evidence: str = ""
    given_on: str = ""
    wrong_field: str = ""
    wrong: str | None = None

    @classmethod
    def typed(cls) -> "RightsForm":
        """Return what this request sent."""
        return cls(
            permission=typed_line("permission"),
            wording=typed_text("wording"),
            evidence=typed_line("evidence"),
            given_on=typed_day_line("given_on"),
        )

    def refused(self, field: str, sentence: str) -> "RightsForm":
        """Return the form with what is wrong, at its field."""
        return replace(self, wrong_field=field, wrong=sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChoice:
    """One way that can be closed for advertising."""

    value: str
    title: str
    objected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent as it stands."""

    title: str
    value: str
    state: ChipState
    note: str
    can_be_withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsView:
    """Everything the page shows."""

    contact_url: str
    objection_url: str
    correction_url: str
    lift_url: str
    consent_url: str
    withdrawal_url: str
    objected_to_all: bool
    all_ways: str
    channels: tuple[ChannelChoice, ...]
    consents: tuple[ConsentRow, ...]
    fieldsets: tuple[FieldSet, ...]


def rights_view(subject_id: str, found: Rights, permissions: Sequence[tuple[Purpose, Channel]], form: RightsForm) -> RightsView:
    """Return the page of one person."""
    return RightsView(
        contact_url=url_for("contacts.show", subject_id=subject_id),
        objection_url=url_for("contacts.raise_objection", subject_id=subject_id),
        correction_url=url_for("contacts.correct_objection", subject_id=subject_id),
        lift_url=url_for("contacts.lift_objection", subject_id=subject_id),
        consent_url=url_for("contacts.record_consent", subject_id=subject_id),
        withdrawal_url=url_for("contacts.withdraw_consent", subject_id=subject_id),
        objected_to_all=found.objected_to_all,
        all_ways=ALL_WAYS,
        channels=tuple(
            ChannelChoice(value=each, title=str(CHANNEL_TITLES[each]), objected=found.objected_to_all or each in found.objected_channels)
            for each in CHANNELS
        ),
        consents=tuple(_row(each, found) for each in found.consents),
        fieldsets=(_consent_fields(permissions, form),),
    )


def _title(purpose: Purpose, channel: Channel) -> str:
    return _("%(purpose)s, %(way)s", purpose=purpose_title(purpose), way=CHANNEL_WAYS[channel])


def _row(each: StandingConsent, found: Rights) -> ConsentRow:
    stops = each.purpose.direct_marketing and (found.objected_to_all or each.channel in found.objected_channels)
    given = _CHIPS.get(each.act, ChipState.MISSING) if each.act else ChipState.MISSING
    on = day(each.since.astimezone(time_zone()).date()) if each.since else ""
    notes = {
        ConsentAct.GIVEN: _("Einwilligung vom %(day)s", day=on),
        ConsentAct.UNPROVEN: _("aus dem Vorsystem, ohne Beleg"),
        ConsentAct.WITHDRAWN: _("Widerruf vom %(day)s", day=on),
        ConsentAct.REQUESTED: _("angefragt am %(day)s", day=on),
    }
    rests = found.state.restricted and each.act is ConsentAct.GIVEN and not each.purpose.survives_restriction
    note = notes[each.act] if each.act else ""
    return ConsentRow(
        title=_title(each.purpose, each.channel),
        value=f"{each.purpose.code}:{each.channel}",
        # An objection wins over every consent, on this page as everywhere; a restriction lets it rest, and it comes back after.
        state=ChipState.OBJECTED if stops else ChipState.RESTRICTED if rests else given,
        note=_("%(note)s; ruht, solange die Daten eingeschränkt sind", note=note) if rests else note,
        can_be_withdrawn=each.can_be_withdrawn,
    )


def _consent_fields(permissions: Sequence[tuple[Purpose, Channel]], form: RightsForm) -> FieldSet:
    options = tuple(Option(f"{purpose.code}:{channel}", _title(purpose, channel)) for purpose, channel in permissions)
    fields = (
        FieldInput(name="permission", title=_("Wozu und auf welchem Weg"), value=form.permission, kind="select", options=options),
        FieldInput(name="given_on", title=_("Eingewilligt am"), value=form.given_on, kind="date", required=True, short=True),
        FieldInput(name="wording", title=_("Wortlaut"), value=form.wording, kind="textarea", required=True, max_length=LONGEST_WORDING),
        FieldInput(
            name="evidence",
            title=_("Wie und wo belegt"),
            value=form.evidence,
            required=True,
            max_length=LONGEST,
            hint=_("Zum Beispiel „Formular auf Papier, Ordner 12“. Der Beleg wird verschlossen aufbewahrt."),
        ),
    )
    return FieldSet(
        title=_("Einwilligung festhalten"),
        hint=_("Sie gilt nur mit dem Wortlaut, dem zugestimmt wurde, und einem Beleg (Art. 7 Abs. 1 DSGVO)."),
        fields=tuple(replace(each, error=form.wrong) if each.name == form.wrong_field else each for each in fields),
    )
