"""A file of an export as it is kept, for tests of what an erasure reaches."""

from datetime import timedelta

from sqlalchemy import insert

from crm.db import new_id
from crm.models.export_file import ExportFile, ExportKind, ExportLine, ExportState
from crm.privacy import exporting
from crm.privacy.exporting import Line
from crm.vault import Vault


def keep_export(session, lines, *, requested_by, now):
    """Keep a file that is ready; `lines` are pairs of a person and the cells about them."""
    export_id = new_id()
    facts = {
        "kind": ExportKind.CONTACTS,
        "purpose": "business_contact",
        "columns": '["last_name"]',
        "row_count": len(lines),
        "state": ExportState.READY,
        "requested_by": requested_by,
        "requested_in": "sales",
        "requested_at": now,
        "expires_on": now.date() + timedelta(days=7),
        "sealed_reason": Vault.of(session).seal_own("export_file", "sealed_reason", export_id, b"for the fair"),
    }
    session.execute(insert(ExportFile), [{"id": export_id, **facts}])
    places = [(Line(export_id, position, subject_id), cells) for position, (subject_id, cells) in enumerate(lines)]
    sealed = exporting.seal_lines(session, places)
    session.execute(
        insert(ExportLine),
        [
            {"export_id": export_id, "position": line.position, "subject_id": line.subject_id, "sealed_line": value}
            for (line, _), value in zip(places, sealed, strict=True)
        ],
    )
    return export_id
