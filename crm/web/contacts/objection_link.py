"""Persönlicher Link zum Widerspruch: made on a button, shown once."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.privacy.lawfulness import PersonState
from crm.privacy.purposes import Purposes
from crm.services.contacts import objection_link as use_case
from crm.site.access import may
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.contacts.blueprint import bp


@bp.post("/contacts/<pseudonym:subject_id>/objection-link")
def issue_objection_link(subject_id: str) -> ResponseReturnValue:
    """Make one link and show it; it stands in no address of ours and is kept nowhere, so going back does not show it again."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        made = use_case.issue(db, subject_id=subject_id, settings=runtime.settings, actor=current_actor(), now=runtime.clock.now())
    back_url = url_for(".rights" if may("contacts.rights") else ".show", subject_id=subject_id)
    return render_template("contacts/objection_link.html", strip=None, link=made, back_url=back_url)


def find_link_url(purposes: Purposes, state: PersonState) -> str | None:
    """Return where the button leads, for whoever may press it."""
    if not may("contacts.issue_objection_link"):
        return None
    allowed = use_case.may_issue(state, purposes, actor=current_actor(), now=current_runtime().clock.now())
    return url_for("contacts.issue_objection_link", subject_id=state.subject_id) if allowed else None
