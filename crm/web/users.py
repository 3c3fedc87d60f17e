"""Accounts as the administration sees them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import SECOND_FACTOR_REQUIRED, Role
from crm.errors import CrmError, InvalidInputError
from crm.services.accounts import authentication, user_changes, users
from crm.services.accounts.errors import LastAdministratorError, OwnAccountError, OwnRolesError, PasswordWrongError
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web import gates

bp = Blueprint("users", __name__)


@bp.get("/users")
def index() -> ResponseReturnValue:
    """List all accounts."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        shown = users.list_users(db, actor=current_actor(), now=runtime.clock.now())
    return render_template("users/index.html", users=shown)


@bp.route("/users/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add an account; the start password is shown once."""
    if request.method != "POST":  # HEAD reads like GET
        return _form()
    runtime = current_runtime()
    try:
        _require_own_password()
        with runtime.database.writing() as db:
            invitation = users.add(
                db,
                email=request.form.get("email", ""),
                name=request.form.get("name", ""),
                roles=_chosen_roles(),
                actor=current_actor(),
                now=runtime.clock.now(),
            )
    except InvalidInputError as error:
        return _form({error.field or "": sentence_of(error)}), 422
    leads_to_setup = request.args.get("back") == "setup"
    return render_template("users/start_password.html", invitation=invitation, is_new=True, leads_to_setup=leads_to_setup)


@bp.get("/users/<account_id>")
def show(account_id: str) -> ResponseReturnValue:
    """Show one account with what can be done about it."""
    return _page(account_id)


@bp.post("/users/<account_id>/roles")
def set_roles(account_id: str) -> ResponseReturnValue:
    """Replace the roles of an account."""
    runtime = current_runtime()
    try:
        _require_own_password()
        with runtime.database.writing() as db:
            user_changes.set_roles(db, account_id=account_id, roles=_chosen_roles(), actor=current_actor(), now=runtime.clock.now())
    except (InvalidInputError, LastAdministratorError, OwnRolesError) as error:
        return _page(account_id, wrong=error), status_of(error)
    flash(_("Die Rollen sind geändert; die Person meldet sich neu an."), "ok")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.post("/users/<account_id>/disable")
def disable(account_id: str) -> ResponseReturnValue:
    """Shut an account."""
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            user_changes.disable(db, account_id=account_id, actor=current_actor(), now=runtime.clock.now())
    except (LastAdministratorError, OwnAccountError) as error:
        return _page(account_id, wrong=error), status_of(error)
    flash(_("Das Konto ist gesperrt; alle seine Anmeldungen sind beendet."), "ok")
    return redirect(url_for(".index"), code=303)


@bp.post("/users/<account_id>/enable")
def enable(account_id: str) -> ResponseReturnValue:
    """Open a disabled account again."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        user_changes.enable(db, account_id=account_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Das Konto ist wieder offen."), "ok")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.post("/users/<account_id>/start-password")
def issue_start_password(account_id: str) -> ResponseReturnValue:
    """Replace a forgotten password by a start password, shown once."""
    runtime = current_runtime()
    try:
        _require_own_password()
    except PasswordWrongError as error:
        return _page(account_id, wrong=error), status_of(error)
    with runtime.database.writing() as db:
        invitation = user_changes.issue_start_password(db, account_id=account_id, actor=current_actor(), now=runtime.clock.now())
    return render_template("users/start_password.html", invitation=invitation, is_new=False, leads_to_setup=False)


@bp.post("/users/<account_id>/reset-second-factor")
def reset_second_factor(account_id: str) -> ResponseReturnValue:
    """Take a lost second factor away."""
    runtime = current_runtime()
    try:
        _require_own_password()
    except PasswordWrongError as error:
        return _page(account_id, wrong=error), status_of(error)
    with runtime.database.writing() as db:
        user_changes.reset_second_factor(db, account_id=account_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Der zweite Faktor ist entfernt. Verlangt die Rolle einen, wird er bei der nächsten Anmeldung neu eingerichtet."), "ok")
    return redirect(url_for(".show", account_id=account_id), code=303)


def _require_own_password() -> None:
    """Ask the administrator again: with these acts a borrowed screen would become an account of one's own.

    Raises:
        PasswordWrongError: wrong, or too many tries.
    """
    runtime = current_runtime()
    password = request.form.get("current_password", "")
    authentication.require_password(runtime.database, gates.get_signed_in(), password=password, now=runtime.clock.now())


def _chosen_roles() -> set[Role]:
    """Return the roles ticked in the form; others than ours cannot be ticked and are left out."""
    ticked = set(request.form.getlist("roles"))
    return {role for role in Role if role in ticked}


def _form(wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "users/new.html",
        email=request.form.get("email", ""),
        name=request.form.get("name", ""),
        chosen=_chosen_roles() if request.method == "POST" else {role for role in Role if role == request.args.get("role")},
        wrong=wrong or {},
        roles=tuple(Role),
        needs_second_factor=SECOND_FACTOR_REQUIRED,
    )


def _page(account_id: str, *, wrong: CrmError | None = None) -> str:
    runtime, is_password = current_runtime(), isinstance(wrong, PasswordWrongError)
    with runtime.database.reading() as db:
        user = users.get_user(db, account_id=account_id, actor=current_actor(), now=runtime.clock.now())
    return render_template(
        "users/show.html",
        user=user,
        chosen=_chosen_roles() if wrong and request.endpoint == "users.set_roles" else set(user.roles),
        wrong=sentence_of(wrong) if wrong and not is_password else None,
        wrong_password={request.endpoint: sentence_of(wrong)} if wrong and is_password else {},
        roles=tuple(Role),
        needs_second_factor=SECOND_FACTOR_REQUIRED,
    )
