"""The copy of one person with 10 000 records, and those of ordinary people among many: opened, told, and written in all forms."""

from functools import partial
from typing import Any

from benchmarks.ground import IMPORTER, NOW, SALES, collect, cpu_seconds, installed, percentile, seconds
from crm.models.contact import NoteKind
from crm.privacy import notes, purposes
from crm.privacy.access import copying, forms, information
from crm.privacy.access.forms import Answered
from crm.runtime import Runtime

_BATCH = 100
_ORDINARY = 100
_TEXT = "Gespräch %s: Frau Vogt-Adler (person%s@firma%s.example) fragt nach dem Angebot, +49 561 %s ruft zurück."


def measure(records: int = 10_000, people: int = 10_000) -> dict[str, Any]:
    """Return seconds of each step for the person with many records, and the time of a whole copy for ordinary people.

    Args:
        people: in the installation; each note names an address of one of them.
    """
    with installed() as runtime:
        ids = collect(runtime, 0, people)
        _write(runtime, ids[0], records)
        made: dict[str, Any] = {}
        opening = seconds(lambda: made.update(answered=_open(runtime, ids[0])))
        answered: Answered = made["answered"]
        setting = seconds(lambda: made.update(paper=forms.as_paper(answered)))
        packing = seconds(lambda: made.update(archive=forms.make_archive(answered, paper=made["paper"])))
        if len(answered.copy.rows("note")) != records or not answered.copy.blackened:
            raise RuntimeError("not everything is in the copy, or nobody was taken out")
        working = cpu_seconds(partial(_whole, runtime, ids[0]))
        ordinary = [seconds(partial(_whole, runtime, each)) * 1_000 for each in ids[1 : _ORDINARY + 1]]
    return {
        "records": records,
        "people": people,
        "open_seconds": opening,
        "paper_seconds": setting,
        "archive_seconds": packing,
        "all_seconds": opening + setting + packing,
        "all_cpu_seconds": working,
        "kilobytes": len(made["archive"]) / 1024,
        "ordinary": {"p50_ms": percentile(ordinary, 50), "p95_ms": percentile(ordinary, 95)},
    }


def _write(runtime: Runtime, subject_id: str, number: int) -> None:
    for first in range(0, number, _BATCH):
        with runtime.database.writing_in_bulk() as session:
            purpose = purposes.find_all(session).get("business_contact")
            for each in range(first, min(first + _BATCH, number)):
                text = _TEXT % (each, each, each % 997, 1_000_000 + each)
                notes.write(session, subject_id=subject_id, text=text, kind=NoteKind.NOTE, purpose=purpose, actor=SALES, now=NOW)


def _open(runtime: Runtime, subject_id: str) -> Answered:
    with runtime.database.reading() as session:
        copy = copying.open_copy(session, subject_ids=[subject_id], actor=IMPORTER, now=NOW)
        told = information.inform(session, copy, language="de", settings=runtime.settings, now=NOW)
    return Answered(copy=copy, told=told, kind="access", number="2026-0001", language="de", made_at=NOW, settings=runtime.settings)


def _whole(runtime: Runtime, subject_id: str) -> None:
    answered = _open(runtime, subject_id)
    forms.make_archive(answered, paper=forms.as_paper(answered))
