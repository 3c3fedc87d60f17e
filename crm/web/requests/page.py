"""The page of a case."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import NotFoundError
from crm.mail import MailState
from crm.models.request_case import CaseKind, CaseState, CaseWay, Identity
from crm.privacy import purposes
from crm.privacy.duties import DUTY
from crm.privacy.purposes import Purposes
from crm.privacy.requests import acts
from crm.privacy.requests.acts import Act
from crm.privacy.requests.errors import CaseTamperedError, CaseUnreadableError
from crm.privacy.requests.extension import may_extend
from crm.privacy.requests.facts import KeepGround, StopReason
from crm.privacy.requests.policy import request_policy
from crm.services.requests.view import CasePerson, CaseView, open_view
from crm.services.staff_names import StaffNames, find_staff_names
from crm.site.access import may
from crm.site.errors import sentence_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, Option, StripView
from crm.site.visitor import current_actor
from crm.site.words import BASIS_TITLES
from crm.web.author import author_in_words
from crm.web.desk import current_day, time_zone
from crm.web.names import NAME_FIELDS, full_name
from crm.web.requests.blueprint import bp
from crm.web.requests.claim_view import Typed, claim_facts
from crm.web.requests.copy_view import copy_facts, refusal_fields, words_field
from crm.web.requests.decision_form import CONFIRM, DecisionForm, confirm_field, line_views, note_of
from crm.web.requests.lights import light_of
from crm.web.requests.recipient_view import recipient_facts
from crm.web.requests.words import CASE_KINDS, DATA_KINDS, FOUND_BY, IDENTITIES, STATES, STOPS, UNTOLD, VERDICTS, WAYS

SHOWN_FIELDS: Final = (*NAME_FIELDS, "email", "street", "postal_code", "city", "country")
_ASKED: Final = ("name", "email", "street", "postal_code", "city", "country", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What a refused form leaves on the page: what was typed, what was wrong, and who was found meanwhile."""

    form: DecisionForm = field(default_factory=DecisionForm)
    note: str = ""
    extension: str = ""
    told_on: str = ""
    identity: str = ""
    words: str = ""
    ground: str = ""
    refusal: str = ""
    claim: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None
    wrong_field: str = ""
    search: str = ""
    candidates: tuple[CasePerson, ...] | None = None

    def error_at(self, name: str) -> str | None:
        return self.message if self.wrong_field == name else None


@bp.get("/requests/<pseudonym:case_id>")
def show(case_id: str) -> ResponseReturnValue:
    """Show one case as far as the reader's role goes."""
    return render_case(case_id, PageState())


@bp.get("/requests/<pseudonym:case_id>/letter")
def letter(case_id: str) -> ResponseReturnValue:
    """Give out the answer as a letter, to be posted."""
    view = _open(case_id)
    if not view.file.answer:
        raise NotFoundError
    response = make_response(base64.b64decode(view.file.answer["pdf"]))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{view.case.number}.pdf"'
    return response


def _open(case_id: str) -> CaseView:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        return open_view(db, case_id=case_id, zone=time_zone(), actor=current_actor(), now=runtime.clock.now())


def render_case(case_id: str, state: PageState, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    """Open the case and return its page."""
    view = _open(case_id)
    with current_runtime().database.reading() as db:
        staff = find_staff_names(db)
        known = purposes.find_all(db)
    strip = _strip(view, known, [*view.people, *(state.candidates or ())])
    return render_template(
        "requests/show.html",
        strip=strip,
        **_facts(view),
        **copy_facts(view),
        **claim_facts(view, Typed(values=state.claim, wrong_field=state.wrong_field, wrong=state.message)),
        **recipient_facts(view, Typed(values=state.claim, wrong_field=state.wrong_field, wrong=state.message)),
        **_forms(view, state),
        who=_names(view, staff),
    ), status


def _strip(view: CaseView, known: Purposes, people: Sequence[CasePerson]) -> StripView:
    """Return the strip: which purpose opens what is shown, and how many fields that is."""
    shown = {name for each in people for name, value in each.fields.items() if value and name in SHOWN_FIELDS} | (
        set(view.file.request) & set(SHOWN_FIELDS)
    )
    shown |= {name for name, value in view.claim.stored.items() if value} if view.claim else set()
    purpose = known.get(DUTY)
    title, basis = in_language(purpose.title), str(BASIS_TITLES[purpose.basis])
    return StripView(shown=len(shown), total=known.field_count, purpose_title=title, basis=basis, per_person=True)


def _facts(view: CaseView) -> dict[str, Any]:
    case = view.case
    return {
        "case": case,
        "kind": CASE_KINDS[CaseKind(case.kind)],
        "way": WAYS[CaseWay(case.way)],
        "tampered": _find_alarm(view),
        "unreadable": view.file.unreadable,
        "state_word": STATES[CaseState(case.state)],
        "light": light_of(case, current_day()),
        "identity": IDENTITIES[Identity(case.identity)],
        "identity_note": view.file.identity_note,
        "identity_open": case.identity in {Identity.UNCHECKED, Identity.DOUBTFUL},
        "extension": view.file.extension,
        "asked": {**dict.fromkeys(_ASKED, ""), **view.file.request},
        "people": tuple(_person(each) for each in view.people),
        "living": sum(each.living for each in view.people),
        "decided": tuple((DATA_KINDS[each.kind], VERDICTS[each.verdict], note_of(each), each.reason) for each in view.file.choices),
        "stopped": STOPS[view.file.stopped] if view.file.stopped else None,
        "answer": view.file.answer,
        "untold": tuple(UNTOLD[each] for each in view.untold if each in UNTOLD),
        "objection_word": _("kam von jemand anderem und ist zurückgenommen")
        if view.file.stopped is StopReason.IMPOSTOR
        else _("widersprochen, gilt seit dem Eingang"),
        "mail_failed": view.mail is MailState.GIVEN_UP,
        "needs_post": case.answer_written_at is not None and (case.answer_mail_id is None or view.mail is MailState.GIVEN_UP),
        "letter_url": url_for(".letter", case_id=case.id) if view.file.answer else None,
        "hours": int(request_policy().cooling_for.total_seconds() // 3600),
    }


def _find_alarm(view: CaseView) -> str | None:
    """Say what is wrong with a case that was changed past the program, in one sentence."""
    if view.file.unreadable:
        return sentence_of(CaseUnreadableError())
    return sentence_of(CaseTamperedError()) if view.tampered else None


def _person(each: CasePerson) -> dict[str, Any]:
    home = " ".join(filter(None, (each.fields.get("street"), each.fields.get("postal_code"), each.fields.get("city"))))
    return {
        "subject_id": each.subject_id,
        "name": full_name(each.fields) if each.fields else "",
        "more": ", ".join(filter(None, (each.fields.get("email"), home))),
        "fields": " ".join(name for name in SHOWN_FIELDS if each.fields.get(name)),
        "found_by": FOUND_BY.get(each.found_by, each.found_by),
        "living": each.living,
        "url": url_for("contacts.show", subject_id=each.subject_id) if each.living and may("contacts.show") else None,
    }


def _forms(view: CaseView, state: PageState) -> dict[str, Any]:
    """Return the forms that this reader, at this point of the case, has something to do with."""
    case, role = view.case, current_actor().role

    def may_do(act: Act) -> bool:
        return acts.may(act, role=role, state=case.state, kind=case.kind)

    return {
        "message": state.message,
        "decides": role in acts.DECIDES,
        "lines": line_views(view.lines, state.form),
        "is_under_duty": any(each.choice.keep is KeepGround.RETENTION_DUTY for each in view.lines),
        "confirm": confirm_field(case.number, state.form),
        "identity_fields": _identity_fields(case.identity, state) if may_do(Act.NOTE_IDENTITY) else (),
        "extension_fields": _extension_fields(state)
        if may_do(Act.EXTEND) and may_extend(case, extended=bool(view.file.extension), today=current_day())
        else (),
        "search": state.search,
        "candidates": tuple(_person(each) for each in state.candidates) if state.candidates is not None else None,
        "may_compose": may_do(Act.COMPOSE),
        "may_grant": may_do(Act.GRANT),
        "words_field": words_field(state.words, state.error_at("words")),
        "refusal_fields": _refusal_fields(state) if may_do(Act.REFUSE) else (),
        "may_approve": may_do(Act.APPROVE),
        "is_own": case.decided_by == current_actor().pseudonym,
        "confirm_wrong": state.error_at(CONFIRM),
        "may_reopen": may_do(Act.REOPEN),
        "may_stop": may_do(Act.STOP),
        "may_be_put_back": may_do(Act.PUT_BACK) and view.may_be_put_back,
        "stop_field": _stop_field(),
        "posted_field": _posted_field(state),
    }


def _identity_fields(identity: str, state: PageState) -> tuple[FieldInput, ...]:
    options = tuple(Option(each, str(IDENTITIES[each])) for each in (Identity.KNOWN, Identity.MAIL_CONFIRMED, Identity.DOUBTFUL))
    return (
        FieldInput(name="identity", title=_("Identität"), value=state.identity or identity, kind="select", options=options),
        FieldInput(
            name="note",
            title=_("Woran Sie es erkennen"),
            value=state.note,
            kind="textarea",
            required=True,
            error=state.error_at("note"),
            hint=_("Zum Beispiel „Rückruf unter der bekannten Nummer“. Bitte keine Ausweiskopie und keine Ausweisnummer."),
        ),
    )


def _extension_fields(state: PageState) -> tuple[FieldInput, ...]:
    return (
        FieldInput(
            name="extension",
            title=_("Warum es länger dauert"),
            value=state.extension,
            kind="textarea",
            required=True,
            error=state.error_at("extension"),
            hint=_("Der Satz steht so in der Mitteilung an die Person, zum Beispiel: „Wir müssen Unterlagen aus drei Standorten prüfen.“"),
        ),
        FieldInput(
            name="told_on",
            title=_("Per Brief mitgeteilt am"),
            value=state.told_on,
            kind="date",
            short=True,
            error=state.error_at("told_on"),
            hint=_("Nur wenn wir keine E-Mail-Adresse haben."),
        ),
    )


def _refusal_fields(state: PageState) -> tuple[FieldInput, ...]:
    return refusal_fields(state.ground, state.refusal, ground_error=state.error_at("ground"), reason_error=state.error_at("refusal"))


def _stop_field() -> FieldInput:
    options = tuple(Option(each, str(STOPS[each])) for each in StopReason)
    return FieldInput(name="reason", title=_("Warum"), value=StopReason.CHANGED_MIND, kind="select", options=options)


def _posted_field(state: PageState) -> FieldInput:
    return FieldInput(
        name="posted_on",
        title=_("Abgeschickt am"),
        value=current_day().isoformat(),
        kind="date",
        required=True,
        short=True,
        error=state.error_at("posted_on"),
    )


def _names(view: CaseView, staff: StaffNames) -> dict[str, str]:
    """Return who did what."""
    case = view.case
    acts = {"opened": case.opened_by, "decided": case.decided_by, "approved": case.approved_by}
    return {act: author_in_words(staff, pseudonym) for act, pseudonym in acts.items() if pseudonym}
