from datetime import UTC, date, datetime

import pytest
from babel.dates import format_date

from crm.actor import Role
from crm.site.i18n import day, in_language, moment, number


class TestLanguage:
    def test_is_german_until_somebody_chooses(self, make_site):
        page = make_site(Role.SALES).get("/hall", headers={"Accept-Language": "en"}).text

        assert '<html lang="de">' in page
        assert "Der Streifen oben" in page

    def test_is_chosen_with_one_click_and_remembered_without_sign_in(self, make_site):
        client = make_site()

        answer = client.get("/language/en?next=/open")

        assert answer.status_code == 303
        assert answer.location == "/open"
        assert "This page does not exist" in client.get("/open").text

    def test_offers_both_on_every_page_and_leads_back(self, make_site):
        page = make_site(Role.SALES).get("/hall?a=1").text

        assert 'href="/language/en?next=/hall?a%3D1"' in page
        assert 'href="/language/de?next=/hall?a%3D1"' in page

    def test_leads_nowhere_else(self, make_site):
        assert make_site().get("/language/en?next=//elsewhere.example").location == "/"

    def test_knows_no_third(self, make_site):
        assert make_site().get("/language/fr").status_code == 404


class TestFormats:
    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("de", ("23.11.2026", "24.11.2026 00:30", "1.284", "Zweck")),
            ("en", ("23 Nov 2026", "24 Nov 2026 00:30", "1,284", "Purpose")),
        ],
    )
    def test_follow_the_language_and_the_time_zone_of_the_controller(self, make_site, language, expected):
        app = make_site().application
        late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

        with app.test_request_context("/", headers={"Cookie": f"lethe_language={language}"}):
            shown = (day(date(2026, 11, 23)), moment(late), number(1284), in_language({"de": "Zweck", "en": "Purpose"}))

        assert shown == expected

    @pytest.mark.parametrize(("language", "pattern"), [("de", "dd.MM.yyyy"), ("en", "d MMM yyyy")])
    def test_write_every_day_as_the_languages_do(self, make_site, language, pattern):
        days = [date(2026, month, day_of_month) for month in range(1, 13) for day_of_month in (1, 9, 28)] + [date(987, 1, 2)]

        with make_site().application.test_request_context("/", headers={"Cookie": f"lethe_language={language}"}):
            shown = [day(each) for each in days]

        assert shown == [format_date(each, pattern, locale=language) for each in days]

    def test_show_the_day_on_which_it_happened_here(self, make_site):
        with make_site().application.test_request_context("/"):
            assert day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "24.11.2026"
