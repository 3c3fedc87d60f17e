"""Brings the English catalogue up to date with the sentences of the program: `python -m crm.site.catalogue`.

pybabel would do the same and rewrite dates and line numbers with it; here the same sentences always give the
same file, so that a change of the catalogue shows what changed.
"""

import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from crm.site.i18n import CATALOGUES

ROOT: Final = Path(__file__).parents[2]
ENGLISH: Final = CATALOGUES / "en" / "LC_MESSAGES" / "messages.po"

_HEADER: Final = """# English. The sentences of Lethe are German; this catalogue is compiled in memory when a site starts.
msgid ""
msgstr ""
"Project-Id-Version: Lethe\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def find_sentences(root: Path = ROOT) -> dict[str | tuple[str, ...], list[str]]:
    """Return every sentence that people can read, with the files it stands in, as `babel.cfg` describes them."""
    configuration = ConfigParser()
    configuration.read(root / "babel.cfg", encoding="utf-8")
    own = dict(configuration["extractors"])
    sections = [name.split(": ", 1) for name in configuration.sections() if ": " in name]
    methods = [(pattern, own.get(kind, kind)) for kind, pattern in sections]
    options = {pattern: dict(configuration[f"{kind}: {pattern}"]) for kind, pattern in sections}
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    found: dict[str | tuple[str, ...], list[str]] = {}
    for file, _line, sentence, _comments, _context in extract_from_dir(root, methods, options, keywords=keywords):
        if sentence:
            found.setdefault(sentence, []).append(Path(file).as_posix())
    return found


def read_english() -> Catalog:
    """Return the catalogue as it is in the repository."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def is_translated(message: Message | None) -> bool:
    """Say whether `message` has all its texts and nobody marked it as a guess."""
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def update() -> list[str]:
    """Write the catalogue anew: what is translated stays, what nobody says any more goes. Return what is missing."""
    old, new, missing = read_english(), Catalog(locale="en"), []
    for sentence, files in sorted(find_sentences().items(), key=lambda each: (min(each[1]), str(each[0]))):
        known = old.get(sentence)
        new.add(sentence, known.string if known and is_translated(known) else None, [(file, 1) for file in sorted(set(files))])
        if not is_translated(known):
            missing.append(str(sentence))
    with ENGLISH.open("wb") as file:
        write_po(file, new, width=0, omit_header=True, include_lineno=False)
    ENGLISH.write_text(_HEADER + ENGLISH.read_text(encoding="utf-8"), encoding="utf-8")
    return missing


if __name__ == "__main__":
    untranslated = update()
    sys.stdout.writelines(f"{sentence}\n" for sentence in untranslated)
    sys.exit(1 if untranslated else 0)
