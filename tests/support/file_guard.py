"""Which modules write files, and which settings name them: each stands in `config/files.toml`, which says how people are forgotten there.

Source: Art. 5(1)(e), 25(1), 32(1) DSGVO.
"""

import ast
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crm.settings import Settings, initial_policy

ROOT = Path(__file__).parents[2]
_WRITES = {
    "write_text",
    "write_bytes",
    "touch",
    "hardlink_to",
    "mkstemp",
    "NamedTemporaryFile",
    "TemporaryFile",
    "TemporaryDirectory",
    "mkdtemp",
}
_COPIES = {"copy", "copy2", "copyfile", "copyfileobj", "copytree", "move"}  # of shutil
_CREATES = {"O_CREAT", "O_WRONLY", "O_RDWR", "O_TMPFILE"}  # of os.open


def find_undeclared(sources: Mapping[str, str], paths: set[str], declared: Mapping[str, Any]) -> list[str]:
    """Return one line for each module that writes files and each path of the settings that `declared` does not know.

    Args:
        sources: what stands in each module, by its path.
        paths: names of the settings and properties that are paths.
    """
    writers = {module for module, source in sources.items() if writes_files(source)}
    known = {module for place in declared.values() for module in place["written_by"]}
    named = {name for place in declared.values() for name in place["settings"]}
    return [
        *(f"{each}: writes files; say in config/files.toml what of people is in them." for each in sorted(writers - known)),
        *(f"{each}: names a file; say in config/files.toml what of people is in it." for each in sorted(paths - named)),
        *(f"{each}: stands in config/files.toml and writes nothing." for each in sorted(known - writers)),
        *(f"{each}: stands in config/files.toml and is no path of the settings." for each in sorted(named - paths)),
    ]


def writes_files(source: str) -> bool:
    """Say whether a module opens, makes or copies a file to be written."""
    return any(_writes(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _writes(call: ast.Call) -> bool:
    owner, name = _owner_and_name(call.func)
    if name in _WRITES or (owner == "shutil" and name in _COPIES) or (owner == "sqlite3" and name == "connect"):
        return True
    if owner == "os" and name == "open":
        return any(isinstance(each, ast.Attribute) and each.attr in _CREATES for each in ast.walk(call))
    return name in {"open", "fdopen", "ZipFile", "ZipInfo"} and any(set(mode) & set("wax+") for mode in _modes(call))


def _owner_and_name(called: ast.expr) -> tuple[str, str]:
    if isinstance(called, ast.Attribute):
        return (called.value.id if isinstance(called.value, ast.Name) else ""), called.attr
    return "", called.id if isinstance(called, ast.Name) else ""


def _modes(call: ast.Call) -> Iterator[str]:
    """Yield the arguments that can be a mode: short words of the letters that modes are made of."""
    for each in (*call.args, *(word.value for word in call.keywords if word.arg == "mode")):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and set(each.value) <= set("rwaxbt+"):
            yield each.value


def read_sources() -> dict[str, str]:
    """Return every module of the product, but for the migrations, which change tables alone."""
    modules = (each for each in (ROOT / "crm").rglob("*.py") if "migrations" not in each.parts)
    return {each.relative_to(ROOT).as_posix(): each.read_text(encoding="utf-8") for each in modules}


def paths_of(settings: type[Settings]) -> set[str]:
    """Return the settings and properties of settings that are paths."""
    fields = {name for name, each in settings.model_fields.items() if _is_path(each.annotation)}
    properties = {
        name
        for name in dir(settings)
        if isinstance(getattr(settings, name, None), property)
        and _is_path(typing.get_type_hints(getattr(settings, name).fget).get("return"))
    }
    return fields | properties


def _is_path(annotation: Any) -> bool:
    return annotation is Path or Path in typing.get_args(annotation)


def read_declared() -> Mapping[str, Any]:
    """Return what is said of every kind of file."""
    return initial_policy("files")
