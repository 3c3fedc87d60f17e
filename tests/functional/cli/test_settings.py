"""Wrong settings stop the start with one clear sentence and exit 2."""

import pytest


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('organisatoin = "Muster"', "organisatoin"),
        ("threads = 0", "threads"),
        ('staff_workers = "viele"', "staff_workers"),
        ("organisation = Muster", "lethe.toml ist in Zeile 1 kein gültiges TOML"),
        ('threads = 4\n\nsmtp_password = "geheim', "in Zeile 3"),
    ],
)
def test_a_wrong_settings_file_is_one_sentence(installed, lethe, text, named):
    (installed / "lethe.toml").write_text(text, encoding="utf-8")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert named in result.stderr
    assert result.stderr.count("\n") == 1
    assert "geheim" not in result.stderr


def test_a_settings_file_in_another_encoding_says_so(installed, lethe):
    (installed / "lethe.toml").write_bytes('organisation = "Müller"'.encode("cp1252"))

    result = lethe("doctor")

    assert (result.exit_code, "nicht in UTF-8 gespeichert" in result.stderr) == (2, True)


def test_a_slip_in_the_environment_is_not_ignored(lethe, monkeypatch):
    monkeypatch.setenv("LETHE_KEYFILE", "/srv/keys")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert "LETHE_KEYFILE" in result.stderr


def test_a_value_is_never_shown_because_it_could_be_a_secret(lethe, monkeypatch):
    monkeypatch.setenv("LETHE_SMTP_PORT", "geheim")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert "geheim" not in result.output


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SMTP_PORT", "99999", "„smtp_port“ ist keine ganze Zahl von 1 bis 65535"),
        ("SMTP_PORT", "0", "„smtp_port“ ist keine ganze Zahl von 1 bis 65535"),
        ("SMTP_PORT", "viele", "„smtp_port“ ist keine ganze Zahl von 1 bis 65535"),
        ("IDLE_MINUTES", "999999999999", "„idle_minutes“ ist keine ganze Zahl von 1 bis 1440"),
        ("SIGNIN_HOURS", "169", "„signin_hours“ ist keine ganze Zahl von 1 bis 168"),
        ("PROXIES", "-1", "„proxies“ ist keine ganze Zahl von 0 bis 5"),
        ("STAFF_ORIGIN", "http://localhost:99999", "„staff_origin“ ist keine Adresse einer Seite"),
        ("STAFF_ORIGIN", "https://crm.example.com/", "„staff_origin“ ist keine Adresse einer Seite"),
        ("PORTAL_ORIGIN", "crm.example.com", "„portal_origin“ ist keine Adresse einer Seite"),
        ("PORTAL_ORIGIN", "https://a:b@crm.example.com", "„portal_origin“ ist keine Adresse einer Seite"),
        ("PORTAL_ORIGIN", "http://localhost:8000", "haben dieselbe Adresse oder denselben Port"),
        ("PORTAL_ORIGIN", "http://127.0.0.1:8000", "haben dieselbe Adresse oder denselben Port"),
        ("IMPRINT_URL", "javascript:alert(1)", "„imprint_url“ ist keine Adresse einer Webseite"),
        ("TIME_ZONE", "Europe", "„time_zone“ nennt keine Zeitzone"),
        ("FEDERAL_STATE", "XX", "„federal_state“ nennt kein Bundesland"),
        ("SMTP_HOST", "mail.example.com:25", "„smtp_host“ ist kein Rechner"),
        ("HOST", "http://0.0.0.0", "„host“ ist kein Rechner"),
        ("ORGANISATION", " ", "„organisation“ ist leer"),
        ("ORGANISATION", "x" * 201, "„organisation“ ist länger als 200 Zeichen"),
        ("DATABASE_URL", "mysql://db", "„database_url“ ist keine Adresse einer Datenbank"),
        ("DEMO", "vielleicht", "„demo“ ist weder true noch false"),
        ("DROP_FOLDER", "Geschäft", "„drop_folder“ nennt keinen Ordner"),
        ("DROP_ADDRESS", "ablage", "„drop_address“ ist keine E-Mail-Adresse"),
        ("DROP_HOST", "imap.example.com", "Zum Ablagepostfach fehlen Einstellungen: drop_address, drop_user, drop_password_file"),
        ("MAIL_FROM", "Lethe <lethe@example.com>", "„mail_from“ ist keine E-Mail-Adresse"),
    ],
)
def test_each_wrong_value_is_one_sentence_that_names_it_and_what_helps(lethe, monkeypatch, name, value, sentence):
    monkeypatch.setenv("LETHE_LANGUAGE", "de")
    monkeypatch.setenv(f"LETHE_{name}", value)

    result = lethe("doctor")

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip().endswith(".")
    assert "Value error" not in result.stderr


def test_what_stands_in_the_file_in_another_form_is_told_apart(installed, lethe, monkeypatch):
    monkeypatch.setenv("LETHE_LANGUAGE", "de")
    (installed / "lethe.toml").write_text("privacy_phone = 5614711", encoding="utf-8")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert "„privacy_phone“ ist kein Text. Setzen Sie den Wert in lethe.toml in Anführungszeichen." in result.stderr


def test_a_language_that_lethe_does_not_speak_is_refused_in_english(lethe, monkeypatch):
    monkeypatch.setenv("LETHE_LANGUAGE", "fr")

    assert "“language” names no language of Lethe. Give de or en." in lethe("doctor").stderr


def test_keys_and_data_in_one_database_are_refused(lethe, monkeypatch, tmp_path):
    monkeypatch.setenv("LETHE_LANGUAGE", "de")
    for name in ("LETHE_DATABASE_URL", "LETHE_KEYSTORE_URL"):
        monkeypatch.setenv(name, f"sqlite:///{tmp_path / 'one.sqlite'}")

    assert "meinen dieselbe Datenbank" in lethe("doctor").stderr


def test_without_an_installation_the_sentence_says_how_to_make_one(lethe, data_dir):
    result = lethe("doctor")

    assert result.exit_code == 1
    assert "lethe init" in result.stderr
    assert not data_dir.exists()


def test_an_unknown_command_is_wrong_usage(lethe):
    assert lethe("conquer").exit_code == 2
