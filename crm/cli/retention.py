"""`lethe retention`: what is due to be forgotten, and the run that forgets it. Two commands, so that none becomes the other by a slip."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from crm.cli.errors import PlanDayError, RunPausedError
from crm.cli.installation import command_line_actor, pass_writing_runtime
from crm.cli.listing import json_option, print_json
from crm.cli.sentences import _, language, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crm.privacy.erasure.ended import HeldBy
    from crm.privacy.erasure.plan import Plan
    from crm.privacy.erasure.run import RunReport
    from crm.runtime import Runtime
    from crm.services.retention import Before

_DAY = click.DateTime(["%Y-%m-%d"])
_FIRST_DAY = date(1970, 1, 1)


@click.group("retention", help=_("Löschkonzept: zeigen, was fällig ist, und es vergessen."))
def retention() -> None:
    """Group the commands about periods."""


@retention.command("plan", help=_("Zeigen, was der Lauf eines Tages vergessen würde. Ändert nichts; wird eingetragen."))
@click.option("--day", type=_DAY, metavar="YYYY-MM-DD", help=_("Tag des Laufs; sonst heute."))
@json_option
@pass_writing_runtime
def show_plan(runtime: "Runtime", *, day: datetime | None, as_json: bool) -> None:
    """List by rule and pseudonym what would go; ends with 1 while the clock stands before what is known."""
    from crm.privacy.erasure import guard
    from crm.services import retention as concept

    now, zone = runtime.clock.now(), ZoneInfo(runtime.settings.time_zone)
    chosen = day.date() if day else now.astimezone(zone).date()
    if chosen < _FIRST_DAY:
        raise PlanDayError(first=_FIRST_DAY.isoformat())
    with runtime.database.reading() as session:
        guard.require_clock(session, now=now)
        plan = concept.open_plan(session, day=chosen, zone=zone, actor=command_line_actor(), now=now)
        before = concept.find_before(session, day=chosen)
    if as_json:
        print_json({**asdict(plan), "counts": plan.counts, **asdict(before)})
    else:
        _print_plan(plan)
        _print_before(before)


@retention.command("run", help=_("Vergessen, was bis heute fällig ist. Nicht umkehrbar; ein unterbrochener Lauf wird fortgesetzt."))
@click.option("--yes", is_flag=True, help=_("Nicht nachfragen."))
@click.option("--confirm-unusual", is_flag=True, help=_("Bestätigen, dass ein Lauf richtig ist, der wegen Uhr oder Anzahl nachfragt."))
@json_option
@pass_writing_runtime
@click.pass_context
def run(context: click.Context, runtime: "Runtime", *, yes: bool, confirm_unusual: bool, as_json: bool) -> None:
    """Run every day that is not done; ends with 1 when a run asks, or the clock stands before what is known."""
    from crm.privacy.erasure import guard
    from crm.services import retention as concept

    with runtime.database.reading() as session:
        guard.require_clock(session, now=runtime.clock.now())
    if not yes:
        click.confirm(_("Was vergessen ist, kommt nicht zurück. Jetzt vergessen, was fällig ist?"), abort=True, err=True)
    actor, clock = command_line_actor(), runtime.clock.now
    _require_no_pause(runtime)
    reports = concept.run_days(runtime.database, vault=runtime.vault, clock=clock, actor=actor)
    if confirm_unusual and reports and reports[-1].doubt and reports[-1].state == "asking":
        with runtime.database.writing() as session:
            guard.confirm(session, run_id=None, actor=actor, now=clock())
        reports = [*reports[:-1], *concept.run_days(runtime.database, vault=runtime.vault, clock=clock, actor=actor)]
    if as_json:
        print_json([asdict(each) for each in reports])
    else:
        _print_reports(reports)
    context.exit(1 if any(each.state == "asking" for each in reports) else 0)


@retention.command("refresh", help=_("Alle Fristen neu berechnen, zum Beispiel nach der Änderung einer Regel. Vergisst nichts."))
@pass_writing_runtime
@click.pass_context
def refresh(context: click.Context, runtime: "Runtime") -> None:
    """Compute the day of everybody and every note anew."""
    from crm.privacy import due

    refreshed = due.refresh_all(runtime.database, now=runtime.clock.now())
    number = refreshed.looked_at - len(refreshed.left_alone)
    click.echo(
        ngettext("Die Fristen von %(num)s Person sind neu berechnet.", "Die Fristen von %(num)s Personen sind neu berechnet.", number)
    )
    for each in refreshed.left_alone:
        click.echo(
            _("%(subject)s: außerhalb von Lethe geändert; die Frist bleibt, wie sie war. Siehe „lethe doctor“.", subject=each), err=True
        )
    context.exit(1 if refreshed.left_alone else 0)


def _require_no_pause(runtime: "Runtime") -> None:
    from crm.services import retention as concept

    with runtime.database.reading() as session:
        today = runtime.clock.now().astimezone(ZoneInfo(runtime.settings.time_zone)).date()
        until = concept.find_before(session, day=today).paused_until
    if until:
        raise RunPausedError(until=until.isoformat())


def _print_before(before: "Before") -> None:
    if before.paused_until:
        click.echo(_("Bis %(day)s pausieren alle Läufe: Vorher geht nichts davon.", day=before.paused_until), err=True)
    if before.changes:
        codes = ", ".join(before.changes)
        click.echo(
            _("Vor diesem Lauf ändert sich %(codes)s; er rechnet die Fristen zuerst neu, dann gehen andere Zahlen.", codes=codes), err=True
        )


def _print_plan(plan: "Plan") -> None:
    from crm.privacy.citations import cite
    from crm.privacy.periods import find_shipped

    held = ngettext("%(num)s Person", "%(num)s Personen", len(plan.held))
    click.echo(_("Tag %(day)s: fällig: %(due)s; zurückgestellt: %(held)s.", day=plan.day, due=_amounts(plan.counts), held=held))
    for code, number in plan.counts.items():
        click.echo(f"{code}\t{number}\t{cite(find_shipped()[code].source, language=language())}")
    for each in plan.due:
        click.echo(f"{each.rule}\t{each.kind}\t{each.subject_id}\t{each.started_on}\t{each.due_on}")
    for held_one in plan.held:
        why = "; ".join(_why(reason) for reason in held_one.why)
        click.echo("\t".join((held_one.rule, _("zurückgestellt"), held_one.subject_id, str(held_one.due_on), why)))


def _amounts(counts: "Mapping[str, int]") -> str:
    """Say people, things and requests apart; people always, even when none goes."""
    from crm.privacy.erasure.amounts import Unit, count_by_unit

    words: dict[Unit, Callable[[int], str]] = {
        Unit.PERSON: lambda number: ngettext("%(num)s Person", "%(num)s Personen", number),
        Unit.NOTE: lambda number: ngettext("%(num)s Notiz", "%(num)s Notizen", number),
        Unit.TICKET: lambda number: ngettext("%(num)s Ticket", "%(num)s Tickets", number),
        Unit.INVOICE: lambda number: ngettext("%(num)s Rechnung", "%(num)s Rechnungen", number),
        Unit.VALUE: lambda number: ngettext("%(num)s Wert eines eigenen Felds", "%(num)s Werte eigener Felder", number),
        Unit.REACHED: lambda number: ngettext("%(num)s Kontakt einer Kampagne", "%(num)s Kontakte von Kampagnen", number),
        Unit.DOCUMENT: lambda number: ngettext("%(num)s Unterlage", "%(num)s Unterlagen", number),
        Unit.PROTOCOL: lambda number: ngettext("%(num)s Löschprotokoll", "%(num)s Löschprotokolle", number),
        Unit.ACCOUNT: lambda number: ngettext("%(num)s Konto", "%(num)s Konten", number),
        Unit.FILE: lambda number: ngettext("%(num)s Fallakte", "%(num)s Fallakten", number),
        Unit.REQUEST: lambda number: ngettext("%(num)s unbestätigter Antrag", "%(num)s unbestätigte Anträge", number),
        Unit.EXPORT: lambda number: ngettext("%(num)s Datei eines Exports", "%(num)s Dateien von Exporten", number),
    }
    found = count_by_unit(counts)
    return ", ".join(say(found[unit]) for unit, say in words.items() if found[unit] or unit is Unit.PERSON)


def _why(reason: "HeldBy") -> str:
    from crm.privacy.erasure.ended import HeldBy

    return {
        HeldBy.KEEP: _("mit Grund behalten"),
        HeldBy.TASK: _("nach einem Import noch zu entscheiden"),
        HeldBy.REQUEST: _("hat einen offenen Antrag"),
        HeldBy.RESTRICTION: _("auf Verlangen der Person eingeschränkt"),
        HeldBy.HOLD: _("unter einer Löschsperre"),
        HeldBy.CHANGED: _("außerhalb von Lethe geändert"),
    }[reason]


def _print_reports(reports: "list[RunReport]") -> None:
    from crm.privacy.erasure.ended import HeldBy

    if not reports:
        click.echo(_("Heute ist schon vergessen, was fällig war."))
    for each in reports:
        if each.doubt and each.state == "asking":
            click.echo(_("Tag %(day)s: nichts vergessen, der Lauf fragt nach: %(doubt)s", day=each.day, doubt=_doubt(each)), err=True)
        else:
            click.echo(_("Tag %(day)s: vergessen sind %(due)s.", day=each.day, due=_amounts(each.counts)))
            for code, number in each.counts.items():
                click.echo(f"{code}\t{number}")
            for why, number in each.skipped.items():
                click.echo("\t".join((_("zurückgestellt"), str(number), _why(HeldBy(why)))))


def _doubt(report: "RunReport") -> str:
    from crm.privacy.erasure.guard import Doubt

    return {
        Doubt.CLOCK_BACK: _("Die Uhr steht vor dem jüngsten Eintrag des Protokolls. Stellen Sie die Uhr; dann läuft er von selbst."),
        Doubt.CLOCK_FORWARD: _("Der letzte Lauf ist länger her als erlaubt. Prüfen Sie die Uhr; stimmt sie, hilft --confirm-unusual."),
        Doubt.HOLDS_CHANGED: _(
            "Eine Löschsperre wurde außerhalb von Lethe geändert. Prüfen Sie sie; stimmt alles, hilft --confirm-unusual."
        ),
        Doubt.MANY: _("Ungewöhnlich viele Personen sind fällig. Prüfen Sie „lethe retention plan“; stimmt es, hilft --confirm-unusual."),
        None: "",
    }[report.doubt]
