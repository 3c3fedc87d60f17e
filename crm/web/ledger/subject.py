"""What happened to this pseudonym: its own entries and the lists it was in.

After an erasure the own entries stay, the salts are gone: a list then leads to nobody any more.
"""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.ledger import EntryFilter
from crm.privacy import purposes
from crm.services.ledger_entries import find_subject_state, read_pseudonym
from crm.services.ledger_reading import list_entries
from crm.site.errors import sentence_of
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.vault import SubjectState
from crm.web.ledger.blueprint import bp
from crm.web.ledger.erasure import show_erasure
from crm.web.ledger.filters import read_cursor, show_pager
from crm.web.ledger.rows import make_rows
from crm.web.typed import typed_line


@bp.get("/ledger/subject")
def find_subject() -> ResponseReturnValue:
    """Lead to the pseudonym that was entered, or ask for one."""
    written = typed_line("pseudonym").strip()
    try:
        return redirect(url_for(".subject", subject_id=read_pseudonym(written)), code=303)
    except InvalidInputError as error:
        wrong = sentence_of(error) if written else None
    shown = render_template("ledger/subject.html", pseudonym=written, wrong=wrong, subject_id=None, erasure=None, entries=(), pager=None)
    return shown, 422 if wrong else 200


@bp.get("/ledger/subject/<pseudonym:subject_id>")
def subject(subject_id: str) -> ResponseReturnValue:
    """Show what happened to one pseudonym, a page at a time."""
    runtime, cursor = current_runtime(), read_cursor()
    with runtime.database.reading() as db:
        known = purposes.find_all(db)
        is_dark = find_subject_state(db, subject_id) in {SubjectState.ERASED, SubjectState.ERASING}
        erasure = show_erasure(db, subject_id)
        page = list_entries(
            db,
            wanted=EntryFilter(subject_id=subject_id),
            actor=current_actor(),
            clock=runtime.clock,
            before=cursor.before,
            after=cursor.after,
        )
    return render_template(
        "ledger/subject.html",
        pseudonym=subject_id,
        wrong=None,
        subject_id=subject_id,
        erasure=erasure,
        entries=make_rows(page.entries, known, about=subject_id, is_dark=is_dark),
        pager=show_pager(page, "ledger.subject", {"subject_id": subject_id}),
    )
