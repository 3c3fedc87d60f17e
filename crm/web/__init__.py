"""The staff site: each area is a blueprint, each page a line in the access matrix."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Flask

from crm.runtime import Runtime
from crm.site import uploads
from crm.site.factory import STAFF, create_site
from crm.web import (
    account,
    companies,
    contacts,
    demo_mailbox,
    demo_signin,
    documents,
    erased,
    gates,
    home,
    ledger,
    list_filters,
    purpose,
    requests,
    retention,
    review,
    signin,
    tasks,
    typed,
    users,
)
from crm.web.access_matrix import access_matrix

_COOKIE: Final = "lethe_staff"
_BLUEPRINTS: Final[Sequence[Blueprint]] = (
    home.bp,
    purpose.bp,
    signin.bp,
    account.bp,
    users.bp,
    contacts.bp,
    companies.bp,
    tasks.bp,
    requests.bp,
    documents.bp,
    retention.bp,
    review.bp,
    ledger.bp,
)


def create_app(runtime: Runtime) -> Flask:
    """Return the WSGI application of the staff site."""
    demo = runtime.settings.demo
    app = create_site(
        runtime,
        name=STAFF,
        access=access_matrix(demo=demo),
        blueprints=(*_BLUEPRINTS, *((demo_signin.bp, demo_mailbox.bp) if demo else ())),
        cookie_name=_COOKIE,
        cookie_key=runtime.vault.secret(f"cookie:{STAFF}"),
        find_visitor=gates.find_visitor,
        sign_in=gates.SIGN_IN,
    )
    gates.install(app)
    erased.install(app)
    uploads.install(app, documents.UPLOADS)
    typed.install(app)
    list_filters.install(app)
    return app
