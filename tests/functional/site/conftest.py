"""A small site around the shared parts. It needs settings and a cookie key of the installation, and no database."""

from types import SimpleNamespace

import pytest
from flask import Blueprint, current_app, flash, render_template, request

from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.settings import Settings
from crm.site.access import PUBLIC, SIGNED_IN
from crm.site.factory import STAFF, create_site
from crm.site.visitor import Visitor, current_actor
from crm.vault import ErasedError, KeyUnavailableError

OFFICE = frozenset({Role.SALES})
MATRIX = {
    "sample.open": PUBLIC,
    "sample.sign_in": PUBLIC,
    "sample.hall": SIGNED_IN,
    "sample.office": OFFICE,
    "sample.save": OFFICE,
    "sample.erased": PUBLIC,
    "sample.no_keys": PUBLIC,
    "sample.wrong": PUBLIC,
    "sample.broken": PUBLIC,
    "sample.notice": SIGNED_IN,
}


def ran(name):
    """Note that a view ran."""
    current_app.extensions["seen"].append(name)


def show_open():
    ran("open")
    return render_template("errors/page.html", status=404, message=request.args.get("say"))


def show_hall():
    flash("Gespeichert <b>", "ok")
    return render_template("help.html")


def show_office():
    ran(current_actor().pseudonym)
    return render_template("help.html")


def save():
    ran("save")
    return {"q": request.form.get("q")}


def refuse(error):
    def view():
        raise error

    return view


def make_blueprint():
    """Return pages of every kind."""
    blueprint = Blueprint("sample", __name__)
    blueprint.get("/open", endpoint="open")(show_open)
    blueprint.get("/hall", endpoint="hall")(show_hall)
    blueprint.get("/office", endpoint="office")(show_office)
    blueprint.post("/save")(save)
    blueprint.get("/sign-in", endpoint="sign_in")(lambda: "sign in")
    blueprint.get("/notice", endpoint="notice")(lambda: "notice")
    blueprint.get("/erased", endpoint="erased")(refuse(ErasedError()))
    blueprint.get("/no-keys", endpoint="no_keys")(refuse(KeyUnavailableError()))
    blueprint.get("/wrong", endpoint="wrong")(refuse(InvalidInputError(field="email")))
    blueprint.get("/broken", endpoint="broken")(refuse(ZeroDivisionError("secret detail")))
    return blueprint


@pytest.fixture
def seen():
    """Names of views that ran."""
    return []


@pytest.fixture
def make_site(tmp_path, seen):
    """Return a function that makes the staff site with one signed-in role, or nobody."""

    def make(role=None, *, next_step=None, **settings):
        installation = SimpleNamespace(
            settings=Settings(data_dir=tmp_path, organisation="Muster GmbH", **settings),
            vault=SimpleNamespace(secret=lambda name: name.encode().ljust(32)),
        )
        who = Visitor(actor=Actor("9f3ac41b", frozenset({role}), role), name="J. Brandt", next_step=next_step) if role else None
        app = create_site(
            installation,
            name=STAFF,
            access=MATRIX,
            blueprints=[make_blueprint()],
            cookie_name="lethe_staff",
            cookie_key=b"k" * 32,
            find_visitor=lambda: who,
            sign_in="sample.sign_in",
        )
        app.extensions["seen"] = seen
        return app.test_client()

    return make
