"""The portal's application: open to everybody, without a cookie, without a key."""

from types import SimpleNamespace

import pytest

from crm.portal import create_app
from crm.settings import Settings
from crm.site.access import compare_with_routes
from crm.site.factory import CSRF_EXEMPTIONS


@pytest.fixture
def client(tmp_path):
    """The portal in a process that has no database, no key store and no key."""
    return create_app(SimpleNamespace(settings=Settings(data_dir=tmp_path, organisation="Muster GmbH"))).test_client()


WAYS = {
    "organisation_address": ("Königstraße 12, 34117 Kassel", "Königstraße 12<br>34117 Kassel"),
    "privacy_email": ("datenschutz@muster.example", 'href="mailto:datenschutz@muster.example"'),
    "privacy_phone": ("069 90009 120", 'href="tel:06990009120"'),
}
NO_WAY = "sind hier noch nicht eingetragen"


class TestContact:
    """Art. 13(1)(a) DSGVO."""

    @pytest.mark.parametrize("way", WAYS)
    def test_shows_each_way_that_is_set_and_no_other(self, tmp_path, way):
        settings = Settings(data_dir=tmp_path, organisation="Muster GmbH", **{way: WAYS[way][0]})

        page = create_app(SimpleNamespace(settings=settings)).test_client().get("/contact").text

        assert [name for name, (_, shown) in WAYS.items() if shown in page] == [way]
        assert NO_WAY not in page

    def test_says_so_when_none_is_set(self, client):
        page = client.get("/contact").text

        assert NO_WAY in page
        assert "Impressum" not in page


class TestPortal:
    def test_begins_with_the_one_field_that_stops_advertising(self, client):
        page = client.get("/").text

        assert "Werbung stoppen" in page
        assert page.count("<input") == 1
        assert "Muster GmbH" in page

    @pytest.mark.parametrize("path", ["/", "/objection", "/erasure", "/contact"])
    def test_sets_no_cookie_and_runs_no_script(self, client, path):
        answer = client.get(path)

        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text

    def test_says_that_it_is_well_when_it_reaches_its_database(self, runtime):
        assert create_app(runtime).test_client().get("/health").json == {"status": "ok"}

    @pytest.mark.parametrize(
        ("path", "sentence"), [("/", "No more advertising"), ("/erasure", "Erase my data"), ("/contact", "How to reach us")]
    )
    def test_is_read_in_english_too(self, client, path, sentence):
        client.get("/language/en")

        assert sentence in client.get(path).text

    def test_ticks_no_box_beforehand(self, client):
        """C-673/17: a box that is ticked beforehand says nothing about a wish."""
        assert "checked" not in client.get("/erasure").text

    def test_lists_every_route(self, client):
        difference = compare_with_routes(client.application)

        assert (difference.unlisted, difference.unknown) == ((), ())

    def test_says_of_every_form_why_it_needs_no_token(self, client):
        posts = {rule.endpoint for rule in client.application.url_map.iter_rules() if "POST" in rule.methods}

        assert posts == CSRF_EXEMPTIONS.keys()
        assert all(CSRF_EXEMPTIONS.values())
