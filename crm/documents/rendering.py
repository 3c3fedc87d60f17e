"""Sets a template with contents. Contents travel as JSON beside the source, so that no sign in them is markup."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

_TEMPLATES: Final = Path(__file__).parent / "templates"

# Tagged and readable by screen readers: who is answered may be blind (Source: ISO 14289-1; Art. 12(1) DSGVO).
_ACCESSIBLE: Final = "ua-1"

# Joiners and the soft hyphen are part of how words are written; other invisible signs only turn text around or hide.
_WRITTEN: Final = frozenset("\n\u00ad\u200c\u200d")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})


def render(template: str, content: Mapping[str, Any]) -> bytes:
    """Return the PDF of `templates/<template>.typ` with `content`.

    Only fonts that travel with the typesetter are used, so that a letter looks the same everywhere. A sign that none
    of them draws (Chinese, an emoji) becomes an empty box and costs the letter its mark as accessible, not the person
    their answer.
    """
    typesetter = import_module("typst")  # when it is needed: it is 80 MB, and most processes set nothing
    source = _TEMPLATES / f"{template}.typ"
    settings = {
        "root": _TEMPLATES,
        "ignore_system_fonts": True,
        "format": "pdf",
        "sys_inputs": {"content": json.dumps(_visible(content), ensure_ascii=False)},
    }
    try:
        return bytes(typesetter.compile(source, **settings, pdf_standards=_ACCESSIBLE))
    except typesetter.TypstError:  # what is wrong with the template itself fails again
        return bytes(typesetter.compile(source, **settings))


def _visible(content: Any) -> Any:
    """Return the content without signs that nobody can see."""
    if isinstance(content, str):
        return "".join(_sign(each) for each in content)
    if isinstance(content, Mapping):
        return {name: _visible(each) for name, each in content.items()}
    if isinstance(content, Sequence):
        return [_visible(each) for each in content]
    return content


def _sign(character: str) -> str:
    if character in _WRITTEN:
        return character
    if character == "\t":
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character
