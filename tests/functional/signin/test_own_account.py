"""One's own account."""

import re

from crm.actor import Role
from crm.services.accounts import second_factor
from tests.support.staff import PASSWORD, SECRET, Browser, hire, stored

NEW = "Blechdach-Ampel-Rhabarber"


def test_the_password_is_changed_and_other_devices_are_signed_out(app, house, now, browser):
    vera = hire(house, now)
    other = Browser(app)
    for each in (browser, other):
        each.sign_in(vera)

    fields = {"current_password": PASSWORD, "new_password": NEW, "repeated": NEW}
    answer = browser.post("/account/password", fields, page="/account")

    assert answer.location == "/account"
    assert "Das Passwort ist geändert" in browser.get("/account").text
    assert other.get("/account").location.startswith("/sign-in")


def test_a_wrong_current_password_is_named_at_its_field(house, now, browser):
    browser.sign_in(hire(house, now))

    answer = browser.post("/account/password", {"current_password": "wrong", "new_password": NEW, "repeated": NEW}, page="/account")

    assert answer.status_code == 422
    assert 'id="current_password-wrong"' in answer.text


def test_a_second_factor_is_set_up_after_the_password_and_a_code(house, now, browser):
    vera = hire(house, now)
    browser.sign_in(vera)
    assert "<svg width" not in browser.get("/account/second-factor").text

    answer = browser.post("/account/second-factor/begin", {"current_password": PASSWORD}, page="/account/second-factor")
    page = browser.get(answer.location).text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page).group(1).replace(" ", "")
    code = second_factor.current_code(secret, now=now)
    answer = browser.post("/account/second-factor/confirm", {"code": code}, page="/account/second-factor")

    assert answer.location == "/account"
    assert stored(house, vera).sealed_totp is not None


def test_a_role_is_chosen_among_ones_own(house, now, browser):
    browser.sign_in(hire(house, now, Role.SALES, Role.SERVICE))
    assert "· Vertrieb" in browser.get("/account").text

    answer = browser.post("/account/role", {"role": "service"}, page="/account")

    assert answer.location == "/"
    assert "· Service" in browser.get("/account").text


def test_a_role_of_others_is_refused(house, now, browser, snapshot):
    browser.sign_in(hire(house, now))
    token = browser.token("/account")
    before = snapshot()

    answer = browser.client.post("/account/role", data={"csrf_token": token, "role": "admin"})

    assert answer.status_code == 422
    assert snapshot() == before


def test_the_page_of_the_account_shows_no_secret(house, now, browser):
    ada = hire(house, now, Role.ADMIN, second_factor_secret=SECRET)
    browser.sign_in(ada, now)

    text = browser.get("/account").text

    assert SECRET not in text
    assert ada.pseudonym not in text
