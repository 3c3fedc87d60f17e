"""One's own account: password, second factor, role, language, sign-ins."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services.accounts import authentication, own_account, signins
from crm.services.accounts.signins import Lifetimes
from crm.services.activities import calendar_links
from crm.site.errors import sentence_of
from crm.site.i18n import LANGUAGES, _
from crm.site.installation import current_runtime
from crm.web import gates, qr_code
from crm.web.onward import repeated_password, show_in

bp = Blueprint("account", __name__)


@bp.get("/account")
def show() -> ResponseReturnValue:
    """Show one's own account."""
    return _page()


@bp.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Replace the password; other sign-ins end."""
    runtime = current_runtime()
    try:
        token = own_account.change_password(
            runtime.database,
            gates.get_signed_in(),
            current=request.form.get("current_password", ""),
            new=repeated_password(),
            organisation=runtime.settings.organisation,
            now=runtime.clock.now(),
        )
    except InvalidInputError as error:
        return _page(wrong={error.field or "": sentence_of(error)}), 422
    gates.carry(token)
    flash(_("Das Passwort ist geändert. An anderen Geräten sind Sie abgemeldet."), "ok")
    return redirect(url_for(".show"), code=303)


@bp.get("/account/second-factor")
def second_factor() -> ResponseReturnValue:
    """Show how to set up a new second factor, or ask for the password first."""
    return _second_factor_page()


@bp.post("/account/second-factor/begin")
def begin_second_factor() -> ResponseReturnValue:
    """Offer a new second factor after asking for the password."""
    runtime = current_runtime()
    password = request.form.get("current_password", "")
    try:
        own_account.begin_enrolment(runtime.database, gates.get_signed_in(), password=password, now=runtime.clock.now())
    except InvalidInputError as error:
        return _second_factor_page(wrong=sentence_of(error)), 422
    return redirect(url_for(".second_factor"), code=303)


@bp.post("/account/second-factor/confirm")
def confirm_second_factor() -> ResponseReturnValue:
    """Put the new second factor into force once a code proves it."""
    runtime = current_runtime()
    sign_in_id = gates.get_signed_in().sign_in_id
    try:
        token = authentication.confirm_enrolment(
            runtime.database, sign_in_id=sign_in_id, code=request.form.get("code", ""), now=runtime.clock.now()
        )
    except InvalidInputError as error:
        return _second_factor_page(wrong=sentence_of(error)), 422
    gates.carry(token)
    flash(_("Der zweite Faktor ist eingerichtet. An anderen Geräten sind Sie abgemeldet."), "ok")
    return redirect(url_for(".show"), code=303)


@bp.post("/account/role")
def choose_role() -> ResponseReturnValue:
    """Act in another of one's own roles."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        token = own_account.choose_role(db, gates.get_signed_in(), role=request.form.get("role", ""), now=runtime.clock.now())
    gates.carry(token)
    return redirect("/", code=303)


@bp.post("/account/language")
def choose_language() -> ResponseReturnValue:
    """Remember the language for this person, on every device."""
    language = request.form.get("language", "")
    with current_runtime().database.writing() as db:
        own_account.choose_language(db, gates.get_signed_in(), language=language)
    show_in(language)
    return redirect(url_for(".show"), code=303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this sign-in; whoever is not signed in (any more) just gets the sign-in page."""
    runtime = current_runtime()
    signed_in = gates.find_signed_in()
    if signed_in:
        with runtime.database.writing() as db:
            signins.end(db, signed_in, now=runtime.clock.now())
    gates.drop()
    return redirect(url_for(gates.SIGN_IN), code=303)


@bp.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End all own sign-ins, this one included."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        signins.end_everywhere(db, gates.get_signed_in(), now=runtime.clock.now())
    gates.drop()
    return redirect(url_for(gates.SIGN_IN), code=303)


def _page(*, wrong: dict[str, str] | None = None) -> str:
    runtime = current_runtime()
    signed_in, now = gates.get_signed_in(), runtime.clock.now()
    with runtime.database.reading() as db:
        email = own_account.get_email(db, signed_in)
        confirmed_at = own_account.get_notice_confirmation(db, signed_in)
        calendar_since = calendar_links.find_issued_at(db, account_id=signed_in.account_id)
        past = signins.list_own(db, signed_in, lifetimes=Lifetimes.of(runtime.settings), now=now)
    return render_template(
        "account/show.html",
        signed_in=signed_in,
        email=email,
        confirmed_at=confirmed_at,
        past=past,
        calendar_since=calendar_since,
        languages=LANGUAGES,
        wrong=wrong or {},
    )


def _second_factor_page(*, wrong: str | None = None) -> str:
    runtime = current_runtime()
    signed_in = gates.get_signed_in()
    with runtime.database.reading() as db:
        email = own_account.get_email(db, signed_in)
        offered = own_account.find_enrolment(db, signed_in, organisation=runtime.settings.organisation, now=runtime.clock.now())
    return render_template(
        "account/second_factor.html",
        signed_in=signed_in,
        email=email,
        wrong=wrong,
        secret=offered.secret if offered else None,
        qr=qr_code.draw(offered.uri) if offered else None,
    )
