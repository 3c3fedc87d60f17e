"""`lethe import`: people and companies out of another CRM."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crm import garbage
from crm.cli.installation import command_line_actor, pass_runtime
from crm.cli.listing import json_option, print_json
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.runtime import Runtime
    from crm.services.imports.export import Export
    from crm.services.imports.report import FileReport, Report
    from crm.services.imports.terms import Terms

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN_ROWS = 12
_EXISTING = click.Path(path_type=Path)


@click.group("import", help=_("Personen und Firmen aus einem anderen CRM übernehmen."))
def imports() -> None:
    """Hold the commands, one for each kind of source."""


def _terms_options(command: F) -> F:
    """Add the terms on which people are taken in."""
    options = [
        click.option(
            "--migration",
            type=click.Choice(["own", "third-party"]),
            required=True,
            help=_("own: aus dem eigenen bisherigen System; third-party: gekauft oder erhalten, dann läuft die Monatsfrist des Art. 14."),
        ),
        click.option(
            "--purpose",
            default="business_contact",
            show_default=True,
            metavar="PURPOSE",
            help=_("Zweck, für den die Daten übernommen werden."),
        ),
        click.option("--owner", metavar="USER", help=_("E-Mail-Adresse des Kontos, dem alle Kontakte zugeordnet werden.")),
        click.option("--dry-run", is_flag=True, help=_("Nur zeigen, was geschähe; nichts ändern.")),
        json_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@imports.command(
    "salesforce", help=_("Einen Ordner mit CSV-Dateien aus Salesforce einlesen: Personen, Firmen, Chancen, Kampagnen, Tickets, Aufgaben.")
)
@click.argument("folder", metavar="DIR", type=_EXISTING)
@_terms_options
@pass_runtime
def salesforce(runtime: "Runtime", folder: Path, migration: str, purpose: str, owner: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Read an export, and take it in or foretell it."""
    from crm.services.imports.salesforce import read_salesforce

    terms = _find_terms(runtime, migration, purpose, owner)
    export = read_salesforce(folder, groups=terms.purpose.groups, now=runtime.clock.now())
    _run(runtime, export, terms, dry_run=dry_run, as_json=as_json)


@imports.command("csv", help=_("Eine CSV-Datei aus einer Tabellenkalkulation mit einer Zuordnung der Spalten einlesen."))
@click.argument("file", metavar="FILE", type=_EXISTING)
@click.option(
    "--mapping", "mapping_file", required=True, metavar="FILE", type=_EXISTING, help=_("TOML-Datei: welche Spalte in welches Feld gehört.")
)
@_terms_options
@pass_runtime
def spreadsheet(
    runtime: "Runtime", file: Path, mapping_file: Path, migration: str, purpose: str, owner: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Read one file, and take it in or foretell it."""
    from crm.services.imports.spreadsheet import read_mapping, read_spreadsheet

    terms = _find_terms(runtime, migration, purpose, owner)
    mapping, opens = read_mapping(mapping_file), terms.purpose
    export = read_spreadsheet(file, mapping=mapping, groups=opens.groups, custom=opens.custom, now=runtime.clock.now())
    _run(runtime, export, terms, dry_run=dry_run, as_json=as_json)


def _find_terms(runtime: "Runtime", migration: str, purpose: str, owner: str | None) -> "Terms":
    from crm.services.imports.terms import Migration, find_terms

    with runtime.database.reading() as session:
        return find_terms(session, purpose=purpose, migration=Migration(migration), owner=owner, actor=command_line_actor())


def _run(runtime: "Runtime", export: "Export", terms: "Terms", *, dry_run: bool, as_json: bool) -> None:
    """Foretell or apply, deliver the report, and only then end the import."""
    from crm.services import starting
    from crm.services.imports.importing import Importer

    starting.require_not_set_back(runtime.settings)
    garbage.search_less()
    importer = Importer(runtime.database, export, terms=terms, settings=runtime.settings, clock=runtime.clock)
    show = _print_as_json if as_json else _print
    with _progress(sum(export.survey.rows.values())) as progress:
        if dry_run:
            report = importer.foretell(progress=progress)
        else:
            applied = importer.apply(progress=progress)
            report = applied.report
    show(report)
    sys.stdout.flush()
    if not dry_run:
        importer.finish(applied)


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], None]]:
    """Show a bar where somebody watches; standard output stays free for the report."""
    with click.progressbar(length=rows, label=_("Einlesen"), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update


def _print_as_json(report: "Report") -> None:
    print_json(report.as_json(translate=_))


def _print(report: "Report") -> None:
    for file in report.files:
        _print_file(file)
    if report.overdue:
        click.echo(
            _(
                "%(number)s Personen sind über ihre Aufbewahrungsfrist hinaus; sie sind eingeschränkt und binnen 30 Tagen zu entscheiden.",
                number=report.overdue,
            )
        )
    if report.dropped_fields:
        listed = ", ".join(f"{name} ({number})" for name, number in report.dropped_fields.items())
        click.echo(_("Ohne Zweck und weggelassen (Spalte, Anzahl der Werte): %(fields)s", fields=listed))
    if report.ignored:
        click.echo(_("Nicht eingelesene Dateien: %(files)s", files=", ".join(report.ignored)))


def _print_file(file: "FileReport") -> None:
    from crm.services.imports.rows import Verdict

    click.echo(
        _(
            "%(file)s: %(read)s gelesen, %(created)s angelegt, %(merged)s zusammengeführt, %(refused)s abgelehnt, %(skipped)s übersprungen",
            file=file.name,
            read=file.read,
            **{verdict.value: file.counts[verdict] for verdict in Verdict},
        )
    )
    rows: dict[str, list[int]] = {}
    for remark in file.remarks:
        rows.setdefault(remark.reason.value, []).append(remark.row)
    for sentence, numbers in rows.items():
        listed = ", ".join(str(number) for number in numbers[:_SHOWN_ROWS])
        more = " …" if len(numbers) > _SHOWN_ROWS else ""
        click.echo(_("  %(number)s-mal: %(reason)s Zeile %(rows)s", number=len(numbers), reason=_(sentence), rows=listed + more))
