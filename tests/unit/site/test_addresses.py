import pytest
from flask import Flask, url_for

from crm.site.addresses import addresses_by_id, local_path


class TestAddressesById:
    def test_are_those_of_the_routes(self):
        app = Flask(__name__)
        app.add_url_rule("/people/<subject_id>/notes", endpoint="notes")

        with app.test_request_context("/"):
            address_of = addresses_by_id("notes", "subject_id")
            expected = {each: url_for("notes", subject_id=each) for each in ("0" * 32, "a1" * 16)}

        assert {each: address_of(each) for each in expected} == expected


class TestLocalPath:
    @pytest.mark.parametrize("path", ["/", "/contacts", "/contacts?purpose=service", "/contacts/" + "a" * 32])
    def test_keeps_a_path_on_this_site(self, path):
        assert local_path(path) == path

    @pytest.mark.parametrize(
        "elsewhere",
        [
            None,
            "",
            "contacts",
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "/\\elsewhere.example/",
            "/\t/elsewhere.example",
            "/\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
        ],
    )
    def test_leads_to_the_start_instead_of_somewhere_else(self, elsewhere):
        assert local_path(elsewhere) == "/"
