"""Every sentence people read exists in English as well, with the same facts in it."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog

from crm.site.catalogue import ROOT, find_sentences, is_translated, read_english
from crm.site.extraction import extract

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def sentences() -> set:
    """Everything that people can read."""
    return set(find_sentences())


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_english()


class TestExtraction:
    def test_finds_the_sentence_of_an_error(self, tmp_path):
        module = tmp_path / "errors.py"
        module.write_text(
            'class MissingError(CrmError):\n    message: ClassVar[str] = "Das fehlt."\n    other = "not this"\n', encoding="utf-8"
        )

        with module.open("rb") as file:
            found = [messages for _, _, messages, _ in extract(file, {}, (), {})]

        assert found == ["Das fehlt."]

    def test_is_not_blind_to_any_sentence(self):
        """Babel does not look into f-strings: a sentence that is said there would stay German on English pages."""
        modules = sorted((ROOT / "crm").rglob("*.py"))

        hidden = [f"{file}:{line}" for file in modules for line in hidden_sentences(file.read_text(encoding="utf-8"))]

        assert hidden == [], "Say the sentence before the f-string and name it there."

    @pytest.mark.parametrize(
        ("source", "lines"),
        [
            ("""text = f"{ngettext('%(num)s Feld', '%(num)s Felder', shown)}, {title}\"""", [1]),
            ("""text = _(f"Es gibt {count} davon.")""", [1]),
            ("""text = f"{_(error.message)}\"""", []),
            ("""words = _("Felder")\ntext = f"{words}\"""", []),
        ],
    )
    def test_is_blind_to_a_sentence_in_an_f_string_or_made_of_one(self, source, lines):
        assert list(hidden_sentences(source)) == lines


class TestEnglish:
    def test_has_every_sentence(self, sentences, english):
        missing = sorted(str(sentence) for sentence in sentences if not is_translated(english.get(sentence)))

        assert not missing, f"{len(missing)} sentences without translation: run `make translations`, then fill in: {missing[:5]}"

    def test_holds_nothing_fuzzy(self, english):
        assert [message.id for message in english if message.id and message.fuzzy] == []

    def test_holds_nothing_that_no_page_says_any_more(self, sentences, english):
        assert [message.id for message in english if message.id and message.id not in sentences] == []

    def test_covers_navigation_errors_and_plurals(self, sentences):
        assert "Kontakte" in sentences
        assert "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal." in sentences
        assert ("%(num)s Treffer", "%(num)s Treffer") in sentences

    def test_keeps_the_facts_of_every_sentence(self, english):
        changed = [message.id for message in english if message.id and _facts(message.id) != _facts(message.string)]

        assert changed == []

    def test_speaks_no_german(self, english):
        german = re.compile(r"[äöüß„]|\b(und|nicht|der|die|das|Sie)\b")
        names = re.compile(r"Müller|§ 7 UWG|“Ã¼” instead of “ü”")

        suspicious = [text for message in english if message.id for text in _texts(message) if german.search(names.sub("", text))]

        assert suspicious == []

    def test_writes_percent_in_one_way(self, english):
        """No space before the sign, as English writes it; a page that writes the sign itself would write it the German way."""
        pages = [path for path in (ROOT / "crm").rglob("*.html") if re.search(r"\}\}\s%(?![}\w])", path.read_text(encoding="utf-8"))]

        assert [text for message in english if message.id for text in _texts(message) if re.search(r"\s%%", text)] == []
        assert pages == []


def hidden_sentences(source: str) -> Iterator[int]:
    """Yield the lines where a sentence stands in an f-string, or is one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield from (each.lineno for each in ast.walk(node) if _says(each, ast.Constant))
        elif _says(node, ast.JoinedStr):
            yield node.lineno


def _says(node: ast.AST, what: type[ast.expr]) -> bool:
    says = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "_l", "gettext", "ngettext"}
    return says and any(isinstance(each, what) for each in node.args)


def _texts(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _facts(texts) -> set[str]:
    return set(PLACEHOLDER.findall(" ".join(texts) if isinstance(texts, tuple) else texts))
