import re

import pytest

from crm.actor import Role
from crm.site.headers import CONTENT_SECURITY_POLICY

HTTPS = {"staff_origin": "https://lethe.example"}


class TestHeaders:
    @pytest.mark.parametrize("path", ["/open", "/nowhere", "/broken", "/static/lethe.css", "/office"])
    def test_stand_on_every_answer(self, make_site, path):
        client = make_site()
        client.application.config["PROPAGATE_EXCEPTIONS"] = False

        headers = client.get(path).headers

        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Server" not in headers

    def test_forbid_storing_pages(self, make_site):
        assert make_site().get("/open").headers["Cache-Control"] == "no-store"

    def test_demand_tls_only_where_the_origin_has_it(self, make_site):
        assert "Strict-Transport-Security" not in make_site().get("/open").headers
        assert make_site(**HTTPS).get("/open").headers["Strict-Transport-Security"] == "max-age=31536000"


class TestCookies:
    def test_are_bound_to_the_host_behind_tls(self, make_site):
        cookie = make_site(Role.SALES, **HTTPS).get("/hall", base_url="https://lethe.example").headers["Set-Cookie"]

        assert cookie.startswith("__Host-lethe_staff=")
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie

    def test_work_without_tls_on_the_own_machine(self, make_site):
        cookie = make_site(Role.SALES).get("/hall").headers["Set-Cookie"]

        assert cookie.startswith("lethe_staff=")
        assert "Secure" not in cookie

    def test_are_not_set_for_readers_of_a_page_without_a_form(self, make_site):
        assert "Set-Cookie" not in make_site().get("/open").headers


class TestForms:
    def test_refuse_without_a_token_and_change_nothing(self, make_site, seen):
        answer = make_site(Role.SALES).post("/save", data={"q": "x"})

        assert answer.status_code == 400
        assert "Dieses Formular ist veraltet" in answer.text
        assert seen == []

    def test_take_the_token_from_a_field_or_from_script(self, make_site, seen):
        client = make_site(Role.SALES)
        token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/hall").text).group(1)

        by_field = client.post("/save", data={"q": "x", "csrf_token": token})
        by_script = client.post("/save", data={"q": "x"}, headers={"X-CSRFToken": token})

        assert (by_field.status_code, by_script.status_code) == (200, 200)
        assert seen == ["save", "save"]

    def test_refuse_what_is_too_large_with_a_sentence(self, make_site, seen):
        client = make_site(Role.SALES)
        token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/hall").text).group(1)

        answer = client.post("/save", data={"q": "x" * 2_000_000}, headers={"X-CSRFToken": token})

        assert answer.status_code == 413
        assert "höchstens 1 MB" in answer.text
        assert seen == []


class TestAddresses:
    """Links come from the configured origin, never from the Host header."""

    @pytest.mark.parametrize("path", ["/open", "/office", "/open/", "//open", "/language/en?next=/open", "/nowhere"])
    def test_repeat_nothing_of_the_host_header(self, make_site, path):
        answer = make_site().get(path, headers={"Host": "evil.example"})

        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")

    def test_of_mails_start_with_the_configured_origin(self, make_site):
        from crm.site.addresses import absolute_url

        with make_site(**HTTPS).application.test_request_context("/", headers={"Host": "evil.example"}):
            assert absolute_url("sample.hall") == "https://lethe.example/hall"


class TestPages:
    def test_show_markup_in_messages_as_text(self, make_site):
        page = make_site(Role.SALES).get("/hall")
        again = make_site().get("/open?say=<script>alert(1)</script>")

        assert "Gespeichert &lt;b&gt;" in page.text
        assert "<script>alert" not in again.text

    def test_of_the_demo_cannot_be_mistaken(self, make_site):
        page = make_site(Role.SALES, demo=True).get("/hall").text

        assert "<title>Vorführung: " in page
        assert "Geben Sie hier keine echten Daten ein." in page
        assert "Vorführung" not in make_site(Role.SALES).get("/hall").text
