"""Reads the TOML files that people write: settings and mappings."""

import re
import tomllib
from pathlib import Path
from typing import Any

from crm.errors import InvalidInputError

_LINE = re.compile(r"at line (\d+)")


class TomlFaultError(InvalidInputError):
    """The file breaks the rules of TOML, most often because a text has no quotation marks."""

    message = 'Die Datei %(file)s ist in Zeile %(line)s kein gültiges TOML. Texte stehen in Anführungszeichen, wie in name = "Muster GmbH".'


class TomlEncodingError(InvalidInputError):
    """The file was saved in another encoding."""

    message = "Die Datei %(file)s ist nicht in UTF-8 gespeichert. Speichern Sie sie als UTF-8."


def read_toml(path: Path) -> dict[str, Any]:
    """Return what the file says.

    Raises:
        TomlFaultError, TomlEncodingError: it cannot be understood; the sentence names the line.
        OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise TomlEncodingError(file=path) from error
    except tomllib.TOMLDecodeError as error:
        named = _LINE.search(str(error))
        # The cause is left out: it shows what stands there, and that can be a password.
        raise TomlFaultError(file=path, line=named[1] if named else len(text.splitlines())) from None
