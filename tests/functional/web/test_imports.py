"""Reading files in through the browser: sealed, previewed, tried, taken in by the worker, and gone."""

import csv
import io
import re
import tempfile
from datetime import timedelta
from pathlib import Path

import markupsafe
import pytest
from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.engine import make_url
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from crm.actor import Role, system_actor
from crm.models.activity import Activity
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.deal import Deal
from crm.models.erasure import ErasureCause
from crm.models.import_run import ImportRun
from crm.models.import_upload import ImportMapping, ImportUpload, UploadState
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket
from crm.privacy import disclosure
from crm.privacy.erasure import eraser, job, run
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import import_policy
from crm.services.uploads import forgetting, keeping, proposing, running
from crm.web.deals import form_fields as deal_form
from crm.web.imports.words import TARGET_TITLES, own_titles
from tests.functional.web.conftest import error_at, hidden, shown_fields, strip_number
from tests.support.residue import find_residue

PEOPLE = """Kunden-Nr.;Vorname;Nachname;E-Mail;Ort;Firma;Geschlecht;Lieblingsfarbe
1;Käthe;Groß;k.gross@example.org;Köln;Muster GmbH;w;blau
2;Jörg;Weiß;kein-at-zeichen;Düren;;m;rot
3;;;;;;w;
"""
INVOICES = """Rechnungsnr.;Kunde;Rechnungsdatum;Fällig am;Netto;Brutto;Bezahlt
R-7;Brückner Pumpenbau GmbH;02.11.2026;16.11.2026;1.000,00;1.190,00 €;
"""
LINKS = re.compile(r"(/imports/[0-9a-f]{32})/columns")


def send(member, content, kind="person", name="Kundenkartei Wehmeier.csv", encoding="utf-8", token=None):
    page = member.get("/imports/new")
    data = content if isinstance(content, bytes) else content.encode(encoding)
    fields = {"kind": kind, "token": token or hidden(page, "token"), "purpose": hidden(page, "purpose"), "csrf_token": member.form_token}
    boundary, body = encode_multipart({**fields, "file": FileStorage(io.BytesIO(data), name)})
    return member.client.post("/imports/new", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def sent(member, content, kind="person", **options):
    """Send a file and return the address of the import."""
    answer = send(member, content, kind, **options)
    assert answer.status_code == 303
    return answer.location.removesuffix("/columns")


def chosen(page):
    """Return what the selects of the page say, as the browser would send it."""
    selects = re.findall(r'<select class="field" id="f-(column_\d+)"[^>]*>(.*?)</select>', page.text, re.DOTALL)
    values = {name: re.search(r'value="([^"]*)" selected', options) for name, options in selects}
    return {name: found.group(1) if found else "" for name, found in values.items()}


def check(house, member, url, **fields):
    answer = member.send(f"{url}/columns", {**chosen(member.get(f"{url}/columns")), "migration": "own", "check": "1", **fields})
    assert answer.status_code == 303
    work_off(house)
    return member.get(url)


def take_in(house, member, url, **fields):
    check(house, member, url, **fields)
    assert member.send(f"{url}/start").status_code == 303
    work_off(house)
    return member.get(url)


def work_off(house):
    return running.work_off(house.database, settings=house.runtime.settings, clock=house.clock)


def rows(house, model):
    with house.database.reading() as session:
        return list(session.scalars(select(model)))


def count_of(page, word):
    return int(re.search(rf'<th scope="row">{word}</th><td class="num">(\d+)</td>', page.text).group(1))


@pytest.fixture
def service(colleague):
    return colleague(Role.SERVICE, "Sina Hell")


class TestSending:
    """Art. 32(1)(a) DSGVO."""

    def test_leads_to_the_columns_and_proposes_where_they_go(self, sales):
        page = sales.get(f"{sent(sales, PEOPLE)}/columns")

        assert chosen(page) == {
            "column_0": "id",
            "column_1": "first_name",
            "column_2": "last_name",
            "column_3": "email",
            "column_4": "city",
            "column_5": "company",
            "column_7": "",
        }
        assert "nimmt Lethe nie auf" in page.text
        assert "3 Zeilen, UTF-8, getrennt mit Semikolon" in page.text

    def test_keeps_nothing_readable_in_the_database(self, house, sales):
        sent(sales, PEOPLE)

        state = house.snapshot()
        kept = [row for name in ("import_upload", "import_mapping") for row in state[name]]
        assert kept
        assert not any(word in row for row in kept for word in ("Groß", "Wehmeier", "Köln"))

    def test_leaves_nothing_readable_on_the_disk(self, house, sales, tmp_path, monkeypatch):
        """A file this large would go to a temporary file by itself."""
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        rows = "".join(f"{n};Anna;Zwirnquist;;Kassel;;;{'x' * 2000}\n" for n in range(10, 610))
        folders = {tmp_path, *folders_of(house)}

        url = sent(sales, PEOPLE + rows)
        assert find_residue(["Zwirnquist"], folders) == []
        take_in(house, sales, url)

        assert house.count(Contact) == 602
        assert find_residue(["Zwirnquist"], folders) == []

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_reads_umlauts_in_any_encoding_of_an_office(self, sales, encoding):
        page = sales.get(f"{sent(sales, PEOPLE, encoding=encoding)}/columns")

        assert "Käthe" in page.text
        assert "Köln" in page.text

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "wählen Sie eine Datei aus"),
            (b"PK\x03\x04\x14\x00workbook", "keine CSV-Datei"),
            (b"%PDF-1.7\n1;2", "keine CSV-Datei"),
            (b"Vorname;Nachname\n", "keine Zeile"),
            (b"Vorname;Nachname\nAnna;Berg;zu viel\n", "Zeile 2"),
            (b'Vorname;Nachname\n"Anna;Berg\n', "Anführungszeichen"),
            ("Vorname;Nachname\nAnna;Berg\n".encode("utf-16"), "kein UTF-8"),
        ],
    )
    def test_of_what_cannot_be_read_says_why_and_keeps_nothing(self, house, sales, content, sentence):
        answer = send(sales, content)

        assert answer.status_code == 422
        assert sentence in error_at(answer, "file")
        assert house.count(ImportUpload) == 0

    def test_of_too_much_says_how_much_it_may_be(self, sales, monkeypatch):
        policy = import_policy()
        small = type(policy.uploads)(megabytes=0, keep_hours=24, keep_record_days=30)
        monkeypatch.setattr(keeping, "import_policy", lambda: type("Small", (), {"uploads": small, "limits": policy.limits}))

        assert "größer als 0 MB" in error_at(send(sales, PEOPLE), "file")

    @pytest.mark.parametrize("kind", ["invoice", "ticket", "campaign", "nonsense"])
    def test_is_bound_to_the_work_of_the_role(self, house, sales, kind):
        answer = send(sales, PEOPLE, kind)

        assert answer.status_code == 422
        assert error_at(answer, "kind")
        assert house.count(ImportUpload) == 0

    def test_twice_keeps_one(self, house, sales):
        token = hidden(sales.get("/imports/new"), "token")

        first, second = (send(sales, PEOPLE, token=token) for _ in range(2))

        assert (first.location, house.count(ImportUpload)) == (second.location, 1)

    def test_for_a_purpose_that_rests_on_consent_is_refused(self, house, sales):
        sales.work_for("phone_advertising")

        assert "Wechseln Sie oben den Zweck" in error_at(send(sales, PEOPLE), "file")

    def test_is_seen_by_who_sent_it_alone(self, colleague, sales):
        url = sent(sales, PEOPLE)
        other = colleague(Role.SALES, "Ole Fremd")

        assert [other.get(path).status_code for path in (url, f"{url}/columns", f"{url}/refused")] == [404] * 3
        assert other.send(f"{url}/start").status_code == 404
        assert "Kundenkartei" not in other.get("/imports").text


class TestColumns:
    def test_show_the_first_rows_as_they_would_be_taken(self, house, sales):
        url = sent(sales, PEOPLE + "".join(f"{n};Vor{n};Nach{n};;;;;\n" for n in range(10, 40)))

        page = sales.get(f"{url}/columns")

        assert "Vor16" in page.text
        assert "Vor17" not in page.text
        assert "Die E-Mail-Adresse ist ungültig" in page.text
        assert "Weder Name noch Adresse" in page.text
        assert strip_number(page) == len(shown_fields(page)) == 4
        assert len(house.entries("upload:read")) == 1

    def test_show_german_amounts_and_days_as_they_are_understood(self, house, accounting):
        page = accounting.get(f"{sent(accounting, INVOICES, 'invoice')}/columns")

        assert "1.190,00 €" in page.text
        assert "16.11.2026" in page.text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"column_0": "first_name", "column_1": "first_name"}, "aus zwei Spalten"),
            ({f"column_{place}": "" for place in range(8)}, "mindestens eine Spalte"),
            ({"column_6": "first_name", "column_1": ""}, "Geschlecht"),
        ],
    )
    def test_that_cannot_be_are_explained_and_stay_chosen(self, house, sales, fields, sentence):
        url = sent(sales, PEOPLE)
        values = {**chosen(sales.get(f"{url}/columns")), "origin": "Messe Köln", "check": "1", **fields}

        answer = sales.send(f"{url}/columns", values)

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="Messe Köln"' in answer.text
        assert work_off(house) == 0

    def test_of_fields_that_the_purpose_does_not_open_are_not_offered(self, sales):
        """Art. 5(1)(b), (c) DSGVO."""
        sales.work_for("sales_approach")

        page = sales.get(f"{sent(sales, PEOPLE)}/columns")

        assert chosen(page)["column_3"] == ""
        assert 'value="email"' not in page.text

    def test_are_remembered_for_the_next_file_with_the_same_headers_in_any_order(self, house, sales):
        check(house, sales, sent(sales, PEOPLE), column_7="position")
        lines = [line.split(";") for line in PEOPLE.splitlines()]

        page = sales.get(f"{sent(sales, chr(10).join(';'.join(reversed(cells)) for cells in lines))}/columns")

        assert chosen(page)["column_0"] == "position"
        assert "Lieblingsfarbe" not in str(house.snapshot()["import_mapping"])
        assert house.count(ImportMapping) == 1


class TestDryRun:
    def test_says_what_would_happen_and_changes_nothing(self, house, sales):
        url = sent(sales, PEOPLE)

        page = check(house, sales, url)

        assert "Probelauf: das würde geschehen" in page.text
        assert (count_of(page, "angelegt"), count_of(page, "abgelehnt")) == (2, 1)
        assert house.count(Contact) == 0
        assert "Lieblingsfarbe (2)" in page.text

    def test_that_finds_a_fault_leads_back_to_the_columns(self, house, sales):
        url = sent(sales, PEOPLE + "".join(f"{n};Vor{n};Nach{n};;;;;\n" for n in range(10, 40)) + "1;Zweite;Person;;;;;\n")

        page = check(house, sales, url)

        assert "Kennung von Zeile 35" in page.text
        assert f"{url}/columns" in page.text
        assert check(house, sales, url, column_0="").status_code == 200
        assert "Probelauf: das würde geschehen" in sales.get(url).text


class TestTakingIn:
    def test_brings_people_with_owner_and_purpose(self, house, sales):
        page = take_in(house, sales, sent(sales, PEOPLE))

        assert "Das ist geschehen" in page.text
        contacts = rows(house, Contact)
        assert [each.owner_id for each in contacts] == [sales.member.id] * 2
        (purpose,) = house.purposes("business_contact")
        with house.database.reading() as session:
            opened = disclosure.open_groups(session, [each.subject_id for each in contacts], purpose.groups)
        assert {each["last_name"] for each in opened.values()} == {"Groß", "Weiß"}

    def test_leaves_nothing_of_the_file(self, house, sales):
        """Art. 5(1)(e) DSGVO."""
        take_in(house, sales, sent(sales, PEOPLE))

        (upload,) = rows(house, ImportUpload)
        with house.database.reading() as session:
            assert session.get_one(ImportUpload, upload.id).sealed_file is None
        assert upload.state == UploadState.DONE

    def test_leaves_entries_of_file_trial_and_import_by_who_sent_it(self, house, sales):
        """Art. 5(2) DSGVO."""
        take_in(house, sales, sent(sales, PEOPLE))

        for action in ("upload:kept", "upload:checked", "import:started", "import:finished"):
            (leaf,) = house.entries(action)
            assert f'"a":"{sales.member.pseudonym}"' in leaf

    def test_hands_the_refused_rows_over_for_a_day(self, house, sales):
        url = sent(sales, PEOPLE + "4;;;;;;;=1+1\n")
        page = take_in(house, sales, url)
        assert f"{url}/refused" in page.text

        answer = sales.get(f"{url}/refused")

        table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        assert table[0][-2:] == ["Zeile", "Warum nicht eingelesen"]
        assert [row[-2] for row in table[1:]] == ["4", "5"]
        assert table[2][7] == "'=1+1"
        house.clock.advance(timedelta(hours=25))
        forget(house)
        assert b"'=1+1" not in sales.get(f"{url}/refused").data

    @pytest.mark.parametrize("cell", ["-1.000,00", "=1+1", "+49 561 1234", "@home", "'schon mit Strich"])
    def test_takes_corrected_rows_back_as_they_were(self, house, sales, cell):
        """What keeps a spreadsheet from taking a cell for a formula is taken off again when the list comes back."""
        url = sent(sales, f"Titel;Betrag;Kunde\n{cell};5;Gibt es nicht GmbH\n", "deal")
        take_in(house, sales, url)
        handed_over = sales.get(f"{url}/refused").data.decode("utf-8-sig")
        assert not re.search(r"^[-=+@]", handed_over, re.MULTILINE)

        house.add_company("Gibt es nicht GmbH")
        take_in(house, sales, sent(sales, handed_over, "deal"))

        page = sales.get("/deals").text
        assert f">{markupsafe.escape(cell)}</a>" in page

    def test_of_the_same_file_again_doubles_nobody(self, house, sales):
        for _ in range(2):
            take_in(house, sales, sent(sales, PEOPLE), system="Altkartei")

        assert house.count(Contact) == 2

    def test_never_brings_back_who_was_erased(self, house, sales):
        """Art. 17(1) DSGVO."""
        take_in(house, sales, sent(sales, PEOPLE), system="Altkartei")
        erase(house, [each.subject_id for each in rows(house, Contact)])

        url = sent(sales, PEOPLE)
        page = take_in(house, sales, url, system="Altkartei")

        assert count_of(page, "angelegt") == 0
        assert b"Gro\xc3\x9f" not in sales.get(f"{url}/refused").data

    def test_goes_on_after_a_stop_where_it_was(self, house, sales, monkeypatch):
        url = sent(sales, PEOPLE)
        check(house, sales, url)
        sales.send(f"{url}/start")
        with monkeypatch.context() as stopped:
            stopped.setattr(running, "_end_import", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                work_off(house)

        assert work_off(house) == 1

        assert (house.count(Contact), house.count(ImportRun)) == (2, 1)
        assert count_of(sales.get(url), "angelegt") == 2

    def test_shows_how_far_it_is(self, house, sales):
        url = sent(sales, PEOPLE)
        check(house, sales, url)
        sales.send(f"{url}/start")
        with house.database.writing() as session:
            session.execute(update(ImportUpload).values(rows_done=2, state=UploadState.RUNNING))

        page = sales.get(url)

        assert "2 von 3 Zeilen" in page.text
        assert 'hx-trigger="every 1s"' in page.text

    def test_does_not_begin_for_somebody_who_lost_the_role(self, house, sales):
        url = sent(sales, PEOPLE)
        check(house, sales, url)
        sales.send(f"{url}/start")
        with house.database.writing() as session:
            session.execute(update(keeping.ImportUpload).values(uploaded_in="accounting"))

        work_off(house)

        assert house.count(Contact) == 0

    def test_that_waits_is_not_called_done(self, house, sales):
        url = sent(sales, PEOPLE)
        check(house, sales, url)
        sales.send(f"{url}/start")

        assert "Das ist geschehen" not in sales.get(url).text
        work_off(house)
        assert "Das ist geschehen" in sales.get(url).text

    def test_twice_started_runs_once(self, house, sales):
        url = sent(sales, PEOPLE)
        check(house, sales, url)

        answers = [sales.send(f"{url}/start").status_code for _ in range(2)]

        assert answers == [303, 400]


class TestWhatTheWizardCallsAField:
    @pytest.mark.parametrize("kind", list(TARGET_TITLES))
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_is_known_again_as_a_header(self, app, house, kind, language):
        with app.test_request_context():
            titles = own_titles(kind)
        with app.test_request_context(), force_locale(language):
            header = [str(title) for title in TARGET_TITLES[kind].values()]

        [purpose] = house.purposes("business_contact")
        found = proposing._by_name(kind, header, purpose, titles)

        assert [found.get(place) for place in range(len(header))] == list(TARGET_TITLES[kind])

    def test_is_what_the_form_of_a_deal_calls_it(self):
        for target in ("title", "stage", "expected_on"):
            assert str(TARGET_TITLES[RowKind.DEAL][target]) == str(deal_form.TITLES[target])

    def test_is_proposed_when_a_file_is_sent(self, sales):
        url = sent(sales, "Titel;Stufe;Abschluss erwartet am;Name der Firma;Betrag in Euro\nA;Angebot;31.12.2026;B;5\n", "deal")

        page = sales.get(f"{url}/columns")

        assert list(chosen(page).values())[:5] == ["title", "stage", "expected_on", "company_name", "amount"]


class TestDailyWork:
    def test_invoices_are_read_in_by_accounting(self, house, accounting):
        house.add_company("Brückner Pumpenbau GmbH")

        take_in(house, accounting, sent(accounting, INVOICES, "invoice"))

        assert [(each.number, each.gross_cents, str(each.due_on)) for each in rows(house, Invoice)] == [("R-7", 119_000, "2026-11-16")]

    def test_tickets_are_read_in_by_service(self, house, service):
        house.add_company("Brückner Pumpenbau GmbH")

        take_in(house, service, sent(service, "Firma;Betreff;Priorität\nBrückner Pumpenbau GmbH;Störung;hoch\n", "ticket"))

        assert [each.owner_id for each in rows(house, Ticket)] == [service.member.id]

    def test_companies_deals_and_activities_are_read_in_by_sales(self, house, sales):
        take_in(house, sales, sent(sales, "Firma;Ort\nKolb Druck GmbH;Fulda\n", "company"))
        take_in(house, sales, sent(sales, "Kunde;Titel;Betrag\nKolb Druck GmbH;Presse;12.500\n", "deal"))
        take_in(house, sales, sent(sales, "Kunde;Aufgabe;Art;Fällig\nKolb Druck GmbH;Nachfassen;Anruf;01.12.2026\n", "activity"))

        assert [each.name for each in rows(house, Company)] == ["Kolb Druck GmbH"]
        assert [each.amount_cents for each in rows(house, Deal)] == [1_250_000]
        assert [each.kind for each in rows(house, Activity)] == ["call"]


class TestFiles:
    """Art. 5(1)(e) DSGVO."""

    def test_without_a_run_go_after_a_day(self, house, sales):
        url = sent(sales, PEOPLE)
        house.clock.advance(timedelta(hours=24))

        assert forget(house) == 1

        with house.database.reading() as session:
            (upload,) = session.scalars(select(ImportUpload))
            assert (upload.state, upload.sealed_file, upload.sealed_options) == (UploadState.GONE, None, None)
        assert len(house.entries("upload:discarded")) == 1
        assert url

    def test_that_are_discarded_go_at_once(self, house, sales):
        url = sent(sales, PEOPLE)

        assert sales.send(f"{url}/discard").status_code == 303

        assert "Diese Datei gibt es nicht mehr" in sales.get(url).text
        with house.database.reading() as session:
            assert session.scalars(select(ImportUpload)).one().sealed_file is None
        assert sales.get(f"{url}/columns").status_code == 400
        assert sales.send(f"{url}/start").status_code == 400


def folders_of(house):
    """Return where the installation writes; a server's files lie elsewhere."""
    urls = [make_url(url) for url in (house.runtime.settings.database, house.runtime.settings.keystore)]
    return {house.runtime.settings.data_dir, *(Path(url.database).parent for url in urls if url.get_backend_name() == "sqlite")}


def forget(house):
    with house.database.writing() as session:
        return forgetting.forget(session, actor=system_actor("uploads"), now=house.now)


def erase(house, people):
    for person in people:
        with house.database.writing() as session:
            job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)
    assert eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now) == len(people)
