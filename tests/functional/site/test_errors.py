import json
import re

import pytest
import structlog

from crm.actor import Role
from crm.cli import log_lines
from crm.site.factory import PORTAL, STAFF

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


class TestErrorPages:
    @pytest.mark.parametrize(
        ("path", "status", "sentence"),
        [
            ("/erased", 410, "Diese Daten wurden gelöscht."),
            ("/no-keys", 503, "Schlüssel sind gerade nicht erreichbar"),
            ("/no-key-file", 503, "Schlüssel sind gerade nicht erreichbar"),
            ("/wrong", 422, "Diese Angabe lässt sich nicht verwenden."),
            ("/nowhere", 404, "Diese Seite gibt es nicht"),
            ("/save", 401, "Ihre Anmeldung"),
        ],
    )
    def test_say_in_german_what_is_wrong_and_what_helps(self, make_site, path, status, sentence):
        client = make_site()

        answer = client.post(path) if status == 401 else client.get(path)

        assert answer.status_code == status
        assert sentence in answer.text
        assert '<html lang="de">' in answer.text

    def test_name_no_file_of_the_machine(self, make_site):
        answer = make_site().get("/no-key-file")

        assert answer.status_code == 503
        assert "epoch.keys" not in answer.text

    def test_speak_english_to_english_readers(self, make_site):
        client = make_site()
        client.set_cookie("lethe_language", "en")

        answer = client.get("/erased")

        assert '<html lang="en">' in answer.text
        assert "have been erased" in answer.text

    def test_come_as_a_fragment_where_script_asked(self, make_site):
        answer = make_site().get("/erased", headers=FRAGMENT)

        assert answer.status_code == 410
        assert answer.text.lstrip().startswith('<div class="note alarm" role="alert">')
        assert "<html" not in answer.text

    def test_name_the_methods_that_work(self, make_site):
        answer = make_site(Role.SALES).post("/open")

        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert "So lässt sich diese Seite nicht öffnen" in answer.text

    def test_tell_when_to_try_again(self, make_site):
        assert make_site().get("/no-keys").headers["Retry-After"] == "30"

    @pytest.mark.parametrize("site", [STAFF, PORTAL])
    def test_show_nothing_of_what_broke_but_a_number_that_stands_in_the_log(self, make_site, capsys, site):
        client = make_site(name=site)
        client.application.config["PROPAGATE_EXCEPTIONS"] = False
        log_lines.configure()

        answer = client.get("/broken")
        structlog.reset_defaults()

        line = json.loads(capsys.readouterr().err)
        assert f"Vorfall {line['incident']}" in answer.text
        assert (line["site"], line["endpoint"], line["level"]) == (site, "sample.broken", "error")
        assert line["exception"].startswith("ZeroDivisionError\n")
        assert "conftest.py" in line["exception"]
        assert "secret detail" not in str(line)

        assert answer.status_code == 500
        assert "Es wurde nichts halb gespeichert" in answer.text
        assert "secret detail" not in answer.text
        assert "ZeroDivision" not in answer.text

    def test_name_the_incident_in_english_and_in_fragments_too(self, make_site):
        client = make_site()
        client.application.config["PROPAGATE_EXCEPTIONS"] = False
        client.set_cookie("lethe_language", "en")

        page, fragment = client.get("/broken"), client.get("/broken", headers=FRAGMENT)

        numbers = [re.search(r"Incident ([0-9A-Z]{4}-[0-9A-Z]{4})", answer.text).group(1) for answer in (page, fragment)]
        assert numbers[0] != numbers[1]
        assert '<html lang="en">' in page.text
        assert "<html" not in fragment.text
