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


def sends(client, **headers):
    """Send a form with its token and these headers; return the answer."""
    token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/hall", base_url=f"https://{headers.get('Host', 'localhost')}").text).group(
        1
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    base = {"base_url": "https://lethe.example", "headers": {"Referer": "https://lethe.example/hall", "X-CSRFToken": token, **named}}
    return client.post("/save", data={"q": "x"}, **base)


class TestOtherSites:
    """A second line behind the token: Art. 32(1)(b) DSGVO."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "https://lethe.example.evil.example"},
            {"Origin": "http://lethe.example"},
            {"Origin": "https://lethe.example:8443"},
            {"Origin": "null"},
            {"Origin": "https://[broken"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
        ],
    )
    def test_change_nothing_even_with_the_token(self, make_site, seen, headers):
        answer = sends(make_site(Role.SALES, **HTTPS), Host="lethe.example", **headers)

        assert answer.status_code == 403
        assert "Diese Anfrage kam von einer fremden Seite" in answer.text
        assert "Ihre Rolle" not in answer.text
        assert seen == []

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "https://lethe.example"},
            {"Origin": "https://LETHE.example:443"},
            {"Sec_Fetch_Site": "same-origin"},
            {"Sec_Fetch_Site": "none"},
        ],
    )
    def test_are_not_the_own_pages(self, make_site, headers):
        assert sends(make_site(Role.SALES, **HTTPS), Host="lethe.example", **headers).status_code == 200

    def test_are_told_by_the_host_where_no_address_is_configured(self, make_site):
        client = make_site(Role.SALES)
        base = {"base_url": "http://192.0.2.7:8000"}
        token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/hall", **base).text).group(1)

        for origin, status in (("http://192.0.2.7:8000", 200), ("http://192.0.2.8:8000", 403)):
            answer = client.post("/save", data={"q": "x"}, headers={"Origin": origin, "X-CSRFToken": token}, **base)
            assert answer.status_code == status

    def test_may_link_here(self, make_site, seen):
        headers = {"Host": "lethe.example", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        make_site(**HTTPS).get("/open", headers=headers)

        assert seen == ["open"]

    @pytest.mark.parametrize("host", ["evil.example", "lethe.example.evil.example", "lethe.example:8443", "", "[broken"])
    def test_cannot_lend_their_name_to_a_configured_site(self, make_site, seen, host):
        answer = make_site(**HTTPS).get("/open", headers={"Host": host})

        assert answer.status_code == 400
        assert seen == []

    def test_are_answered_with_the_right_address(self, make_site):
        answer = make_site(**HTTPS).get("/open", headers={"Host": "evil.example"})

        assert "Öffnen Sie https://lethe.example." in answer.text
        assert make_site(**HTTPS).get("/static/lethe.css", headers={"Host": "evil.example"}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["lethe.example", "lethe.example:443", "LETHE.example", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"]
    )
    def test_are_neither_the_configured_name_nor_the_own_machine(self, make_site, seen, host):
        make_site(**HTTPS).get("/open", headers={"Host": host})

        assert seen == ["open"]


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
