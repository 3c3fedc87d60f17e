"""Creating and changing a campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.services import work_rules
from crm.services.campaigns import entry as campaigns
from crm.services.campaigns.entry import LONGEST_NAME, CampaignDayError, CampaignEntry
from crm.services.changers import Changer
from crm.services.forms import SentForm, new_form_token, save_once
from crm.site.errors import sentence_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web import conflict
from crm.web.campaigns.blueprint import bp
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.desk import Desk, PurposeUnknownError, open_desk, purpose_title, strip_of
from crm.web.selects import with_chosen
from crm.web.typed import typed_day, typed_fields, typed_line, typed_number

_FIELDS = ("name", "kind", "starts_on", "ends_on")
_BASE = "was_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignForm:
    """The form with everything it needs to be shown again."""

    desk: Desk
    kinds: Mapping[str, str]
    values: Mapping[str, str]
    before: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[OtherChange, ...] = ()
    campaign_id: str = ""
    version: int = 0
    token: str = ""

    @property
    def titles(self) -> Mapping[str, str]:
        return {"name": _("Name"), "kind": _("Art"), "starts_on": _("Beginn"), "ends_on": _("Ende")}

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """Return the purposes that advertise, or all of the role where none does."""
        return tuple(each for each in self.desk.own if each.direct_marketing) or self.desk.own

    def words(self, name: str, value: str) -> str:
        """Return how a value is shown."""
        return self.kinds.get(value, value) if name == "kind" else value


@bp.get("/campaigns/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        form = CampaignForm(desk=desk, kinds=_kinds(db), values={"starts_on": desk.today.isoformat()}, token=new_form_token())
    return _show(form)


@bp.post("/campaigns/new")
def create() -> ResponseReturnValue:
    """Take the campaign in; the same form sent twice makes one."""
    form = _typed()
    if form.errors:
        return _show(form), 422
    campaign_id = save_once(lambda: _create(form))
    flash(_("Die Kampagne ist angelegt. Nehmen Sie nun eine Kundengruppe auf."), "ok")
    return redirect(url_for(".show", campaign_id=campaign_id), code=303)


@bp.get("/campaigns/<pseudonym:campaign_id>/edit")
def edit(campaign_id: str) -> ResponseReturnValue:
    """Show the form with the campaign as it is."""
    with current_runtime().database.reading() as db:
        form = _stored(db, campaign_id)
    return _show(form)


@bp.post("/campaigns/<pseudonym:campaign_id>/edit")
def change(campaign_id: str) -> ResponseReturnValue:
    """Change the campaign, unless somebody else has meanwhile: then show what they changed."""
    form = _typed(campaign_id)
    if form.errors:
        return _show(form), 422
    try:
        with current_runtime().database.writing() as db:
            now, actor = form.desk.now, form.desk.actor
            campaigns.change(db, campaign_id=campaign_id, entry=_entry(form), expected_version=form.version, actor=actor, now=now)
    except StaleVersionError:
        return _conflict(form)
    return _saved(campaign_id)


def _saved(campaign_id: str) -> ResponseReturnValue:
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".show", campaign_id=campaign_id), code=303)


def _create(form: CampaignForm) -> str:
    with current_runtime().database.writing() as db:
        sent = SentForm(form.token, dict(form.values))
        return campaigns.create(db, entry=_entry(form), form=sent, actor=form.desk.actor, now=form.desk.now)


def _conflict(mine: CampaignForm) -> ResponseReturnValue:
    with current_runtime().database.reading() as db:
        current = _stored(db, mine.campaign_id)
    found = conflict.find_conflict(
        mine=mine.values,
        theirs={name: current.values[name] for name in _FIELDS},
        before=mine.before,
        titles=mine.titles,
        words=mine.words,
    )
    if found is None:  # the same form, sent twice
        return _saved(mine.campaign_id)
    return _show(replace(current, values=found.values, errors=found.errors, changes=found.changes)), 409


def _stored(db: Session, campaign_id: str) -> CampaignForm:
    campaign = campaigns.get_campaign(db, campaign_id=campaign_id)
    values = {
        "name": campaign.name,
        "kind": campaign.kind,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat() if campaign.ends_on else "",
    }
    return CampaignForm(
        desk=open_desk(db),
        kinds=_kinds(db),
        values=values,
        before=values,
        campaign_id=campaign_id,
        version=campaign.version,
    )


def _typed(campaign_id: str = "") -> CampaignForm:
    """Return what was typed, with everything that is wrong with it."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        form = CampaignForm(
            desk=desk,
            kinds=_kinds(db),
            values=typed_fields((*_FIELDS, "purpose")),
            before=typed_fields(_FIELDS, prefix=_BASE),
            campaign_id=campaign_id,
            version=typed_number("version"),
            token=typed_line("token"),
        )
        faults = [*campaigns.check(db, entry=_entry(form)), *_unread_days(form), *_foreign_purpose(form)]
    return replace(form, errors={fault.field or "name": sentence_of(fault) for fault in reversed(faults)})


def _unread_days(form: CampaignForm) -> list[InvalidInputError]:
    """Return what was typed as the last day and is no day; the first day has its own sentence."""
    return [CampaignDayError(field="ends_on")] if form.values["ends_on"] and typed_day("ends_on") is None else []


def _foreign_purpose(form: CampaignForm) -> list[InvalidInputError]:
    """Return that a new campaign names a purpose for which its maker does not work."""
    is_own = form.values["purpose"] in {each.code for each in form.purposes}
    return [] if form.campaign_id or is_own else [PurposeUnknownError(field="purpose")]


def _entry(form: CampaignForm) -> CampaignEntry:
    return CampaignEntry(
        name=form.values["name"],
        kind=form.values["kind"],
        purpose=form.values["purpose"],
        starts_on=typed_day("starts_on"),
        ends_on=typed_day("ends_on"),
    )


def _kinds(db: Session) -> dict[str, str]:
    return {code: in_language(kind.title) for code, kind in work_rules.find(db).campaign_kinds.items()}


def _show(form: CampaignForm) -> str:
    is_new = not form.campaign_id
    return render_template(
        "campaigns/edit.html",
        strip=strip_of(form.desk, shown=0),
        is_new=is_new,
        fieldsets=(FieldSet(title=_("Kampagne"), fields=_inputs(form, is_new=is_new)),),
        action_url=url_for(".create") if is_new else url_for(".change", campaign_id=form.campaign_id),
        cancel_url=url_for(".index") if is_new else url_for(".show", campaign_id=form.campaign_id),
        others_changes=form.changes,
        changed_by=str(CHANGED_BY[Changer.UNKNOWN]),
    )


def _inputs(form: CampaignForm, *, is_new: bool) -> tuple[FieldInput, ...]:
    values, errors, titles = form.values, form.errors, form.titles
    kinds = with_chosen(tuple(Option(code, title) for code, title in form.kinds.items()), values.get("kind", ""))
    hidden = (
        {"token": form.token} if is_new else {"version": str(form.version), **{_BASE + name: form.before[name] for name in form.before}}
    )
    return (
        FieldInput(
            name="name", title=titles["name"], value=values.get("name", ""), required=True, max_length=LONGEST_NAME,
            error=errors.get("name"), hint=_("Ohne Namen von Personen: Ihn sieht, wer Kampagnen auswertet."),
        ),
        FieldInput(name="kind", title=titles["kind"], kind="select", value=values.get("kind", ""), options=kinds, error=errors.get("kind")),
        *((_purpose_input(form),) if is_new else ()),
        *(
            FieldInput(
                name=name, title=titles[name], kind="date", value=values.get(name, ""), error=errors.get(name), short=True,
                required=name == "starts_on",
            )
            for name in ("starts_on", "ends_on")
        ),
        *(FieldInput(name=name, title="", kind="hidden", value=value) for name, value in hidden.items()),
    )  # fmt: skip


def _purpose_input(form: CampaignForm) -> FieldInput:
    return FieldInput(
        name="purpose",
        title=_("Zweck"),
        kind="select",
        value=form.values.get("purpose", ""),
        options=tuple(Option(each.code, purpose_title(each)) for each in form.purposes),
        error=form.errors.get("purpose"),
        hint=_("Erreicht wird nur, wessen Daten für diesen Zweck verwendet werden dürfen. Er bleibt, wie er ist."),
    )
