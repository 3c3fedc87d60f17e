"""Locked dependencies: every one pinned with hashes, none with an address, none forgotten."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = {
    "runtime.txt": PROJECT["dependencies"],
    "demo.txt": [*PROJECT["dependencies"], *EXTRAS["demo"], *EXTRAS["build"]],
    "dev.txt": [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)],
}


def locked(path):
    """Return `{name: (versions, number of hashes)}`."""
    entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    found = {}
    for entry in entries:
        name, version = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", entry).groups()
        versions, hashes = found.get(name.lower(), (set(), 0))
        found[name.lower()] = ({*versions, version}, hashes + entry.count("--hash=sha256:"))
    return found


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_everything_is_pinned_with_hashes_and_without_addresses(path):
    assert [name for name, (_versions, hashes) in locked(path).items() if not hashes] == []
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_nothing_that_is_needed_is_missing(path):
    names = {re.match(r"[\w.-]+", each)[0].lower() for each in NEEDED[path.name]}

    assert names <= locked(path).keys()


def test_the_sets_agree_on_versions():
    everything = locked(ROOT / "requirements" / "dev.txt")

    for path in LOCKS:
        assert {name: everything[name][0] for name in locked(path)} == {name: versions for name, (versions, _) in locked(path).items()}
