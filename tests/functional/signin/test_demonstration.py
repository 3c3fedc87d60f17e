"""One click per role in the demonstration, and no such page anywhere else."""

import pytest

from crm.actor import Role, system_actor
from crm.services.accounts import demo
from crm.services.accounts.demo import InventedAccount
from crm.site.access import compare_with_routes
from tests.support.staff import PASSWORD, SECRET, Browser


@pytest.fixture
def invented(house, now):
    with house.writing() as session:
        for role in Role:
            account = InventedAccount(email=f"{role}@demo.test", name="Demo", roles={role}, password=PASSWORD, totp_secret=SECRET)
            demo.add_invented(session, account, actor=system_actor("demo"), now=now)


class TestOutsideOfIt:
    def test_the_matrix_does_not_know_it_either(self, app):
        difference = compare_with_routes(app)

        assert (difference.unlisted, difference.unknown) == ((), ())

    def test_the_page_does_not_exist(self, app, invented, browser):
        assert not any("demo" in rule.endpoint for rule in app.url_map.iter_rules())
        assert browser.post("/demo/sales").status_code == 404

    def test_the_sign_in_page_lists_no_roles_and_no_codes(self, invented, browser):
        text = browser.get("/sign-in").text

        assert "Vorführung" not in text
        assert "demo.test" not in text

    def test_no_code_is_shown(self, invented, browser):
        answer = browser.post("/sign-in", {"email": "dpo@demo.test", "password": PASSWORD})

        assert "Vorführung" not in browser.get(answer.location).text


class TestInside:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"demo": True})

    @pytest.mark.parametrize("role", list(Role))
    def test_one_click_enters_each_role(self, invented, app, role):
        browser = Browser(app)

        answer = browser.post(f"/demo/{role}")

        assert answer.location == "/"
        assert browser.get("/account").status_code == 200

    def test_needs_the_token_of_the_form(self, invented, browser):
        assert browser.client.post("/demo/sales").status_code == 400
        assert browser.get("/account").location.startswith("/sign-in")

    def test_shows_the_current_code_beside_each_role_and_where_it_is_asked_for(self, invented, now, browser):
        assert browser.get("/sign-in").text.count(">Code ") == len(Role)

        answer = browser.post("/sign-in", {"email": "dpo@demo.test", "password": PASSWORD})

        assert "Die App zeigt jetzt" in browser.get(answer.location).text

    def test_knows_no_other_roles(self, invented, browser):
        assert browser.post("/demo/root").status_code == 404

    def test_is_in_the_matrix(self, app):
        difference = compare_with_routes(app)

        assert (difference.unlisted, difference.unknown) == ((), ())
