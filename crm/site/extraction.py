"""Finds the sentences to translate in Python files, those of errors included.

An error carries its sentence as the class attribute `message`, and the findings of the ledger are sentences of an
enumeration; both lie below the web and cannot call gettext.
Used by pybabel through `babel.cfg`.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[Any, Any, Any, Any]  # line, function, messages, comments; Babel types them loosely


def extract(fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any) -> Iterator[Found]:
    """Yield calls of gettext, the `message` of every class and the sentences of enumerations, in the form that pybabel asks for."""
    source = fileobj.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, options)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            yield from ((line, "gettext", text, []) for line, text in _messages(node))


def _messages(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    of_sentences = any(isinstance(base, ast.Name) and base.id == "Enum" for base in node.bases)
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            names, value = [target.id for target in statement.targets if isinstance(target, ast.Name)], statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            names, value = [statement.target.id], statement.value
        else:
            continue
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
        if text and ("message" in names or (of_sentences and text.endswith("."))):
            yield statement.lineno, text
