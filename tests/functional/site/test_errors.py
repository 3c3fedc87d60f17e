import pytest

from crm.actor import Role

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


class TestErrorPages:
    @pytest.mark.parametrize(
        ("path", "status", "sentence"),
        [
            ("/erased", 410, "lassen sich nicht wiederherstellen"),
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
        assert "cannot be restored" in answer.text

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

    def test_show_nothing_of_what_broke(self, make_site):
        client = make_site()
        client.application.config["PROPAGATE_EXCEPTIONS"] = False

        answer = client.get("/broken")

        assert answer.status_code == 500
        assert "Es wurde nichts halb gespeichert" in answer.text
        assert "secret detail" not in answer.text
        assert "ZeroDivision" not in answer.text
