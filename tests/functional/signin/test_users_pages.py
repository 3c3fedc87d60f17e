"""The pages of the administration about accounts."""

import re

import pytest

from crm.actor import Role
from tests.support.staff import PASSWORD, SECRET, Browser, hire, stored

OWN = {"current_password": PASSWORD}  # the administrator's


@pytest.fixture
def admin(house, now, browser):
    """The administrator's browser."""
    browser.sign_in(hire(house, now, Role.ADMIN, email="ada@example.com", name="Ada Berg", second_factor_secret=SECRET), now)
    return browser


def test_an_account_is_added_and_its_start_password_shown_once(app, admin, house):
    fields = {"email": "kim@example.com", "name": "Kim <Ott>", "roles": ["sales", "service"], **OWN}
    answer = admin.post("/users/new", fields, page="/users/new")
    start_password = re.search(r'class="start-password">([^<]+)<', answer.text).group(1)

    listed = admin.get("/users").text
    assert "Kim &lt;Ott&gt;" in listed
    assert start_password not in listed
    kim = Browser(app)
    assert kim.post("/sign-in", {"email": "kim@example.com", "password": start_password}).location == "/sign-in/password"


def test_what_was_typed_stays_when_it_is_refused(admin):
    answer = admin.post("/users/new", {"email": "no address", "name": "Kim Ott", "roles": ["sales"], **OWN}, page="/users/new")

    assert answer.status_code == 422
    assert 'value="Kim Ott"' in answer.text
    assert re.search(r'value="sales" checked', answer.text)
    assert 'id="email-wrong"' in answer.text


def test_excluded_roles_are_refused_with_the_reason(admin, house, now):
    vera = hire(house, now)

    answer = admin.post(f"/users/{vera.id}/roles", {"roles": ["dpo", "privacy"], **OWN}, page=f"/users/{vera.id}")

    assert answer.status_code == 422
    assert "dürfen sich nicht selbst" in answer.text
    assert stored(house, vera).roles == {Role.SALES}


def test_an_account_is_disabled_and_opened_again(app, admin, house, now):
    vera = hire(house, now)
    admin.post(f"/users/{vera.id}/disable", page=f"/users/{vera.id}")
    assert Browser(app).post("/sign-in", {"email": vera.email, "password": PASSWORD}).status_code == 422

    admin.post(f"/users/{vera.id}/enable", page=f"/users/{vera.id}")

    assert Browser(app).post("/sign-in", {"email": vera.email, "password": PASSWORD}).status_code == 303


def test_the_last_administrator_stays(admin, house):
    own_page = re.search(r'href="(/users/[0-9a-f]{32})"', admin.get("/users").text).group(1)

    answer = admin.post(f"{own_page}/disable", page=own_page)

    assert answer.status_code == 400
    assert "das letzte Konto" in answer.text


def test_nobody_disables_their_own_account_while_others_could(admin, house, now):
    hire(house, now, Role.ADMIN, email="second@example.com", name="Zora Zweit")
    own_page = next(path for path in pages_of(admin) if "Das ist Ihr eigenes Konto" in admin.get(path).text)
    assert "Konto sperren" not in admin.get(own_page).text

    answer = admin.post(f"{own_page}/disable", page=own_page)

    assert answer.status_code == 400
    assert "Ihr eigenes Konto können Sie nicht sperren" in answer.text
    assert admin.get("/users").status_code == 200


def test_nobody_gives_themselves_a_role(admin, house, now):
    hire(house, now, Role.ADMIN, email="second@example.com", name="Zora Zweit")
    own_page = next(path for path in pages_of(admin) if "Das ist Ihr eigenes Konto" in admin.get(path).text)
    assert f'action="{own_page}/roles"' not in admin.get(own_page).text

    answer = admin.post(f"{own_page}/roles", {"roles": ["admin", "sales", "auditor"], **OWN}, page=own_page)

    assert answer.status_code == 400
    assert "Ihre eigenen Rollen können Sie nicht ändern" in answer.text
    assert admin.get("/contacts").status_code == 403


def pages_of(admin):
    return re.findall(r'href="(/users/[0-9a-f]{32})"', admin.get("/users").text)


def test_help_is_a_new_start_password_or_a_new_second_factor(admin, house, now):
    dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)

    answer = admin.post(f"/users/{dora.id}/start-password", OWN, page=f"/users/{dora.id}")
    assert "start-password" in answer.text
    admin.post(f"/users/{dora.id}/reset-second-factor", OWN, page=f"/users/{dora.id}")

    assert stored(house, dora).sealed_totp is None
    assert stored(house, dora).start_password_until is not None


@pytest.mark.parametrize("typed", [{}, {"current_password": "Regenschirm"}])
@pytest.mark.parametrize("act", ["roles", "start-password", "reset-second-factor"])
def test_a_borrowed_screen_alone_changes_no_account(app, admin, house, now, act, typed):
    dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)
    before = stored(house, dora)

    answer = admin.post(f"/users/{dora.id}/{act}", {"roles": ["sales"], **typed}, page=f"/users/{dora.id}")

    assert answer.status_code == 422
    assert "Ihr jetziges Passwort stimmt nicht" in answer.text
    after = stored(house, dora)
    assert (after.roles, after.password_hash, after.sealed_totp) == (before.roles, before.password_hash, before.sealed_totp)
    assert ('value="sales" checked' in answer.text) == (act == "roles")  # what was ticked stays


def test_a_borrowed_screen_alone_takes_no_second_factor_of_its_owner(admin, house):
    own_page = pages_of(admin)[0]

    assert admin.post(f"{own_page}/reset-second-factor", page=own_page).status_code == 422
    assert admin.get("/users").status_code == 200


def test_a_borrowed_screen_alone_adds_no_account(admin):
    fields = {"email": "kim@example.com", "name": "Kim Ott", "roles": ["admin"]}

    answer = admin.post("/users/new", fields, page="/users/new")

    assert answer.status_code == 422
    assert 'id="password-new-wrong"' in answer.text
    assert 'value="Kim Ott"' in answer.text
    assert "kim@example.com" not in admin.get("/users").text


def test_an_unknown_account_is_not_found(admin):
    assert admin.get("/users/" + "0" * 32).status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_else_gets_in_and_nothing_changes(house, now, browser, snapshot, role):
    member = hire(house, now, role, second_factor_secret=SECRET)
    browser.sign_in(member, now)
    token = browser.token("/account")
    before = snapshot()

    for path in ("/users", "/users/new", f"/users/{member.id}"):
        assert browser.get(path).status_code == 403
    for path in (
        "/users/new",
        *(f"/users/{member.id}/{act}" for act in ("roles", "disable", "enable", "start-password", "reset-second-factor")),
    ):
        assert browser.client.post(path, data={"csrf_token": token, "roles": "admin"}).status_code == 403

    assert snapshot() == before


@pytest.mark.parametrize("act", ["roles", "disable", "enable", "start-password", "reset-second-factor"])
def test_a_form_from_elsewhere_is_refused(admin, house, now, snapshot, act):
    vera = hire(house, now)
    before = snapshot()

    answer = admin.client.post(f"/users/{vera.id}/{act}", data={"roles": "admin"})

    assert answer.status_code == 400
    assert snapshot() == before
