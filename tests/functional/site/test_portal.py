from types import SimpleNamespace

import pytest

from crm.portal import create_app
from crm.settings import Settings
from crm.site.access import compare_with_routes


@pytest.fixture
def client(tmp_path):
    installation = SimpleNamespace(
        settings=Settings(data_dir=tmp_path, organisation="Muster GmbH"), vault=SimpleNamespace(secret=lambda name: name.encode().ljust(32))
    )
    return create_app(installation).test_client()


class TestPortal:
    def test_says_what_will_be_here_and_that_rights_hold_already(self, client):
        page = client.get("/").text

        assert "Die Formulare gibt es noch nicht; Ihre Rechte gelten schon heute." in page
        assert "Keine Werbung mehr" in page
        assert "Muster GmbH" in page

    def test_sets_no_cookie_and_runs_no_script(self, client):
        answer = client.get("/")

        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text

    def test_says_that_it_is_well_when_it_reaches_its_database(self, runtime):
        assert create_app(runtime).test_client().get("/health").json == {"status": "ok"}

    def test_is_read_in_english_too(self, client):
        client.get("/language/en")

        assert "Your data, your rights" in client.get("/").text

    def test_lists_every_route(self, client):
        difference = compare_with_routes(client.application)

        assert (difference.unlisted, difference.unknown) == ((), ())

    def test_has_a_cookie_name_of_its_own(self, client):
        assert client.application.config["SESSION_COOKIE_NAME"] == "lethe_portal"
