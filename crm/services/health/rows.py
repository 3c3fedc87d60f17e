"""Are grounds, consents, objections, restrictions, cases, rules and accounts what acts made of them? Compared with the log."""

from collections.abc import Iterator

from crm.db import Database
from crm.privacy import row_integrity
from crm.privacy.row_integrity import Compared
from crm.services.health.findings import Finding, State, in_both, some_of


class RowsChanged(Finding):
    """Rows that no act wrote, or that an act wrote and that are gone."""

    check = "rows"
    state = State.WRONG
    message = (
        "Außerhalb von Lethe geändert: %(unnamed)s Zeilen, die kein Eintrag im Protokoll nennt (%(tables)s), "
        "und %(gone)s Zeilen, die Einträge nennen und die fehlen (%(actions)s). Kennungen: %(subjects)s. "
        "Was gilt, sagt „lethe log show --subject KENNUNG“. "
        "Stellen Sie die Zeilen aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class RowsMoved(Finding):
    """The latest row decides, and it is another one than the latest act wrote."""

    check = "rows"
    state = State.WRONG
    message = (
        "Die Reihenfolge von %(count)s Zeilen ist nicht die der Einträge im Protokoll (%(tables)s, Kennungen: %(subjects)s): "
        "Was zuletzt geschah, steht nicht mehr zuletzt. Stellen Sie sie aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class RowsSound(Finding):
    """Every row is named by an entry, and every row named is there."""

    check = "rows"
    state = State.OK
    message = (
        "Rechtsgrundlagen, Einwilligungen, Widersprüche, Einschränkungen, Fälle, Regeln und Konten sind, was das Protokoll sagt "
        "(%(rows)s Zeilen verglichen)."
    )


def examine_rows(database: Database) -> Iterator[Finding]:
    """Compare the rows that decide with the log."""
    found = _compare(database)
    if not found.is_sound:
        found = _both_times(found, _compare(database))  # asked twice: what changed between rows and entries is no finding
    if found.unnamed or found.gone:
        yield RowsChanged(
            unnamed=sum(found.unnamed.values()),
            tables=some_of(each.what for each in found.unnamed),
            gone=sum(found.gone.values()),
            actions=some_of(each.what for each in found.gone),
            subjects=some_of(each.whose for each in (*found.unnamed, *found.gone) if each.whose),
        )
    if found.moved:
        yield RowsMoved(
            count=sum(found.moved.values()),
            tables=some_of(each.what for each in found.moved),
            subjects=some_of(each.whose for each in found.moved if each.whose),
        )
    if found.is_sound:
        yield RowsSound(rows=found.rows)


def _compare(database: Database) -> Compared:
    with database.reading() as session:
        return row_integrity.compare(session)


def _both_times(first: Compared, second: Compared) -> Compared:
    return Compared(
        second.rows, in_both(first.unnamed, second.unnamed), in_both(first.gone, second.gone), in_both(first.moved, second.moved)
    )
