"""What is done to a case besides deciding it: identity, people, a second person, stop, post."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.clock import begin_of
from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.models.request_case import Identity
from crm.privacy.errors import PrivacyError
from crm.privacy.requests import answering, decision, extension, pending
from crm.privacy.requests.errors import CaseUnreadableError, NotOfferedError, PostedDayError
from crm.privacy.requests.facts import StopReason
from crm.privacy.requests.people import find_people
from crm.privacy.requests.reading import get_case
from crm.services.requests.view import find_candidates
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.vault import TamperedError
from crm.web.desk import time_zone
from crm.web.requests.blueprint import bp
from crm.web.requests.decision_form import CONFIRM, DecisionForm
from crm.web.requests.page import PageState, render_case
from crm.web.typed import chosen_id, typed_day, typed_day_line, typed_line, typed_number, typed_text


class ConfirmationError(InvalidInputError):
    """What was typed is not the number of the case."""

    message = "Das ist nicht die Nummer dieses Falls. Es wurde nichts geändert; geben Sie sie genau so ein, wie sie oben steht."


def act(case_id: str, do: Callable[[Session], object], *, done: str) -> ResponseReturnValue:
    """Do one thing to a case and return to it; a refusal shows the case as it stands, with everything that was typed."""
    try:
        with current_runtime().database.writing() as db:
            do(db)
    except (InvalidInputError, PrivacyError) as error:
        return refuse_act(case_id, error)
    except TamperedError:  # something about the case was changed past the program; its page still shows what can be read
        return refuse_act(case_id, CaseUnreadableError())
    flash(done, "ok")
    return redirect(url_for("requests.show", case_id=case_id), code=HTTPStatus.SEE_OTHER)


def refuse_act(case_id: str, error: CrmError) -> ResponseReturnValue:
    """Show the case as it stands, with what was wrong and everything that was typed."""
    sentence = sentence_of(error)
    wrong_field = error.field or "" if isinstance(error, InvalidInputError) else ""
    state = PageState(
        form=DecisionForm.typed(wrong_field=wrong_field, wrong=sentence),
        message=sentence,
        wrong_field=wrong_field,
        note=typed_text("note"),
        extension=typed_text("extension"),
        told_on=typed_day_line("told_on"),
        identity=typed_line("identity"),
        words=typed_text("words"),
        ground=typed_line("ground"),
        refusal=typed_text("refusal"),
        claim={name: typed_text(name) for name in request.form if name.startswith(("claim-", "recipient-"))},
    )
    return render_case(case_id, state, status_of(error))


def require_number(db: Session, case_id: str) -> None:
    """Refuse unless the number of the case was typed.

    Raises:
        ConfirmationError: it was not.
    """
    if typed_line(CONFIRM).strip() != get_case(db, case_id=case_id).number:
        raise ConfirmationError(field=CONFIRM)


@bp.post("/requests/<pseudonym:case_id>/identity")
def note_identity(case_id: str) -> ResponseReturnValue:
    """Write down how we know whose request it is."""
    chosen, now = typed_line("identity"), current_runtime().clock.now()

    def do(db: Session) -> None:
        if chosen not in set(Identity):
            raise NotOfferedError(field="identity")
        decision.note_identity(
            db,
            case_id=case_id,
            version=typed_number("version"),
            identity=Identity(chosen),
            note=typed_text("note"),
            actor=current_actor(),
            now=now,
        )

    return act(case_id, do, done=_("Festgehalten."))


@bp.post("/requests/<pseudonym:case_id>/extend")
def extend(case_id: str) -> ResponseReturnValue:
    """Extend the period by two months and tell the person why."""
    runtime = current_runtime()
    now, settings = runtime.clock.now(), runtime.settings

    def do(db: Session) -> None:
        extension.extend(
            db,
            case_id=case_id,
            version=typed_number("version"),
            reason=typed_text("extension"),
            told_on=typed_day("told_on"),
            settings=settings,
            actor=current_actor(),
            now=now,
        )

    return act(case_id, do, done=_("Die Frist ist verlängert."))


@bp.post("/requests/<pseudonym:case_id>/search")
def search(case_id: str) -> ResponseReturnValue:
    """Look for people who might be meant; what is typed is a name, so it travels in no address."""
    text, runtime = typed_line("q"), current_runtime()
    with runtime.database.reading() as db:
        known = find_people(db, case_id)
        found = find_candidates(db, text=text, known=known, actor=current_actor(), now=runtime.clock.now())
    return render_case(case_id, PageState(search=text, candidates=tuple(found)))


@bp.post("/requests/<pseudonym:case_id>/people")
def assign(case_id: str) -> ResponseReturnValue:
    """Add somebody the case is about, or take somebody out."""
    subject_id, now, leaves = chosen_id("subject"), current_runtime().clock.now(), bool(request.form.get("leaves"))
    if subject_id is None:
        return redirect(url_for(".show", case_id=case_id), code=HTTPStatus.SEE_OTHER)
    change = decision.dismiss if leaves else decision.assign
    done = _("Die Person gehört nicht mehr zu diesem Fall.") if leaves else _belongs(case_id)
    version = typed_number("version")

    def do(db: Session) -> None:
        change(db, case_id=case_id, version=version, subject_id=subject_id, actor=current_actor(), now=now)

    return act(case_id, do, done=done)


def _belongs(case_id: str) -> str:
    with current_runtime().database.reading() as db:
        rests = pending.reason_of(db, get_case(db, case_id=case_id)) is not None
    return _("Die Person gehört jetzt dazu; ihre Daten sind eingeschränkt.") if rests else _("Die Person gehört jetzt dazu.")


@bp.post("/requests/<pseudonym:case_id>/approve")
def approve(case_id: str) -> ResponseReturnValue:
    """Agree to a decision as the second person, by typing the number of the case."""
    now = current_runtime().clock.now()

    def do(db: Session) -> None:
        require_number(db, case_id)
        decision.approve(db, case_id=case_id, version=typed_number("version"), actor=current_actor(), now=now)

    return act(case_id, do, done=_("Sie haben zugestimmt. Die Bedenkzeit läuft; bis dahin lässt es sich anhalten."))


@bp.post("/requests/<pseudonym:case_id>/reopen")
def reopen(case_id: str) -> ResponseReturnValue:
    """Send the decision back."""
    now = current_runtime().clock.now()
    return act(
        case_id,
        lambda db: decision.reopen(db, case_id=case_id, version=typed_number("version"), actor=current_actor(), now=now),
        done=_("Die Entscheidung ist zurückgegeben; es wird nichts gelöscht."),
    )


@bp.post("/requests/<pseudonym:case_id>/put-back")
def put_back(case_id: str) -> ResponseReturnValue:
    """Let a case that was changed past the program be decided anew."""
    now = current_runtime().clock.now()
    return act(
        case_id,
        lambda db: decision.put_back(db, case_id=case_id, version=typed_number("version"), actor=current_actor(), now=now),
        done=_("Der Fall wartet wieder auf eine Entscheidung. Prüfen Sie, um wen es geht, und entscheiden Sie neu."),
    )


@bp.post("/requests/<pseudonym:case_id>/stop")
def stop(case_id: str) -> ResponseReturnValue:
    """Stop the case: nothing is erased, and the person is told."""
    chosen, now = typed_line("reason"), current_runtime().clock.now()

    def do(db: Session) -> None:
        if chosen not in set(StopReason):
            raise NotOfferedError(field="reason")
        decision.stop(db, case_id=case_id, version=typed_number("version"), reason=StopReason(chosen), actor=current_actor(), now=now)

    return act(case_id, do, done=_("Angehalten: Es wird nichts gelöscht. Die Person erfährt es mit der Antwort."))


@bp.post("/requests/<pseudonym:case_id>/posted")
def mark_posted(case_id: str) -> ResponseReturnValue:
    """Enter that the answer was posted."""
    now = current_runtime().clock.now()
    return act(
        case_id,
        lambda db: answering.mark_posted(
            db, case_id=case_id, version=typed_number("version"), posted_at=_posted_at(now), actor=current_actor(), now=now
        ),
        done=_("Eingetragen. Der Fall ist abgeschlossen."),
    )


def _posted_at(now: datetime) -> datetime:
    """Return the typed day as a moment: today is now, an earlier day its beginning."""
    zone = time_zone()
    on = typed_day("posted_on")
    if on is None:
        raise PostedDayError(field="posted_on")
    return now if on == now.astimezone(zone).date() else begin_of(on, zone)
