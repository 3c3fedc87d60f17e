"""`lethe log`: verify, export and show the processing log."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zoneinfo import ZoneInfo

import click

from crm.cli.installation import command_line_actor, open_runtime, pass_runtime
from crm.cli.listing import json_option, print_json
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.ledger import EntryFilter, StoredEntry, Verification
    from crm.runtime import Runtime
    from crm.services.erasure_proof_checks import CheckedErasure

_DAY = click.DateTime(["%Y-%m-%d"])
_MOST_PROCESSES = 2
_NEWEST = 50
_LARGEST_PROOF = 1 << 20  # bytes


@click.group("log", help=_("Das Verarbeitungsprotokoll prüfen, zeigen und ausgeben."))
def log() -> None:
    """Group the commands about the log."""


@log.command("verify", help=_("Das ganze Protokoll nachrechnen. Ende mit 1, wenn etwas nicht stimmt; versiegelt nichts."))
@json_option
@pass_runtime
@click.pass_context
def verify(context: click.Context, runtime: "Runtime", *, as_json: bool) -> None:
    """Print what was found."""
    from crm.services import ledger_reading

    with _progress(_("Protokoll nachrechnen"), quiet=as_json) as progress:
        verification = ledger_reading.verify_log(
            runtime.database,
            sealer=runtime.make_sealer(),
            actor=command_line_actor(),
            clock=runtime.clock,
            progress=progress,
            processes=min(_MOST_PROCESSES, os.cpu_count() or 1),
        )
    if as_json:
        print_json(_verification_as_json(verification))
    else:
        _print_verification(verification)
    context.exit(0 if verification.is_sound else 1)


@log.command("export", help=_("Das Protokoll so ausgeben, dass andere es ohne Lethe nachprüfen können."))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@json_option
@pass_runtime
def export(runtime: "Runtime", *, folder: Path, as_json: bool) -> None:
    """Write the bundle."""
    from crm.services import ledger_reading

    with _progress(_("Protokoll ausgeben"), quiet=as_json) as progress:
        checkpoint = ledger_reading.export_log(
            runtime.database,
            sealer=runtime.make_sealer(),
            folder=folder,
            actor=command_line_actor(),
            clock=runtime.clock,
            progress=progress,
        )
    if as_json:
        print_json({"folder": str(folder), "size": checkpoint.size, "root": checkpoint.root.hex()})
    else:
        click.echo(_("%(size)s Einträge stehen mit Prüfpunkt und Schlüssel in %(folder)s.", size=checkpoint.size, folder=folder))


@log.command("show", help=_("Einträge zeigen, die neuesten zuerst. Personen erscheinen als Pseudonyme."))
@click.option("--actor", help=_("Nur was dieses Pseudonym getan hat."))
@click.option("--action", help=_("Nur diese Handlung, etwa person:disclosed."))
@click.option("--subject", help=_("Nur was diese Person betrifft, auch Listen, in denen sie stand."))
@click.option("--purpose", help=_("Nur was zu diesem Zweck geschah."))
@click.option("--since", type=_DAY, help=_("Vom Beginn dieses Tages an (JJJJ-MM-TT)."))
@click.option("--until", type=_DAY, help=_("Bis zum Ende dieses Tages (JJJJ-MM-TT)."))
@click.option("--limit", type=click.IntRange(1, 10_000), default=_NEWEST, show_default=True, help=_("Höchstens so viele."))
@json_option
@pass_runtime
def show(runtime: "Runtime", /, *, limit: int, as_json: bool, **filters: Any) -> None:
    """Print one line for each entry."""
    from crm.services import ledger_entries, ledger_reading

    if filters["subject"] is not None:
        filters["subject"] = ledger_entries.read_pseudonym(filters["subject"])
    if filters["action"] is not None:
        ledger_entries.require_action(filters["action"])
    wanted = _filter(ZoneInfo(runtime.settings.time_zone), **filters)
    with runtime.database.reading() as session:
        page = ledger_reading.list_entries(session, wanted=wanted, actor=command_line_actor(), clock=runtime.clock, limit=limit)
    if as_json:
        print_json([_entry_as_json(entry) for entry in page.entries])
    elif not page.entries:
        click.echo(_("Dazu steht kein Eintrag im Protokoll."))
    else:
        for entry in page.entries:
            click.echo(_line(entry))


@log.command("key", help=_("Den öffentlichen Schlüssel ausgeben, mit dem sich die Prüfpunkte prüfen lassen."))
@json_option
@pass_runtime
def key(runtime: "Runtime", *, as_json: bool) -> None:
    """Print the verifier key."""
    from crm.services import ledger_reading

    public = ledger_reading.verifier_key(runtime.make_sealer())
    if as_json:
        print_json({"key": public})
    else:
        click.echo(public)


@log.command("check", help=_("Den Nachweis einer Löschung nachrechnen, auch ohne Installation. Ende mit 1, wenn er nicht stimmt."))
@click.argument("file", metavar="FILE", type=click.File("rb"))
@click.option("--key", required=True, metavar="VKEY", help=_("Der öffentliche Schlüssel des Protokolls, wie `lethe log key` ihn ausgibt."))
@click.option("--with-key-store", is_flag=True, help=_("Auch mit dem Schlüsselspeicher dieser Installation vergleichen."))
@json_option
@click.pass_context
def check(context: click.Context, *, file: BinaryIO, key: str, with_key_store: bool, as_json: bool) -> None:
    """Print which steps of the erasure the log proves."""
    from crm.services import erasure_proof_checks

    content = file.read(_LARGEST_PROOF)
    subject_id = erasure_proof_checks.subject_of(content)
    destructions = open_runtime().vault.find_destructions([subject_id]) if with_key_store else None
    checked = erasure_proof_checks.check(content, key=key, destructions=destructions)
    if as_json:
        print_json({**asdict(checked), "proven": checked.is_proven})
    else:
        _print_checked(checked)
    context.exit(0 if checked.is_proven else 1)


def _print_checked(checked: "CheckedErasure") -> None:
    click.echo(_("Kennung %(subject)s", subject=checked.subject_id))
    for each in checked.steps:
        if each.fits:
            click.echo(_("✓ %(action)s am %(moment)s, Eintrag %(index)s", action=each.action, moment=each.happened_at, index=each.index))
        else:
            click.echo(_("✗ %(action)s: kein Eintrag, den der unterschriebene Prüfpunkt beweist", action=each.action))
    for name in checked.differing:
        click.echo(_("✗ nicht bewiesen: %(name)s weicht vom Protokoll ab", name=name))
    if not checked.is_proven:
        click.echo(_("Der Nachweis stimmt nicht."))
        return
    click.echo(_("Die Löschung ist im Protokoll bewiesen."))
    if checked.stated:
        names = ", ".join(checked.stated)
        click.echo(_("Kein Eintrag belegt, was die Datei unter %(names)s sagt: Das erklärt der Verantwortliche.", names=names))


def _filter(
    zone: ZoneInfo,
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    purpose: str | None,
    since: datetime | None,
    until: datetime | None,
) -> "EntryFilter":
    from crm.ledger import EntryFilter

    return EntryFilter(
        actor=actor,
        action=action,
        subject_id=subject,
        purpose=purpose,
        since=since.replace(tzinfo=zone) if since else None,
        until=(until + timedelta(days=1)).replace(tzinfo=zone) if until else None,
    )


def _verification_as_json(verification: "Verification") -> dict[str, object]:
    return {
        "sound": verification.is_sound,
        "sealed": verification.size,
        "unsealed": verification.unsealed,
        "findings": [
            {"kind": each.kind.name.lower(), "index": each.index, "facts": each.facts, "sentence": _(each.message, **each.named)}
            for each in verification.findings
        ],
        "count": verification.count,
        "checkpoint": verification.checkpoint.note.decode() if verification.checkpoint else None,
    }


def _print_verification(verification: "Verification") -> None:
    for each in verification.findings:
        click.echo(f"✗ {_(each.message, **each.named)}")
    if verification.count > len(verification.findings):
        click.echo(_("… und %(count)s weitere Befunde.", count=verification.count - len(verification.findings)))
    click.echo(_("%(size)s Einträge versiegelt, %(unsealed)s warten.", size=verification.size, unsealed=verification.unsealed))
    click.echo(_("Das Protokoll ist unversehrt.") if verification.is_sound else _("Das Protokoll wurde verändert."))


def _entry_as_json(entry: "StoredEntry") -> dict[str, object]:
    return {"index": entry.index, "happened_at": entry.happened_at.isoformat(), **entry.fields}


def _line(entry: "StoredEntry") -> str:
    fields = entry.fields
    about = fields.get("sub") or (f"× {fields['cnt']}" if "cnt" in fields else "")
    words = (
        fields.get("a"),
        fields.get("r"),
        fields.get("act"),
        fields.get("pur"),
        about,
        ",".join(fields.get("f", ())),
        fields.get("res"),
    )
    index = "…" if entry.index is None else str(entry.index)
    return f"{index:>9}  {entry.happened_at:%Y-%m-%dT%H:%M:%SZ}  " + "  ".join(str(word) for word in words if word)


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on the terminal while something long runs; none where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=title, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show
