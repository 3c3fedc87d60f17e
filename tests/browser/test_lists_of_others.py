"""A list of an office comes in by the wizard, with the mouse and with the keyboard alone; the worker does it meanwhile."""

import pytest
from playwright.sync_api import expect

from crm.actor import Role
from tests.browser.conftest import step_into
from tests.browser.walking import SECONDS, tab_to

LIST = """Firma;PLZ;Ort;Branche;Bonität
Walzwerk Ostermann GmbH;58095;Hagen;Metall;A
Zahnrad Lüders AG;30159;Hannover;Maschinenbau;B
"""
DEALS = "Kunde;Titel;Betrag;Abschluss\nNiemand Bekanntes GmbH;Förderband;12.500,00;31.12.2026\n"
DONE_WITHIN = 30 * SECONDS


@pytest.fixture
def sales(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    return page


def csv_file(content, name):
    return {"name": name, "mimeType": "text/csv", "buffer": content.encode("cp1252")}


def test_with_the_mouse(sales):
    sales.get_by_role("navigation", name="Bereiche").get_by_role("link", name="Importe").click()
    sales.get_by_role("link", name="Datei einlesen").first.click()
    sales.get_by_label("Was steht darin?").select_option("Firmen")
    sales.get_by_label("Datei", exact=False).last.set_input_files(csv_file(LIST, "Neue Firmen.csv"))
    sales.get_by_role("button", name="Weiter zu den Spalten").click()

    expect(sales.get_by_label("Branche")).to_have_value("segment")
    expect(sales.get_by_role("cell", name="nimmt Lethe nie auf")).to_be_visible()
    expect(sales.get_by_role("region", name="Vorschau, Tabelle").get_by_text("Zahnrad Lüders AG")).to_be_visible()
    sales.get_by_role("button", name="Probelauf starten").click()

    expect(sales.get_by_role("heading", name="Probelauf: das würde geschehen")).to_be_visible(timeout=DONE_WITHIN)
    sales.get_by_role("button", name="Jetzt einlesen").click()
    expect(sales.get_by_role("heading", name="Das ist geschehen")).to_be_visible(timeout=DONE_WITHIN)
    expect(sales.get_by_role("row", name="angelegt")).to_contain_text("2")


def test_with_the_keyboard_alone(sales, demo_site):
    sales.goto(f"{demo_site.url}/imports")
    sales.get_by_role("heading", name="Importe").wait_for()
    sales.keyboard.press("n")
    sales.get_by_role("heading", name="Datei einlesen").wait_for()
    tab_to(sales, "kind", what="name")
    sales.keyboard.type("Verkaufs")
    tab_to(sales, "file", what="name")
    with sales.expect_file_chooser() as chosen:
        sales.keyboard.press("Space")
    chosen.value.set_files(csv_file(DEALS, "Chancen.csv"))
    tab_to(sales, "Weiter zu den Spalten")
    sales.keyboard.press("Enter")

    sales.get_by_role("heading", name="Spalten zuordnen").wait_for()
    tab_to(sales, "Probelauf starten")
    sales.keyboard.press("Enter")
    expect(sales.get_by_role("heading", name="Probelauf: das würde geschehen")).to_be_visible(timeout=DONE_WITHIN)
    expect(sales.get_by_text("Die Firma wurde hier nicht eingelesen oder nicht gefunden.")).to_be_visible()
    tab_to(sales, "Jetzt einlesen")
    sales.keyboard.press("Enter")
    expect(sales.get_by_role("heading", name="Das ist geschehen")).to_be_visible(timeout=DONE_WITHIN)

    with sales.expect_download() as refused:
        tab_to(sales, "Abgelehnte Zeilen herunterladen")
        sales.keyboard.press("Enter")
    text = refused.value.path().read_text(encoding="utf-8-sig")
    assert "Niemand Bekanntes GmbH;Förderband" in text


def test_an_export_is_asked_for_and_fetched(sales, demo_site):
    sales.goto(f"{demo_site.url}/companies")
    sales.get_by_role("link", name="Exportieren").click()
    sales.get_by_label("Grund").fill("Abgleich mit der Buchhaltung, für Frau Keßler")
    sales.get_by_role("button", name="Export anfordern").click()

    with sales.expect_download() as fetched:
        sales.get_by_role("link", name="Firmen: Name").click()
    assert fetched.value.path().read_bytes().startswith(b"\xef\xbb\xbfName")
