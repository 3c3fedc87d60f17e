"""`lethe doctor`: is the running installation set up safely?"""

from typing import TYPE_CHECKING

import click

from crm.cli.installation import command_line_actor, pass_settings
from crm.cli.listing import json_option, print_json
from crm.cli.sentences import _, sentence_of
from crm.errors import CrmError

if TYPE_CHECKING:
    from crm.services.health.findings import Finding
    from crm.settings import Settings


@click.command("doctor", help=_("Prüfen, ob die laufende Installation sicher eingerichtet ist. Ende mit 1, wenn etwas falsch ist."))
@json_option
@pass_settings
@click.pass_context
def examine(context: click.Context, settings: "Settings", *, as_json: bool) -> None:
    """Print one line for each check."""
    from crm.clock import SystemClock
    from crm.services import starting
    from crm.services.health import examination

    starting.require_begun(settings)
    findings = examination.examine(settings, actor=command_line_actor(), now=SystemClock().now())
    if as_json:
        print_json([_as_json(each) for each in findings])
    else:
        for each in findings:
            click.echo(f"{each.state.sign} {_sentence_of(each)}")
    context.exit(1 if examination.is_anything_wrong(findings) else 0)


def _as_json(finding: "Finding") -> dict[str, object]:
    return {"check": finding.check, "state": finding.state.value, "facts": _facts_of(finding), "sentence": _sentence_of(finding)}


def _sentence_of(finding: "Finding") -> str:
    return _(finding.message, **_facts_of(finding))


def _facts_of(finding: "Finding") -> dict[str, object]:
    """Return the facts; a reason that is an error becomes its sentence in the reader's language."""
    return {name: sentence_of(fact) if isinstance(fact, CrmError) else fact for name, fact in finding.facts.items()}
