"""The check of the whole log: start it, and see how far it is, whichever process answers."""

from collections.abc import Sequence
from pathlib import Path

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.ledger import Finding
from crm.services import ledger_checks
from crm.services.health.reports import folder_of
from crm.services.ledger_checks import CheckStatus
from crm.site.htmx import is_fragment_request
from crm.site.i18n import translate_message
from crm.site.installation import current_runtime
from crm.site.view_models import FindingView, VerifyState, VerifyView
from crm.site.visitor import current_actor
from crm.web.ledger import checking
from crm.web.ledger.blueprint import bp

_MOST_SHOWN = 20


@bp.post("/ledger/verify")
def verify() -> ResponseReturnValue:
    """Start a check; where one is under way, show that one."""
    checking.start(current_runtime(), folder=_folder(), actor=current_actor())
    return redirect(url_for(".index", _anchor="verify"), code=303)


@bp.get("/ledger/verify")
def progress() -> ResponseReturnValue:
    """Show how far the check is; without script the page itself does."""
    if not is_fragment_request():
        return redirect(url_for(".index", _anchor="verify"), code=303)
    return render_template("ledger/_verify.html", verify=show_check())


def show_check() -> VerifyView:
    """Return the latest check on this host."""
    status = ledger_checks.read_status(_folder())
    shown = _most_telling(status.findings)[:_MOST_SHOWN]
    return VerifyView(
        state=VerifyState(status.state),
        checked=status.checked,
        total=status.total,
        finished_at=status.finished_at,
        unsealed=status.unsealed,
        findings=tuple(_finding(each, status) for each in shown),
        more=status.count - len(shown),
        checkpoint=status.checkpoint,
    )


def _most_telling(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings about entries, and the first of each other kind: after a change every later checkpoint fails."""
    first_of_kind = {each.kind: each for each in reversed(findings)}
    return [each for each in findings if each.index is not None or first_of_kind[each.kind] is each]


def _finding(found: Finding, status: CheckStatus) -> FindingView:
    is_sealed = found.index is not None and found.index < status.total
    url = url_for(".show", index=found.index) if is_sealed else None
    return FindingView(translate_message(found.message, found.named), url)


def _folder() -> Path:
    return folder_of(current_runtime().settings)
