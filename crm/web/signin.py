"""Signing in: password, then whatever else stands between the person and work, one page each."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services.accounts import authentication, demo, own_account, staff_notice
from crm.services.accounts.demo import DemoDoor
from crm.services.accounts.signins import Lifetimes, SignedIn, Step
from crm.site.addresses import local_path
from crm.site.errors import sentence_of
from crm.site.i18n import current_language
from crm.site.installation import current_runtime
from crm.web import gates, qr_code
from crm.web.onward import go_on, next_page, repeated_password

bp = Blueprint("signin", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password."""
    wanted = local_path(request.args.get("next"))
    if request.method != "POST":  # HEAD reads like GET
        return redirect(next_page(wanted)) if gates.find_signed_in() else _sign_in_page()
    runtime = current_runtime()
    try:
        token = authentication.sign_in(
            runtime.database,
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            client=gates.client_address(),
            lifetimes=Lifetimes.of(runtime.settings),
            now=runtime.clock.now(),
        )
    except InvalidInputError as error:
        return _sign_in_page(wrong=sentence_of(error), email=request.form.get("email", "")), 422
    return go_on(token, wanted)


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    """Ask for the code of the second factor."""
    signed_in = gates.get_signed_in()
    if signed_in.step is not Step.SECOND_FACTOR:
        return redirect(next_page())
    if request.method != "POST":  # HEAD reads like GET
        return render_template("signin/code.html", wrong=None, demo_code=_demo_code(signed_in))
    runtime = current_runtime()
    try:
        token = authentication.confirm_code(
            runtime.database, sign_in_id=signed_in.sign_in_id, code=request.form.get("code", ""), now=runtime.clock.now()
        )
    except InvalidInputError as error:
        demo_code = _demo_code(signed_in)
        return render_template("signin/code.html", wrong=sentence_of(error), demo_code=demo_code), 422
    return go_on(token)


@bp.route("/sign-in/second-factor", methods=["GET", "POST"])
def enrolment() -> ResponseReturnValue:
    """Set up the second factor that the role demands."""
    signed_in = gates.get_signed_in()
    if signed_in.step is not Step.ENROLMENT:
        return redirect(next_page())
    if request.method != "POST":  # HEAD reads like GET
        return _enrolment_page()
    runtime = current_runtime()
    try:
        token = authentication.confirm_enrolment(
            runtime.database, sign_in_id=signed_in.sign_in_id, code=request.form.get("code", ""), now=runtime.clock.now()
        )
    except InvalidInputError as error:
        return _enrolment_page(wrong=sentence_of(error)), 422
    return go_on(token)


@bp.route("/sign-in/password", methods=["GET", "POST"])
def new_password() -> ResponseReturnValue:
    """Replace the start password by one's own."""
    signed_in = gates.get_signed_in()
    if signed_in.step is not Step.NEW_PASSWORD:
        return redirect(next_page())
    if request.method != "POST":  # HEAD reads like GET
        return _new_password_page(signed_in)
    runtime = current_runtime()
    try:
        token = own_account.replace_start_password(
            runtime.database,
            signed_in,
            new=repeated_password(),
            organisation=runtime.settings.organisation,
            now=runtime.clock.now(),
        )
    except InvalidInputError as error:
        return _new_password_page(signed_in, wrong=sentence_of(error)), 422
    return go_on(token)


@bp.route("/sign-in/notice", methods=["GET", "POST"])
def notice() -> ResponseReturnValue:
    """Show the staff notice and have it confirmed before the first use."""
    signed_in = gates.get_signed_in()
    if signed_in.step is not Step.NOTICE:
        return redirect(next_page())
    if request.method != "POST":  # HEAD reads like GET
        return _notice_page("signin/notice.html")
    runtime = current_runtime()
    with runtime.database.writing() as db:
        own_account.confirm_notice(db, signed_in, version=request.form.get("version", ""), now=runtime.clock.now())
    return redirect(gates.take_onward() or "/", code=303)


@bp.get("/staff-notice")
def staff_notice_page() -> ResponseReturnValue:
    """Show the staff notice to everybody, signed in or not."""
    return _notice_page("signin/staff_notice.html")


@bp.get("/sign-in/forgotten")
def forgotten() -> ResponseReturnValue:
    """Say honestly who helps when a password is forgotten."""
    return render_template("signin/forgotten.html")


def _sign_in_page(*, wrong: str | None = None, email: str = "") -> str:
    return render_template("signin/sign_in.html", wrong=wrong, email=email, doors=_doors(), demo_password=demo.PASSWORD)


def _enrolment_page(*, wrong: str | None = None) -> str:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        offered = own_account.get_enrolment(db, gates.get_signed_in(), organisation=runtime.settings.organisation, now=runtime.clock.now())
    return render_template("signin/enrolment.html", wrong=wrong, secret=offered.secret, qr=qr_code.draw(offered.uri))


def _new_password_page(signed_in: SignedIn, *, wrong: str | None = None) -> str:
    with current_runtime().database.reading() as db:
        email = own_account.get_email(db, signed_in)
    return render_template("signin/new_password.html", wrong=wrong, email=email)


def _notice_page(template: str) -> str:
    current = staff_notice.current()
    return render_template(
        template, notice_version=current.version, sections=current.in_language(current_language()), periods=staff_notice.periods()
    )


def _doors() -> Sequence[DemoDoor]:
    runtime = current_runtime()
    if not runtime.settings.demo:
        return ()
    with runtime.database.reading() as db:
        return demo.list_doors(db, now=runtime.clock.now())


def _demo_code(signed_in: SignedIn) -> str | None:
    runtime = current_runtime()
    if not runtime.settings.demo:
        return None
    with runtime.database.reading() as db:
        return demo.find_code(db, account_id=signed_in.account_id, now=runtime.clock.now())
