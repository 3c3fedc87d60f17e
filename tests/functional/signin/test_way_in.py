"""The way in, page by page, as a browser sees it."""

import re
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.services.accounts import second_factor, user_changes
from tests.support.staff import ADMIN, PASSWORD, SECRET, Browser, hire, stored

NEW = "Blechdach-Ampel-Rhabarber"


class TestPassword:
    def test_leads_to_where_the_person_wanted_to_go(self, house, now, browser):
        vera = hire(house, now)
        asked = browser.get("/account")
        assert asked.location == "/sign-in?next=/account"

        answer = browser.post(asked.location, {"email": vera.email, "password": PASSWORD})

        assert (answer.status_code, answer.location) == (303, "/account")
        assert "Vera Kunze" in browser.get("/account").text

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
    def test_leads_nowhere_else(self, house, now, browser, elsewhere):
        vera = hire(house, now)

        answer = browser.client.post(
            "/sign-in",
            query_string={"next": elsewhere},
            data={"csrf_token": browser.token(), "email": vera.email, "password": PASSWORD},
        )

        assert answer.location == "/"

    def test_refuses_known_and_unknown_addresses_with_the_same_page(self, house, now, browser):
        vera = hire(house, now)

        answers = [browser.post("/sign-in", {"email": email, "password": "wrong"}) for email in (vera.email, "vera.kurze@example.com")]

        known, unknown = (re.sub(r'value="[^"]*"', "", answer.text) for answer in answers)
        assert [answer.status_code for answer in answers] == [422, 422]
        assert known == unknown
        assert "passen nicht zusammen" in known

    def test_keeps_the_address_that_was_typed_and_drops_the_password(self, browser):
        answer = browser.post("/sign-in", {"email": "<b>vera@example.com", "password": "something-secret"})

        assert 'value="&lt;b&gt;vera@example.com"' in answer.text
        assert "something-secret" not in answer.text

    def test_speaks_english_on_request(self, browser):
        browser.get("/language/en")

        assert '<html lang="en">' in browser.get("/sign-in").text

    def test_needs_the_token_of_the_form(self, house, now, browser, snapshot):
        vera = hire(house, now)
        browser.token()
        before = snapshot()

        answer = browser.client.post("/sign-in", data={"email": vera.email, "password": PASSWORD})

        assert answer.status_code == 400
        assert snapshot() == before

    def test_has_no_button_for_what_is_not_built_yet(self, browser):
        assert "Passkey" not in browser.get("/sign-in").text

    def test_sends_those_who_are_signed_in_on(self, house, now, browser):
        browser.sign_in(hire(house, now))

        assert browser.get("/sign-in?next=/account").location == "/account"


class TestFixation:
    """A new cookie at each step of trust; what somebody planted before is worth nothing."""

    def test_drops_what_was_in_the_cookie_before(self, house, now, browser):
        vera = hire(house, now)
        planted_token = browser.token()
        with browser.client.session_transaction() as cookie:
            cookie["planted"] = "by a stranger"
            planted_secret = cookie["csrf_token"]

        browser.post("/sign-in", {"email": vera.email, "password": PASSWORD})

        with browser.client.session_transaction() as cookie:
            assert "planted" not in cookie
            assert cookie.get("csrf_token") != planted_secret
        answer = browser.client.post("/account/language", data={"csrf_token": planted_token, "language": "en"})
        assert answer.status_code == 400

    def test_makes_the_cookie_from_before_the_second_factor_worthless(self, app, house, now, browser):
        dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)
        browser.post("/sign-in", {"email": dora.email, "password": PASSWORD})
        early = browser.cookie
        browser.post("/sign-in/code", {"code": dora.code(now)}, page="/sign-in/code")
        assert browser.get("/account").status_code == 200

        thief = Browser(app)
        thief.client.set_cookie("lethe_staff", early)

        assert thief.get("/account").location.startswith("/sign-in")

    def test_the_cookie_is_for_http_only_and_says_lax(self, browser):
        header = browser.get("/sign-in").headers["Set-Cookie"]

        assert "HttpOnly" in header
        assert "SameSite=Lax" in header

    def test_a_form_left_open_over_the_time_out_can_still_be_sent_by_the_same_person(self, house, now, clock, browser):
        vera = hire(house, now)
        browser.sign_in(vera)
        left_open = browser.token("/account")
        clock.advance(timedelta(hours=1))
        browser.sign_in(vera)

        answer = browser.client.post("/account/language", data={"csrf_token": left_open, "language": "en"})

        assert answer.status_code == 303

    def test_a_form_of_one_person_cannot_be_sent_by_the_next(self, house, now, clock, browser):
        browser.sign_in(hire(house, now))
        left_open = browser.token("/account")
        clock.advance(timedelta(hours=1))
        browser.sign_in(hire(house, now, email="kim@example.com", name="Kim Ott"))

        answer = browser.client.post("/account/language", data={"csrf_token": left_open, "language": "en"})

        assert answer.status_code == 400


class TestTheSteps:
    def test_lead_a_new_administrator_from_factor_to_password_to_notice(self, house, now, browser):
        ada = hire(house, now, Role.ADMIN, start_password=True, notice=False)

        answer = browser.post("/sign-in?next=/users", {"email": ada.email, "password": PASSWORD})
        assert answer.location == "/sign-in/second-factor"
        page = browser.get(answer.location).text
        assert "<svg" in page
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page).group(1).replace(" ", "")
        answer = browser.post(answer.location, {"code": second_factor.current_code(secret, now=now)}, page=answer.location)
        assert answer.location == "/sign-in/password"
        answer = browser.post(answer.location, {"new_password": NEW, "repeated": NEW}, page=answer.location)
        assert answer.location == "/sign-in/notice"
        assert "nicht der Leistungs- oder Verhaltenskontrolle" in browser.get(answer.location).text
        answer = browser.post(answer.location, {"version": "2026-11"}, page=answer.location)

        assert answer.location == "/users"
        assert browser.get("/users").status_code == 200

    @pytest.mark.parametrize(
        ("state", "step"),
        [
            ({"second_factor_secret": SECRET}, "/sign-in/code"),
            ({}, "/sign-in/second-factor"),
            ({"second_factor_secret": SECRET, "start_password": True}, "/sign-in/code"),
        ],
    )
    @pytest.mark.parametrize("page", ["/users", "/account", "/users/new", "/sign-in/notice", "/sign-in/password"])
    def test_let_nobody_past(self, house, now, browser, state, step, page):
        ada = hire(house, now, Role.ADMIN, **state)
        browser.post("/sign-in", {"email": ada.email, "password": PASSWORD})

        assert browser.get(page).location == step

    def test_let_no_form_past(self, house, now, browser, snapshot):
        ada = hire(house, now, Role.ADMIN, second_factor_secret=SECRET)
        browser.post("/sign-in", {"email": ada.email, "password": PASSWORD})
        token = browser.token("/sign-in/code")
        before = snapshot()

        for path in ("/users/new", "/account/role", f"/users/{ada.id}/disable", "/account/second-factor/begin"):
            answer = browser.client.post(path, data={"csrf_token": token, "role": "admin"})
            assert answer.location == "/sign-in/code"

        assert snapshot() == before

    def test_keep_nobody_from_leaving(self, house, now, browser):
        ada = hire(house, now, Role.ADMIN, second_factor_secret=SECRET)
        browser.post("/sign-in", {"email": ada.email, "password": PASSWORD})

        answer = browser.post("/sign-out", page="/sign-in/code")

        assert answer.location == "/sign-in"
        assert browser.get("/sign-in/code").location.startswith("/sign-in?next=")

    def test_are_over_once_done(self, house, now, browser):
        browser.sign_in(hire(house, now))

        for step in ("/sign-in/code", "/sign-in/second-factor", "/sign-in/password", "/sign-in/notice"):
            assert browser.get(step).location == "/"

    def test_say_what_is_wrong_with_a_new_password(self, house, now, browser):
        vera = hire(house, now, start_password=True)
        browser.post("/sign-in", {"email": vera.email, "password": PASSWORD})

        for fields, sentence in (
            ({"new_password": NEW, "repeated": "other"}, "verschieden"),
            ({"new_password": "kurz", "repeated": "kurz"}, "zu kurz"),
            ({"new_password": "Muster-GmbH-2026", "repeated": "Muster-GmbH-2026"}, "Erraten"),
        ):
            answer = browser.post("/sign-in/password", fields, page="/sign-in/password")
            assert answer.status_code == 422
            assert sentence in answer.text

    def test_refuse_a_wrong_code_with_a_sentence_at_the_field(self, house, now, browser):
        dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)
        browser.post("/sign-in", {"email": dora.email, "password": PASSWORD})

        answer = browser.post("/sign-in/code", {"code": "000000"}, page="/sign-in/code")

        assert answer.status_code == 422
        assert re.search(r'id="code-wrong">.*?Dieser Code gilt nicht', answer.text, re.DOTALL)


class TestTheEnd:
    def test_comes_at_once_for_a_disabled_account(self, house, now, browser):
        vera = hire(house, now)
        browser.sign_in(vera)
        assert browser.get("/account").status_code == 200

        with house.writing() as session:
            user_changes.disable(session, account_id=vera.id, actor=ADMIN, now=now)

        assert browser.get("/account").location.startswith("/sign-in")

    def test_comes_everywhere_at_once(self, app, house, now):
        vera = hire(house, now)
        browsers = [Browser(app) for _ in range(3)]
        for browser in browsers:
            browser.sign_in(vera)

        answer = browsers[0].post("/account/sign-out-everywhere", page="/account")

        assert answer.location == "/sign-in"
        assert [browser.get("/account").status_code for browser in browsers] == [303, 303, 303]

    def test_makes_a_copy_of_the_cookie_worthless(self, app, house, now, browser):
        browser.sign_in(hire(house, now))
        copy = browser.cookie

        browser.post("/sign-out", page="/account")

        thief = Browser(app)
        thief.client.set_cookie("lethe_staff", copy)
        assert thief.get("/account").location.startswith("/sign-in")

    def test_comes_after_half_an_hour_of_silence_but_not_while_working(self, house, now, clock, browser):
        browser.sign_in(hire(house, now))

        for _ in range(4):
            clock.advance(timedelta(minutes=29))
            assert browser.get("/account").status_code == 200
        clock.advance(timedelta(minutes=30))

        assert browser.get("/account").location.startswith("/sign-in")

    def test_comes_after_ten_hours_also_while_working(self, house, now, clock, browser):
        browser.sign_in(hire(house, now))
        for _ in range(23):
            clock.advance(timedelta(minutes=25))
            assert browser.get("/account").status_code == 200

        clock.advance(timedelta(minutes=25))

        assert browser.get("/account").location.startswith("/sign-in")

    def test_a_request_within_a_minute_writes_nothing(self, house, now, clock, browser, snapshot):
        browser.sign_in(hire(house, now))
        before = snapshot()

        clock.advance(timedelta(seconds=59))
        browser.get("/account")
        assert snapshot() == before

        clock.advance(timedelta(seconds=1))
        browser.get("/account")
        assert [name for name, rows in snapshot().items() if rows != before[name]] == ["sign_in"]

    def test_a_refused_request_writes_nothing_also_after_a_minute(self, house, now, clock, browser, snapshot):
        browser.sign_in(hire(house, now))
        clock.advance(timedelta(minutes=5))
        before = snapshot()

        assert browser.get("/users").status_code == 403

        assert snapshot() == before

    def test_signing_out_by_a_link_is_not_possible(self, house, now, browser):
        browser.sign_in(hire(house, now))

        assert browser.get("/sign-out").status_code == 405
        assert browser.get("/account").status_code == 200


class TestTheClient:
    """The throttle counts networks; a header is believed only where own proxies wrote it."""

    @pytest.fixture
    def guess(self, app):
        def wrongly(number, *, address="192.0.2.7", forwarded=None):
            headers = {"X-Forwarded-For": forwarded} if forwarded else {}
            fields = {"email": f"nobody-{number}@example.com", "password": "wrong"}
            return Browser(app, address).post("/sign-in", fields, headers=headers)

        return wrongly

    def test_cannot_escape_with_a_header(self, house, now, app, guess):
        vera = hire(house, now)

        for number in range(30):
            guess(number, forwarded=f"198.51.100.{number}")

        answer = Browser(app).post("/sign-in", {"email": vera.email, "password": PASSWORD})
        assert answer.status_code == 422


class TestTheClientBehindAProxy:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"proxies": 1})

    def test_is_the_last_address_of_the_header(self, house, now, app):
        vera = hire(house, now)

        def post(forwarded, email, password):
            return Browser(app).post("/sign-in", {"email": email, "password": password}, headers={"X-Forwarded-For": forwarded})

        for number in range(30):
            post(f"203.0.113.{number}, 198.51.100.1", f"nobody-{number}@example.com", "wrong")

        assert post("203.0.113.99, 198.51.100.1", vera.email, PASSWORD).status_code == 422
        assert post("198.51.100.1, 198.51.100.2", vera.email, PASSWORD).status_code == 303


class TestPublicPages:
    @pytest.mark.parametrize("page", ["/sign-in", "/sign-in/forgotten", "/staff-notice"])
    def test_are_open_to_everybody_and_keep_to_the_policy(self, browser, page):
        answer = browser.get(page)

        assert answer.status_code == 200
        assert " style=" not in answer.text
        assert "<script>" not in answer.text

    def test_the_notice_is_complete_in_english(self, browser):
        browser.get("/language/en")

        text = browser.get("/staff-notice").text

        assert "It does not serve to monitor performance or behaviour." in text
        assert "90 " in text


def test_the_language_of_the_account_comes_with_the_sign_in(app, house, now, browser):
    vera = hire(house, now)
    browser.sign_in(vera)
    browser.post("/account/language", {"language": "en"}, page="/account")
    assert stored(house, vera).language == "en"

    elsewhere = Browser(app)
    elsewhere.sign_in(vera)

    assert '<html lang="en">' in elsewhere.get("/account").text
