"""Opening a case: what staff were told, from the desk or from the page of a contact."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.models.request_case import CaseKind, CaseState, CaseWay, RequestCase
from crm.privacy.requests import people
from crm.privacy.requests.errors import CaseOpenAlreadyError, NotOfferedError, ReceiptDayError
from crm.services.contacts.view import get_contact
from crm.services.forms import new_form_token, save_once
from crm.services.requests import alike
from crm.services.requests import opening as use_case
from crm.services.requests.opening import LONGEST, LONGEST_MESSAGE, NewRequest
from crm.site.access import may
from crm.site.errors import sentence_of
from crm.site.i18n import _, _l, current_language, day
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.web.desk import current_day
from crm.web.requests.blueprint import bp
from crm.web.requests.words import CASE_KINDS, STATES, WAYS
from crm.web.typed import chosen_id, typed_day_line, typed_line, typed_text

_ADDRESSEE: Final = {
    "name": _l("Name"),
    "email": _l("E-Mail"),
    "street": _l("Straße und Hausnummer"),
    "postal_code": _l("Postleitzahl"),
    "city": _l("Ort"),
    "country": _l("Land"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """What was typed, and what was wrong with it."""

    token: str
    kind: str = CaseKind.ERASURE
    way: str = CaseWay.PHONE
    received_on: str = ""
    language: str = "de"
    is_known: bool = False
    objects_too: bool = False
    is_another: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    wrong_field: str = ""
    wrong: str | None = None

    @classmethod
    def typed(cls) -> "NewForm":
        """Return what this request sent."""
        return cls(
            token=typed_line("token"),
            kind=typed_line("kind") or CaseKind.ERASURE,
            way=typed_line("way"),
            received_on=typed_day_line("received_on"),
            language=typed_line("language") if typed_line("language") in {"de", "en"} else current_language(),
            is_known=bool(request.form.get("is_known")),
            objects_too=bool(request.form.get("objects_too")),
            is_another=bool(request.form.get("is_another")),
            texts={**{name: typed_line(name).strip() for name in _ADDRESSEE}, "message": typed_text("message").strip()},
        )


@bp.route("/requests/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Open a case for what somebody was told; from a contact it is about that contact."""
    subject_id = chosen_id("subject")
    if request.method != "POST":  # HEAD reads like GET
        form = NewForm(
            token=new_form_token(), received_on=current_day().isoformat(), language=current_language(), is_known=subject_id is not None
        )
        return _page(subject_id, form, _find_alike(subject_id, form))
    form = NewForm.typed()
    try:
        wanted = _wanted(subject_id, form)
        if not form.is_another and (open_cases := _find_alike(subject_id, form, besides=wanted)):
            form = replace(form, wrong_field="is_another", wrong=sentence_of(CaseOpenAlreadyError()))
            return _page(subject_id, form, open_cases), HTTPStatus.CONFLICT
        case = save_once(lambda: _open(wanted))
    except InvalidInputError as error:
        open_cases = _find_alike(subject_id, form) if form.is_another else ()
        form = replace(form, wrong_field=error.field or "", wrong=sentence_of(error))
        return _page(subject_id, form, open_cases), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_opened(case), "ok")
    if may("requests.show"):
        return redirect(url_for(".show", case_id=case.id), code=HTTPStatus.SEE_OTHER)
    target = url_for("contacts.rights", subject_id=subject_id) if subject_id else url_for("home.index")
    return redirect(target, code=HTTPStatus.SEE_OTHER)


def _opened(case: RequestCase) -> str:
    facts = {"number": case.number, "day": day(case.due_on)}
    with current_runtime().database.reading() as db:
        is_about_somebody = bool(people.find_people(db, case.id))
    if not CaseKind(case.kind).is_copy and not is_about_somebody:
        return _("Fall %(number)s ist eröffnet, über niemanden, den wir kennen: Eingeschränkt ist nichts. Antwort bis %(day)s.", **facts)
    if CaseKind(case.kind).is_copy:
        return _("Fall %(number)s ist eröffnet. Antwort bis %(day)s.", **facts)
    return _("Fall %(number)s ist eröffnet, die Daten sind eingeschränkt. Antwort bis %(day)s.", **facts)


def _open(wanted: NewRequest) -> RequestCase:
    runtime = current_runtime()
    with runtime.database.writing() as db:
        return use_case.open_request(db, wanted=wanted, settings=runtime.settings, actor=current_actor(), now=runtime.clock.now())


@bp.post("/requests/tasks/<pseudonym:subject_id>")
def open_task(subject_id: str) -> ResponseReturnValue:
    """Make a case of a wish that an earlier import left as a task."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        use_case.open_from_task(db, subject_id=subject_id, settings=runtime.settings, actor=current_actor(), now=runtime.clock.now())
    flash(_("Der Wunsch ist jetzt ein Fall."), "ok")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


def _find_alike(subject_id: str | None, form: NewForm, *, besides: NewRequest | None = None) -> Sequence[RequestCase]:
    """Return the open cases that this one may repeat; the case of this very form, sent twice, is none of them."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        own = use_case.id_of(db, besides) if besides else None
        if subject_id is not None:
            found = alike.find_open_about(db, [subject_id])
        else:
            found = alike.find_open_like(db, asked=form.texts, actor=current_actor(), now=runtime.clock.now())
    return [each for each in found if each.id != own]


def _wanted(subject_id: str | None, form: NewForm) -> NewRequest:
    if form.kind not in set(CaseKind):
        raise NotOfferedError(field="kind")
    if form.way not in use_case.WAYS:
        raise NotOfferedError(field="way")
    try:
        received_on = date.fromisoformat(form.received_on)
    except ValueError as error:
        raise ReceiptDayError(field="received_on") from error
    return NewRequest(
        token=form.token,
        subject_id=subject_id,
        kind=CaseKind(form.kind),
        way=CaseWay(form.way),
        received_on=received_on,
        language=form.language,
        is_known=form.is_known,
        objects_too=form.objects_too,
        request=form.texts,
    )


def _page(subject_id: str | None, form: NewForm, open_cases: Sequence[RequestCase]) -> str:
    if subject_id is not None:
        with current_runtime().database.reading() as db:
            get_contact(db, subject_id=subject_id)
    fieldsets = (_asked(form, may_repeat=bool(open_cases)), *(() if subject_id else (_addressee(form),)))
    return render_template(
        "requests/new.html",
        strip=None,
        fieldsets=fieldsets,
        token=form.token,
        subject_id=subject_id,
        open_cases=[_line(each) for each in open_cases],
        back_url=url_for("contacts.rights", subject_id=subject_id) if subject_id else url_for(".index") if may("requests.index") else "/",
    )


def _line(case: RequestCase) -> tuple[str, str | None, str]:
    """Return a case that is open already: its number, its page for whoever may read it, and how it stands."""
    url = url_for(".show", case_id=case.id) if may("requests.show") else None
    return case.number, url, _("eingegangen am %(day)s, %(state)s", day=day(case.received_on), state=STATES[CaseState(case.state)])


def _asked(form: NewForm, *, may_repeat: bool) -> FieldSet:
    kinds = tuple(Option(each, str(CASE_KINDS[each])) for each in CaseKind)
    ways = tuple(Option(each, str(WAYS[each])) for each in use_case.WAYS)
    languages = (Option("de", _("Deutsch")), Option("en", _("Englisch")))
    fields: tuple[FieldInput, ...] = (
        FieldInput(name="kind", title=_("Was verlangt die Person?"), value=form.kind, kind="select", options=kinds),
        FieldInput(name="way", title=_("Wie kam der Antrag?"), value=form.way, kind="select", options=ways),
        FieldInput(name="received_on", title=_("Bei uns angekommen am"), value=form.received_on, kind="date", required=True, short=True),
        FieldInput(name="language", title=_("Sprache der Antwort"), value=form.language, kind="select", options=languages),
        FieldInput(
            name="message",
            title=_("Was die Person verlangt"),
            value=form.texts.get("message", ""),
            kind="textarea",
            max_length=LONGEST_MESSAGE,
            hint=_("In ihren Worten. Gründe muss sie nicht nennen."),
        ),
        FieldInput(
            name="is_known", title=_("Ich kenne die Person oder habe zurückgerufen."), value="1" if form.is_known else "", kind="checkbox"
        ),
        FieldInput(
            name="objects_too", title=_("Sie möchte außerdem keine Werbung mehr."), value="1" if form.objects_too else "", kind="checkbox"
        ),
    )
    if may_repeat:
        title = _("Das ist ein weiterer Antrag: eigenen Fall eröffnen")
        fields = (*fields, FieldInput(name="is_another", title=title, value="1" if form.is_another else "", kind="checkbox"))
    hint = _(
        "Bei einer Löschung sind die Daten einer Person, die wir kennen, ab dem Absenden eingeschränkt; gelöscht oder herausgegeben "
        "wird erst nach einer Entscheidung."
    )
    return FieldSet(title=_("Der Antrag"), hint=hint, fields=_with_error(fields, form))


def _addressee(form: NewForm) -> FieldSet:
    fields = tuple(
        FieldInput(name=name, title=str(title), value=form.texts.get(name, ""), required=name == "name", max_length=LONGEST)
        for name, title in _ADDRESSEE.items()
    )
    hint = _("Wohin die Antwort geht. Ob wir Daten über die Person haben, suchen Sie im nächsten Schritt.")
    return FieldSet(title=_("Die Person"), hint=hint, fields=_with_error(fields, form))


def _with_error(fields: tuple[FieldInput, ...], form: NewForm) -> tuple[FieldInput, ...]:
    return tuple(replace(each, error=form.wrong) if each.name == form.wrong_field else each for each in fields)
