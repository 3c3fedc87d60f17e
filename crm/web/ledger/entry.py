"""One entry with its proof, to look at and to take away."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from crm.errors import NotFoundError
from crm.ledger import NotSealedError
from crm.privacy import purposes
from crm.services.ledger_entries import SealedEntry, find_subject_state, open_entry
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import EntryDetail
from crm.site.visitor import current_actor
from crm.vault import SubjectState
from crm.web.ledger.blueprint import bp
from crm.web.ledger.rows import known_titles, make_row


class NoSuchEntryError(NotFoundError):
    """There is no sealed entry with this number."""

    message = "Einen Eintrag mit dieser Nummer gibt es nicht, oder er wird gerade erst versiegelt. Laden Sie die Seite gleich noch einmal."


@bp.get("/ledger/<int:index>")
def show(index: int) -> ResponseReturnValue:
    """Show an entry in words, and verbatim with everything that proves it."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        titles = known_titles(purposes.find_all(db))
    found = _open(index)
    is_dark = _is_dark(found)
    entry = make_row(found.index, found.happened_at, found.fields, titles, is_dark=is_dark) if found.happened_at else None
    return render_template("ledger/show.html", index=index, entry=entry, fits=found.fits, details=_details(found), proven=bool(found.proof))


@bp.get("/ledger/<int:index>/proof")
def proof(index: int) -> ResponseReturnValue:
    """Hand out the proof of an entry as a file that software of others reads."""
    found = _open(index)
    if found.proof is None:
        raise NoSuchEntryError
    headers = {"Content-Disposition": f'attachment; filename="lethe-{index}.tlog-proof"'}
    return Response(found.proof, content_type="text/plain; charset=utf-8", headers=headers)


def _open(index: int) -> SealedEntry:
    runtime = current_runtime()
    sealer = runtime.make_sealer()
    try:
        with runtime.database.reading() as db:
            return open_entry(db, index=index, sealer=sealer, actor=current_actor(), now=runtime.clock.now())
    except NotSealedError as error:
        raise NoSuchEntryError from error


def _is_dark(found: SealedEntry) -> bool:
    """Say whether the keys of the person the entry is about are destroyed."""
    with current_runtime().database.reading() as db:
        return find_subject_state(db, str(found.fields.get("sub", ""))) in {SubjectState.ERASED, SubjectState.ERASING}


def _details(found: SealedEntry) -> tuple[EntryDetail, ...]:
    leaf = found.leaf.decode("utf-8", "backslashreplace") if found.leaf is not None else _("nicht mehr vorhanden; die Prüfsumme bleibt")
    details = [
        EntryDetail(_("Nummer im Protokoll"), str(found.index)),
        EntryDetail(_("Zeit (UTC)"), found.happened_at.isoformat() if found.happened_at else "–"),
        EntryDetail(_("Eintrag, wortgetreu"), leaf),
        EntryDetail(_("Prüfsumme des Eintrags"), found.hash.hex()),
        EntryDetail(_("Prüfsumme der Einzelheiten"), found.fields.get("ph", _("keine Einzelheiten"))),
    ]
    if found.checkpoint:
        details.append(EntryDetail(_("Unterschriebener Prüfpunkt"), found.checkpoint.note.decode().rstrip("\n"), lines=True))
    if found.proof:
        path = found.proof.partition(b"\n\n")[0].decode()
        details.append(EntryDetail(_("Weg zur Wurzel des Prüfbaums"), path, lines=True))
    return tuple(details)
