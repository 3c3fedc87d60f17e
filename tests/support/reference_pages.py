"""Reference pages that are computed, so that they cannot be wrong: `make reference` writes them, a test compares."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parents[2] / "docs" / "reference"
_MADE = "<!-- Written by `make reference`. Change the code, not this page. -->"


def settings_page() -> str:
    from crm.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else _default(field.default)
        rows.append(f"| `{name}` | `LETHE_{name.upper()}` | {default} | {field.description} |")
    return _page(
        "Settings",
        "An installation reads `lethe.toml` in its data directory, then the environment; the environment wins. The data directory itself",
        "comes from `lethe --data-dir DIR` or `LETHE_DATA_DIR`. A setting that does not exist stops the start with one sentence.",
        "",
        "| In `lethe.toml` | In the environment | Default | What it is |",
        "|---|---|---|---|",
        *rows,
    )


def command_page() -> str:
    """Return the page of all commands; needs `LETHE_LANGUAGE=en` from the start, because options are translated on import."""
    import click

    from crm.cli.main import main

    lines = [
        "Exit status: 0 done, 1 a finding or a failure, 2 wrong usage or bad input. Errors are one sentence on standard error. The command",
        "line answers in German where the locale is German or `LETHE_LANGUAGE=de`, and in English elsewhere.",
        "",
        "Who acts is the account of the machine, entered in the log as `cli:<uid>`. Commands that show people take `--as USER`",
        "instead, the e-mail address of an account: *people* are contacts, which are opened for the role of a member of staff.",
        "Accounts of staff are not meant; `lethe users list` shows them to whoever has the shell of the machine. No command of",
        "this version shows contacts, so none takes `--as` yet: what others print about people are counts and pseudonyms.",
        "",
    ]
    for path, command in _commands(click.Context(main, info_name="lethe"), main):
        context = click.Context(command, info_name=path, terminal_width=80)
        lines += [f"## {path}", "", "```text", command.get_help(context), "```", ""]
    return _page("The command `lethe`", *lines[:-1])


def data_catalogue_page() -> str:
    from crm import models  # noqa: F401 - registers the tables
    from crm.db import Base
    from crm.settings import initial_policy
    from crm.vault import keystore_metadata

    lines = [
        "Every column of every table says whether it holds personal data; export, erasure and the record of processing are computed from",
        "that. *Category* is the kind of personal data, *compartment* the key of the person under which a sealed value lies. A column that",
        "could hold something about people and does not says why; one that says neither fails the build.",
        "",
    ]
    reasons = {column: each["why"] for each in initial_policy("not_personal").values() for column in each["columns"]}
    for title, metadata in (("Business database", Base.metadata), ("Key store", keystore_metadata)):
        lines += [f"## {title}", ""]
        for table in sorted(metadata.tables.values(), key=lambda each: each.name):
            lines += [f"### {table.name}", "", "| Column | Category | Compartment |", "|---|---|---|"]
            lines += [
                f"| `{column.name}` | {column.info.get('personal') or _without(reasons.get(str(column)))} "
                f"| {column.info.get('compartment') or '–'} |"
                for column in table.columns
            ]
            lines.append("")
    return _page("Data catalogue", *lines[:-1])


def _without(why: str | None) -> str:
    return f"– ({why})" if why else "–"


def files_page() -> str:
    from crm.settings import initial_policy

    return _page(
        "Files",
        "Every kind of file that the program writes, what of people is in it, and how that goes (`config/files.toml`). A module that",
        "writes files, or a setting that names one, fails the build as long as it is not among them.",
        "",
        "| Files | What of people is in them | How that goes |",
        "|---|---|---|",
        *(f"| {name} | {place['holds']} | {place['forgets']} |" for name, place in initial_policy("files").items()),
    )


def log_actions_page() -> str:
    from crm.privacy.actions import Action
    from crm.privacy.audit import log_class
    from crm.settings import initial_policy

    classes = initial_policy("log_classes")
    return _page(
        "Entries of the processing log",
        "What an entry's field `act` can say, and the log class that decides how long the entry is kept (`config/log_classes.toml`).",
        "Entries hold pseudonyms and names of field groups, never contents.",
        "",
        "| Action | Log class | Kept |",
        "|---|---|---|",
        *(f"| `{action.value}` | {log_class(action)} | {_period(classes[log_class(action)])} |" for action in Action),
    )


GENERATED = {
    "settings.md": settings_page,
    "cli.md": command_page,
    "data-catalogue.md": data_catalogue_page,
    "files.md": files_page,
    "log-actions.md": log_actions_page,
}


def _commands(context: Any, group: Any) -> Iterator[tuple[str, Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        path = f"{context.info_name} {name}"
        yield path, command
        if hasattr(command, "list_commands"):
            yield from _commands(type(context)(command, info_name=path), command)


def _default(value: Any) -> str:
    return "–" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _period(rule: dict[str, Any]) -> str:
    name, value = next((name, value) for name, value in rule.items() if name in {"days", "months", "years_after_year_end"})
    return {
        "days": f"{value} days",
        "months": f"{value} months",
        "years_after_year_end": f"{value} years after the end of the year",
    }[name]


def _page(title: str, *lines: str) -> str:
    return "\n".join([_MADE, "", f"# {title}", "", *lines, ""])


def main() -> None:
    """Write all pages, or print the one that is named."""
    if sys.argv[1:]:
        sys.stdout.write(GENERATED[sys.argv[1]]())
        return
    for name, make in GENERATED.items():
        (PAGES / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    if os.environ.get("LETHE_LANGUAGE") != "en":
        os.environ["LETHE_LANGUAGE"] = "en"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very program again, now in English
    main()
