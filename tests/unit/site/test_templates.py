"""What every template promises, read from its source."""

import re
from pathlib import Path

import pytest

SITE = Path(__file__).parents[3] / "crm" / "site"
FOLDERS = [SITE / "templates", *sorted((SITE.parent).glob("*/templates"))]
TEMPLATES = sorted({path for folder in FOLDERS for path in folder.rglob("*.html")})
STYLES = (SITE / "static" / "lethe.css").read_text(encoding="utf-8")
SYMBOLS = set(re.findall(r'<symbol id="(\w+)"', (SITE / "static" / "icons.svg").read_text(encoding="utf-8")))


@pytest.fixture(params=TEMPLATES, ids=lambda path: str(path.relative_to(SITE.parent)))
def source(request) -> str:
    return request.param.read_text(encoding="utf-8")


class TestEveryTemplate:
    def test_holds_no_style_and_no_script_of_its_own(self, source):
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|[\"']js:|javascript:", source)
        assert not re.search(r"<script(?![^>]*\ssrc=)", source)

    def test_escapes_everything(self, source):
        assert "|safe" not in source.replace(" ", "")
        assert "autoescape false" not in source

    def test_loads_nothing_from_elsewhere(self, source):
        assert not re.search(r"(src|href|action)=[\"'](https?:)?//", source)

    def test_sends_no_form_without_its_token(self, source, request):
        if "portal/templates" in request.node.name:
            pytest.skip("Nobody is signed in on the portal; `CSRF_EXEMPTIONS` says why its forms need no token.")
        forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, flags=re.DOTALL)

        assert [form for form in forms if "csrf" not in form] == []

    def test_searches_people_by_post_only(self, source):
        """What is typed is a name; addresses stay in histories and logs."""
        forms = re.findall(r"<form\b.*?</form>", source, flags=re.DOTALL)
        searches = [form for form in forms if 'type="search"' in form]

        assert [form for form in searches if 'method="post"' not in form] == []
        assert [form for form in searches if 'autocomplete="off"' not in form] == []

    def test_uses_icons_that_exist(self, source):
        drawn = re.findall(r"\bicon\(\"(\w+)\"\)", source) + re.findall(r"icon_name=\"(\w+)\"", source)

        assert set(drawn) <= SYMBOLS

    def test_uses_classes_that_look_like_something(self, source):
        plain = re.sub(r"{[{%].*?[%}]}", " ", source, flags=re.DOTALL)
        used = {name for names in re.findall(r'\bclass="([^"]*)"', plain) for name in names.split()}

        assert {name for name in used if not re.search(rf"\.{name}\b", STYLES)} == set()

    def test_titles_its_document_with_a_kind_of_page(self, source):
        """Titles land in the history of the browser: never a name, whatever the page is about."""
        titles = re.findall(r"{% block title %}(.*?){% endblock %}", source, flags=re.DOTALL)

        assert [title for title in titles if re.search(r"\b(name|subline|person|row|email|company\.name)\b", title)] == []
