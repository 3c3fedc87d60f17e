"""Attributes of form fields stand apart, so that browsers see each of them."""

from html.parser import HTMLParser

import pytest
from flask import render_template_string

from crm.site.view_models import FieldInput
from crm.web import create_app

KNOWN = {"class", "type", "id", "name", "value", "autocomplete", "required", "maxlength", "aria-invalid", "aria-describedby", "rows"}


class Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in {"input", "textarea", "select"}:
            self.found.append(dict(attrs))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["text", "textarea", "select", "date"])
def test_every_attribute_of_a_field_is_one_that_browsers_know(runtime, kind):
    view = FieldInput(name="wording", title="Wortlaut", kind=kind, required=True, max_length=200, error="Fehlt.", hint="Wie gesagt.")

    with create_app(runtime).test_request_context("/"):
        page = render_template_string('{% from "macros/forms.html" import field %}{{ field(view) }}', view=view)

    parser = Fields()
    parser.feed(page)
    [attributes] = parser.found
    assert attributes.keys() <= KNOWN
    assert {"required", "aria-invalid", "aria-describedby"} <= attributes.keys()
