"""The page of a company."""

from collections.abc import Mapping

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.errors import NoLawfulBasisError, ObjectedError, PrivacyError, RestrictedError
from crm.services import work_rules
from crm.services.companies.view import CompanyView, open_company
from crm.services.matter import Matter
from crm.services.staff_names import find_staff_names
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import CompanyFacts, FactsView, FactView, StripView
from crm.site.visitor import current_actor
from crm.site.words import FIELD_TITLES, GROUP_TITLES
from crm.web.activities.rows import activities_of
from crm.web.companies.blueprint import bp
from crm.web.contacts import rows
from crm.web.contacts.chips import legend
from crm.web.contacts.forget import make_forget
from crm.web.deals.page import deals_of
from crm.web.desk import Desk, find_desk, purpose_links, strip_of, time_zone
from crm.web.files.blueprint import files_of
from crm.web.invoices.rows import invoices_of
from crm.web.names import name_fields
from crm.web.tickets.rows import tickets_of


@bp.get("/companies/<pseudonym:company_id>")
def show(company_id: str) -> ResponseReturnValue:
    """Show a company, and the people of it whom the purpose may see."""
    try:
        return _page(company_id)
    except (NoLawfulBasisError, ObjectedError, RestrictedError) as error:
        return _refuse(error)


def _page(company_id: str) -> str:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        desk = find_desk(db)
        view = _open(db, company_id, desk)
        names, rules = find_staff_names(db), work_rules.find(db)
        staff = names.by_account
        deals = deals_of(db, desk, staff, company_id=company_id)
        activities = activities_of(db, desk, staff, company_id=company_id)
        trader = view.company.subject_id
        tickets = tickets_of(db, desk, staff, company_id=company_id, subject_id=trader)
        files = files_of(db, desk, names, matter=Matter(company_id=company_id))
        invoices = invoices_of(db, subject_id=trader) if trader else invoices_of(db, company_id=company_id)
    return render_template(
        "companies/show.html",
        deals=deals,
        activities=activities,
        tickets=tickets,
        invoices=invoices,
        files=files,
        **_context(view, desk, staff),
        **_people(view, desk, staff, rules),
    )


def _open(db: Session, company_id: str, desk: Desk | None) -> CompanyView:
    runtime = current_runtime()
    return open_company(
        db,
        company_id=company_id,
        purpose=desk.purpose if desk else None,
        people_for=desk.purpose if desk and may("contacts.show") else None,
        actor=current_actor(),
        now=desk.now if desk else runtime.clock.now(),
        zone=time_zone(),
    )


def _refuse(error: PrivacyError) -> ResponseReturnValue:
    """Say what stands against showing a sole trader; other purposes of the role are in the strip."""
    with current_runtime().database.reading() as db:
        desk = find_desk(db)
    page = render_template(
        "contacts/refused.html",
        strip=strip_of(desk, shown=0) if desk else None,
        message=sentence_of(error),
        restricted=isinstance(error, RestrictedError),
        offers=purpose_links(desk.others) if desk and not isinstance(error, RestrictedError) else (),
        rights_url=None,
    )
    return page, status_of(error)


def _context(view: CompanyView, desk: Desk | None, staff: Mapping[str, str]) -> dict[str, object]:
    company = view.company
    place = " ".join(view.fields[name] for name in ("postal_code", "city") if view.fields.get(name))
    created_on = company.created_at.astimezone(time_zone()).date()
    return {
        "strip": _strip(view, desk),
        "company": CompanyFacts(
            company_id=company.id,
            name=view.fields.get("name") or _("ohne Namen"),
            subline=" · ".join(part for part in (company.segment, place) if part),
            sole_trader=view.is_sole_trader,
        ),
        "facts": _facts(view, staff),
        "below": tuple(
            FactView(title="", lines=(each.name or "",), url=url_for("companies.show", company_id=each.id)) for each in view.below
        ),
        "forget": make_forget(desk, view.forgetting, collected_on=created_on) if desk and view.is_sole_trader else None,
        "hold_url": url_for("holds.new", company=company.id) if may("holds.new") else None,
        "edit_url": url_for("companies.edit", company_id=company.id)
        if may("companies.edit") and (desk or not view.is_sole_trader)
        else None,
        "new_contact_url": url_for("contacts.new", company=company.id) if may("contacts.new") and not view.is_sole_trader else None,
    }


def _strip(view: CompanyView, desk: Desk | None) -> StripView | None:
    """Return the strip: of a sole trader, what the page shows of them; of a legal person, what it shows of its people."""
    if desk is None:
        return None
    own = set(view.fields) if view.is_sole_trader else set()
    people = set(rows.shown_fields(desk)) if view.people else set()
    note = None if view.is_sole_trader else _("ein Eintrag für die ganze Liste")
    return strip_of(desk, shown=len(own | people), per_person=not view.is_sole_trader, note=note)


def _facts(view: CompanyView, staff: Mapping[str, str]) -> FactsView:
    fields = view.fields
    personal = set(fields) if view.is_sole_trader else set()
    place = " ".join(fields[name] for name in ("postal_code", "city") if fields.get(name))
    lines = tuple(line for line in (fields.get("street"), place, fields.get("country")) if line)
    located = tuple(name for name in ("street", "postal_code", "city", "country") if name in personal)
    address = (FactView(title=str(GROUP_TITLES["address"]), lines=lines, fields=located),) if lines else ()
    rest = tuple(
        FactView(title=str(FIELD_TITLES[name]), lines=(fields[name],), fields=(name,) if name in personal else ())
        for name in ("phone", "website")
        if fields.get(name)
    )
    owner = staff.get(view.company.owner_id or "")
    above = tuple(
        FactView(title=_("Gehört zu"), lines=(each.name or "",), url=url_for("companies.show", company_id=each.id)) for each in view.above
    )
    record = tuple(
        FactView(title=title, lines=(value,)) for title, value in ((_("Segment"), view.company.segment), (_("Betreuung"), owner)) if value
    )
    return FactsView(columns=(address, rest, (*above, *record)))


def _people(view: CompanyView, desk: Desk | None, staff: Mapping[str, str], rules: WorkRules) -> dict[str, object]:
    if desk is None or view.people is None:
        return {"rows": None, "capacities": (), "columns": (), "legend": (), "name_fields": "", "more_url": None}
    more = url_for("contacts.index", company=view.company.id)
    shown = rows.make_rows(desk, view.people, staff)
    return {
        "rows": shown,
        "capacities": _capacities(view, rules) if view.capacities else (),
        "columns": rows.columns_of(desk),
        "legend": legend(shown),
        "name_fields": " ".join(name_fields(desk)),
        "more_url": more if view.people else None,
    }


def _capacities(view: CompanyView, rules: WorkRules) -> tuple[str, ...]:
    """Return what each person on the page is at the company, in words, in the order of the rows."""
    titles = {code: in_language(each.title) for code, each in rules.capacities.items()}
    return tuple(
        ", ".join(titles.get(code, code) for code in view.capacities.get(each.person.subject_id, ())) for each in view.people or ()
    )
