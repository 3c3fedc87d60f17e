"""The contact page."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.models.field_groups import FieldGroup
from crm.privacy.errors import NoLawfulBasisError, ObjectedError, PrivacyError, RestrictedError
from crm.services.campaigns.responding import OwnCampaign, find_of_person
from crm.services.contacts.timeline import Past, find_past
from crm.services.contacts.view import ContactView, find_allowing, open_contact
from crm.services.staff_names import StaffNames, find_staff_names
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.installation import current_runtime
from crm.site.view_models import NoteView
from crm.web.activities.rows import ActivitiesOf, activities_of
from crm.web.author import author_in_words
from crm.web.contacts import facts, remarks
from crm.web.contacts.affiliation_section import NOTHING_TYPED, AffiliationsView, TypedAffiliation, affiliations_of
from crm.web.contacts.blueprint import bp
from crm.web.contacts.campaigns import make_campaigns
from crm.web.contacts.card import VERSIONS
from crm.web.contacts.channels import make_channels
from crm.web.contacts.chips import page_chips
from crm.web.contacts.forget import make_forget
from crm.web.contacts.notes_form import NoteForm, note_form
from crm.web.contacts.notes_words import KIND_TITLES
from crm.web.contacts.objection_link import find_link_url
from crm.web.contacts.timeline import make_timeline
from crm.web.deals.page import DealsOf, deals_of
from crm.web.desk import Desk, open_desk, person_strip, purpose_links, strip_of
from crm.web.invoices.rows import InvoicesOf, invoices_of
from crm.web.names import full_name
from crm.web.tickets.rows import TicketsOf, tickets_of


@bp.get("/contacts/<pseudonym:subject_id>")
def show(subject_id: str) -> ResponseReturnValue:
    """Show one person as far as the purpose allows, with the reasons."""
    return render_contact(subject_id, note_form())


def render_contact(subject_id: str, form: NoteForm, affiliation: TypedAffiliation = NOTHING_TYPED) -> ResponseReturnValue:
    """Open the person and return the page, or the page that says why not and what is possible instead."""
    try:
        opened = _open(subject_id, affiliation)
    except (NoLawfulBasisError, ObjectedError, RestrictedError) as error:
        return _refuse(subject_id, error)
    return render_template("contacts/show.html", **_context(opened, form))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    desk: Desk
    view: ContactView
    past: Past
    staff: StaffNames
    link_url: str | None
    deals: DealsOf | None
    activities: ActivitiesOf | None
    affiliations: AffiliationsView | None
    tickets: TicketsOf | None
    invoices: InvoicesOf | None
    campaigns: tuple[OwnCampaign, ...]


def _open(subject_id: str, affiliation: TypedAffiliation) -> _Opened:
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        view = open_contact(
            db, subject_id=subject_id, purpose=desk.purpose, purposes=desk.purposes, actor=desk.actor, now=desk.now, zone=desk.zone
        )
        staff = find_staff_names(db)
        return _Opened(
            desk=desk,
            view=view,
            past=find_past(db, subject_id=subject_id),
            staff=staff,
            link_url=find_link_url(desk.purposes, view.person.state),
            deals=deals_of(db, desk, staff.by_account, subject_id=subject_id),
            activities=activities_of(db, desk, staff.by_account, subject_id=subject_id),
            affiliations=affiliations_of(db, desk, subject_id, affiliation),
            tickets=tickets_of(db, desk, staff.by_account, subject_id=subject_id),
            invoices=invoices_of(db, subject_id=subject_id),
            campaigns=find_of_person(db, subject_id=subject_id) if may("campaigns.enter_for_person") else (),
        )


def _refuse(subject_id: str, error: PrivacyError) -> ResponseReturnValue:
    """Say what stands against it, and name the purposes of the reader's role that may."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        allowing = tuple(find_allowing(db, subject_id=subject_id, purposes=desk.purposes, actor=desk.actor, now=desk.now))
    page = render_template(
        "contacts/refused.html",
        strip=strip_of(desk, shown=0),
        message=sentence_of(error),
        restricted=isinstance(error, RestrictedError),
        offers=purpose_links(allowing),
        rights_url=_rights_url(subject_id),
    )
    return page, status_of(error)


def _context(opened: _Opened, form: NoteForm) -> dict[str, object]:
    desk, view = opened.desk, opened.view
    subject_id = view.person.subject_id
    shown = facts.make_facts(view, owner=opened.staff.by_account.get(view.contact.owner_id or ""))
    timeline = make_timeline(desk, opened.past, shown=shown.count, groups=view.person.groups)
    ground = view.person.state.grounds.get(desk.purpose.code)
    return {
        "strip": person_strip(desk, view.person.fields, since=ground.since if ground else remarks.consented_at(view)),
        "subject_id": subject_id,
        "name": full_name(view.person.fields),
        "subline": view.person.fields.get("position", ""),
        "company": facts.company_fact(view),
        "channels": make_channels(desk, view),
        "facts": shown,
        "forget": make_forget(desk, view.forgetting, collected_on=view.contact.collected_at.astimezone(desk.zone).date()),
        "purposes": page_chips(view.standings, view.person.state, remarks.purpose_notes(desk, view)),
        "origin": remarks.make_origin(desk, view),
        "deals": opened.deals,
        "activities": opened.activities,
        "affiliations": opened.affiliations,
        "tickets": opened.tickets,
        "invoices": opened.invoices,
        "campaigns": make_campaigns(desk, subject_id, opened.campaigns),
        "timeline": timeline.lines,
        "older": timeline.older,
        "edit_url": url_for("contacts.edit", subject_id=subject_id) if may("contacts.edit") else None,
        "card_urls": _card_urls(subject_id),
        "rights_url": _rights_url(subject_id),
        "link_url": opened.link_url,
        "documents_url": url_for("documents.of_person", subject_id=subject_id) if may("documents.of_person") else None,
        "history_url": url_for("ledger.index", subject=subject_id) if may("ledger.index") else None,
        **_notes(opened, form),
    }


def _card_urls(subject_id: str) -> list[tuple[str, str]]:
    versions = VERSIONS if may("contacts.card") else ()
    return [(each, url_for("contacts.card", subject_id=subject_id, version=each)) for each in versions]


def _rights_url(subject_id: str) -> str | None:
    return url_for("contacts.rights", subject_id=subject_id) if may("contacts.rights") else None


def _notes(opened: _Opened, form: NoteForm) -> dict[str, object]:
    """Return the notes where the purpose opens them, and the form where the reader may write."""
    if FieldGroup.NOTES not in opened.desk.purpose.groups:
        return {"notes": None, "note_form": None, "note_url": None}
    notes = tuple(
        NoteView(
            written_at=each.written_at,
            author=author_in_words(opened.staff, each.author),
            text=each.text,
            kind=str(KIND_TITLES[each.kind]) if each.kind in KIND_TITLES else None,
        )
        for each in opened.view.person.notes
    )
    writes = may("contacts.write_note")
    subject_id = opened.view.person.subject_id
    return {
        "notes": notes,
        "note_form": form if writes else None,
        "note_url": url_for("contacts.write_note", subject_id=subject_id) if writes else None,
    }
