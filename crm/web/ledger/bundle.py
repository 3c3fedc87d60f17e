"""The whole log to take away: made on request, offered for a quarter of an hour to whoever asked for it."""

import threading
from pathlib import Path

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.services import ledger_bundles
from crm.services.ledger_bundles import OFFERED_FOR
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import BundleView
from crm.site.visitor import current_actor
from crm.web.ledger.blueprint import bp

_A_MOMENT = 1.0


@bp.post("/ledger/bundle")
def make_bundle() -> ResponseReturnValue:
    """Make the bundle and go back to where it can be fetched."""
    runtime = current_runtime()
    ledger_bundles.make(runtime.database, folder=_folder(), sealer=runtime.make_sealer(), actor=current_actor(), clock=runtime.clock)
    _throw_away_later()
    flash(_("Das Protokoll liegt bereit. Laden Sie es herunter; nach einer Viertelstunde ist die Datei weg."), "ok")
    return redirect(url_for(".index"), code=303)


@bp.get("/ledger/bundle")
def fetch_bundle() -> ResponseReturnValue:
    """Send the bundle as a ZIP file; its way out is entered before the first byte."""
    runtime, actor = current_runtime(), current_actor()
    now = runtime.clock.now()
    found = ledger_bundles.find(_folder(), actor=actor, now=now)
    if found is None:
        flash(_("Diese Datei gibt es nicht mehr. Stellen Sie sie neu bereit."), "watch")
        return redirect(url_for(".index"), code=303)
    with runtime.database.writing() as db:
        ledger_bundles.enter_download(db, found, actor=actor, now=now)
    headers = {"Content-Disposition": f'attachment; filename="lethe-log-{found.size}.zip"'}
    return Response(ledger_bundles.read_as_zip(found), content_type="application/zip", headers=headers)


def offered_bundle() -> BundleView | None:
    """Return the bundle that the reader can fetch."""
    found = ledger_bundles.find(_folder(), actor=current_actor(), now=current_runtime().clock.now())
    return BundleView(url_for(".fetch_bundle"), found.ends_at, found.size) if found else None


def _folder() -> Path:
    runtime = current_runtime()
    return ledger_bundles.folder_of(runtime.place, runtime.settings.data_dir)


def _throw_away_later() -> None:
    """Throw the bundle away when its time is over, also if nobody comes by; a restart leaves that to the next visitor."""
    runtime, folder = current_runtime(), _folder()
    timer = threading.Timer(
        OFFERED_FOR.total_seconds() + _A_MOMENT, lambda: ledger_bundles.discard_expired(folder, now=runtime.clock.now())
    )
    timer.daemon = True
    timer.start()
