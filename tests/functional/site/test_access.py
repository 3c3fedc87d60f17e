from dataclasses import replace

from crm.actor import Role
from crm.site.access import compare_with_routes


class TestAccess:
    """Art. 25(2), 32(1)(b) DSGVO: denied by default."""

    def test_sends_strangers_to_the_sign_in_page_and_back(self, make_site, seen):
        answer = make_site().get("/office?a=1")

        assert answer.status_code == 303
        assert answer.location == "/sign-in?next=/office?a%3D1"
        assert seen == []

    def test_tells_script_to_sign_in_with_the_whole_page(self, make_site):
        answer = make_site().get("/office", headers={"HX-Request": "true", "HX-Request-Type": "partial"})

        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"].startswith("/sign-in")
        assert answer.data == b""

    def test_keeps_what_was_typed_when_the_sign_in_ended_meanwhile(self, make_site, seen):
        answer = make_site().post("/save", data={"q": "typed"}, headers={"Sec-Fetch-Site": "same-origin"})

        assert answer.status_code == 401
        assert '<input type="hidden" name="q" value="typed">' in answer.text
        assert seen == []

    def test_refuses_another_role_before_the_view_runs(self, make_site, seen):
        answer = make_site(Role.ADMIN).get("/office")

        assert answer.status_code == 403
        assert "Dafür ist Ihre Rolle nicht vorgesehen" in answer.text
        assert seen == []

    def test_admits_the_role_that_is_named(self, make_site, seen):
        answer = make_site(Role.SALES).get("/office")

        assert answer.status_code == 200
        assert seen == ["9f3ac41b"]

    def test_leads_to_what_has_to_be_done_first(self, make_site, seen):
        client = make_site(Role.SALES, next_step="sample.notice")

        assert client.get("/office").location == "/notice"
        assert client.get("/notice").text == "notice"
        assert client.get("/open").status_code == 200
        assert seen == ["open"]

    def test_denies_an_endpoint_nobody_listed_and_names_it(self, make_site):
        client = make_site(Role.SALES)
        client.application.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "leak")

        assert client.get("/forgotten").status_code == 403
        assert compare_with_routes(client.application).unlisted == ("forgotten",)

    def test_agrees_with_the_routes_otherwise(self, make_site):
        difference = compare_with_routes(make_site().application)

        assert difference == replace(difference, unlisted=(), unknown=())

    def test_shows_only_areas_that_exist_and_are_allowed(self, make_site):
        page = make_site(Role.SALES).get("/hall").text

        assert "Kontakte</span>" not in page
        assert 'href="/help"' in page
