"""What permits to compare staff: management stores it, and ends it."""

from dataclasses import dataclass, field

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services.reports import agreements
from crm.services.reports.agreements import LONGEST_REFERENCE, AgreementDayError, NewAgreement
from crm.services.staff_names import find_staff_names
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.web.author import author_in_words
from crm.web.desk import current_day
from crm.web.reports.blueprint import bp
from crm.web.reports.words import KIND_TITLES
from crm.web.typed import typed_day, typed_fields


@dataclass(frozen=True, slots=True)
class _Typed:
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@bp.get("/reports/agreement")
def agreement() -> ResponseReturnValue:
    """Show what is stored, and the form for another one."""
    return _page(_Typed())


@bp.post("/reports/agreement")
def store_agreement() -> ResponseReturnValue:
    """Store an agreement; a form that comes twice meets the first."""
    runtime = current_runtime()
    values = typed_fields(("kind", "reference", "valid_from", "valid_until"))
    new = NewAgreement(
        kind=values["kind"],
        reference=values["reference"],
        valid_from=typed_day("valid_from"),
        valid_until=typed_day("valid_until"),
    )
    try:
        if values["valid_until"] and new.valid_until is None:
            raise AgreementDayError(field="valid_until")
        with runtime.database.writing() as db:
            agreements.store(db, new=new, actor=current_actor(), now=runtime.clock.now())
    except InvalidInputError as error:
        return _page(_Typed(values, {error.field or "reference": sentence_of(error)})), status_of(error)
    flash(_("Die Grundlage ist hinterlegt. Solange sie gilt, zeigen die Quartalszahlen die Rangfolge."), "ok")
    return redirect(url_for(".agreement"), code=303)


@bp.post("/reports/agreement/<pseudonym:agreement_id>/end")
def end_agreement(agreement_id: str) -> ResponseReturnValue:
    """End an agreement: from now on nobody is compared."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        agreements.end(db, agreement_id=agreement_id, today=current_day(), actor=current_actor(), now=runtime.clock.now())
    flash(_("Beendet. Die Rangfolge ist ab sofort nicht mehr da."), "ok")
    return redirect(url_for(".agreement"), code=303)


def _page(typed: _Typed) -> str:
    today = current_day()
    with current_runtime().database.reading() as db:
        stored = agreements.find_all(db)
        standing = agreements.find_standing(db, today=today)
        staff = find_staff_names(db)
    return render_template(
        "reports/agreement.html",
        strip=None,
        standing_id=standing.id if standing else None,
        rows=[(each, KIND_TITLES.get(each.kind, each.kind), author_in_words(staff, each.stored_by)) for each in stored],
        endable={each.id for each in stored if each.valid_until is None or each.valid_until >= today},
        fieldsets=(FieldSet(title=_("Grundlage hinterlegen"), fields=_inputs(typed)),),
    )


def _inputs(typed: _Typed) -> tuple[FieldInput, ...]:
    values, errors = typed.values, typed.errors
    options = tuple(Option(code, str(title)) for code, title in KIND_TITLES.items())
    return (
        FieldInput(name="kind", title=_("Art"), kind="select", value=values.get("kind", ""), options=options, error=errors.get("kind")),
        FieldInput(
            name="reference",
            title=_("Wo sie zu finden ist"),
            value=values.get("reference", ""),
            required=True,
            max_length=LONGEST_REFERENCE,
            error=errors.get("reference"),
            hint=_("Zum Beispiel „Betriebsvereinbarung Vertrieb vom 12.03.2026, Ordner 4“; ohne Namen von Personen."),
        ),
        *(
            FieldInput(
                name=name,
                title=title,
                kind="date",
                value=values.get(name, ""),
                required=name == "valid_from",
                error=errors.get(name),
                short=True,
            )
            for name, title in (("valid_from", _("Gilt ab")), ("valid_until", _("Gilt bis")))
        ),
    )
