"""The staff site: each area is a blueprint, each page a line in the access matrix."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Flask

from crm.runtime import Runtime
from crm.site import uploads
from crm.site.factory import STAFF, create_site
from crm.web import (
    account,
    activities,
    calendar,
    calls,
    campaigns,
    companies,
    concept,
    contacts,
    custom_fields,
    deals,
    demo_mailbox,
    demo_signin,
    documents,
    erased,
    exports,
    files,
    gates,
    holds,
    home,
    imports,
    invoices,
    ledger,
    list_filters,
    live,
    purpose,
    reports,
    requests,
    retention,
    review,
    setup,
    signin,
    tasks,
    tickets,
    typed,
    users,
    work_rules,
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
    deals.bp,
    activities.bp,
    calendar.bp,
    campaigns.bp,
    calls.bp,
    tickets.bp,
    invoices.bp,
    reports.bp,
    tasks.bp,
    requests.bp,
    documents.bp,
    exports.bp,
    files.bp,
    imports.bp,
    retention.bp,
    concept.bp,
    holds.bp,
    review.bp,
    setup.bp,
    work_rules.bp,
    custom_fields.bp,
    ledger.bp,
    live.bp,
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
    uploads.install(app, documents.UPLOADS | files.UPLOADS | imports.UPLOADS)
    typed.install(app)
    list_filters.install(app)
    live.install(app)
    return app
