"""The main job whole, as the people in it meet it: somebody comes in, agrees, objects, goes, is forgotten, and a stranger can check it.

Both sites and the worker run as on a server; mail goes to a real mail server, and the links come out of what arrived there.
"""

import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from crm.actor import Role
from crm.models.request_case import RequestCase
from tests.browser.conftest import PHONE, sign_in
from tests.browser.walking import SECONDS, await_indexed, find_in_list, pseudonym_in, read_what_happened, verify_the_log
from tests.support.exports import record_id, write
from tests.support.letters import link_in, text_of

pytestmark = pytest.mark.slow

EMAIL = "quendolin.rueschenfeld@example.org"
PERSON = {
    "Id": record_id(1),
    "FirstName": "Quendolin",
    "LastName": "Rüschenfeld",
    "Email": EMAIL,
    "Phone": "0561 7394652",
    "MailingStreet": "Zwirnspulengasse 3",
    "MailingPostalCode": "34117",
    "MailingCity": "Kassel",
    "Title": "Posamentierin",
    "LeadSource": "Bortenmesse",
    "CreatedDate": "2026-01-02T03:04:05.000+0000",
    "LastActivityDate": "2026-10-01",
}
NEIGHBOUR = PERSON | {
    "Id": record_id(2),
    "FirstName": "Nele",
    "LastName": "Nachbarin",
    "Email": "nele.nachbarin@example.org",
    "Phone": "0561 22",
    "MailingStreet": "Am Markt 1",
    "Title": "Einkauf",
    "LeadSource": "Anruf",
}
EVIDENCE = "Karteikasten Haselnuss"
WISH = "Bitte auch die Klöppelmuster."
# Each is readable somewhere on the way in if anything is; none is a word of the product or of anybody else.
WORDS = ["Quendolin", "Rüschenfeld", "Rueschenfeld", "7394652", "Zwirnspulengasse", "Posamentier", "Haselnuss", "ppelmuster", "Bortenmesse"]
BEFORE = ("Person aufgenommen", "Einwilligung erteilt", "Widerspruch eingelegt", "Fall eröffnet", "Fall entschieden")
AFTER = ("Löschung angeordnet", "Schlüssel der Person vernichtet", "Löschung abgeschlossen", "Fall beantwortet", "Fall abgeschlossen")
COOLING = timedelta(hours=72)


def test_somebody_comes_in_objects_and_is_forgotten_for_all_to_check(steered_site, visitor, tmp_path):
    seller = steered_site.hire(Role.SALES)
    staff, outside = visitor(), visitor(java_script=False, viewport=PHONE)

    import_people(steered_site, seller, tmp_path / "export")
    sign_in(staff, steered_site, seller)
    pseudonym = open_person(staff)
    record_consents(staff)
    see_the_words_in_the_index_alone(steered_site)

    object_on_the_portal(steered_site, outside)
    see_advertising_closed(staff, steered_site, pseudonym)

    ask_for_erasure(steered_site, outside)
    status_url = confirm_by_the_mail(steered_site, outside)
    number = decide(steered_site, visitor())
    see_it_wait(staff, steered_site, pseudonym, outside, status_url)

    steered_site.clock.advance(COOLING)
    receive_the_answer(steered_site, number)
    see_it_closed(outside, status_url)
    sign_in(staff, steered_site, seller)
    find_nothing(staff, steered_site, pseudonym)
    assert steered_site.find_words(WORDS) == []

    check(steered_site, visitor(), pseudonym, tmp_path)


def import_people(site, seller, folder):
    write(folder, "Contact.csv", [PERSON, NEIGHBOUR])
    imported = site.run("import", "salesforce", folder, "--migration", "own", "--owner", seller.email, "--json")
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["people"]["created"] == 2


def open_person(page):
    page.get_by_role("link", name="Kontakte", exact=True).first.click()
    find_in_list(page, "rüschenf", "Rüschenfeld, Quendolin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quendolin Rüschenfeld")
    expect(page.locator("#way-email .chip")).to_have_text("erlaubt")
    return pseudonym_in(page)


def see_the_words_in_the_index_alone(site):
    """As long as somebody lives, search reads them in RAM; what lies on a disk is sealed, then as later."""
    found = site.find_words(WORDS)
    assert {"Quendolin", "Rueschenfeld", "7394652"} <= {word for word, _file in found}
    assert [file for _word, file in found if not file.startswith(str(site.index_dir))] == []


def record_consents(page):
    """Record what the person agreed to on paper: the newsletter, and calls."""
    page.get_by_role("link", name="Recht ausüben").click()
    for permission in ("Newsletter, per E-Mail", "Telefonwerbung, per Telefon"):
        page.get_by_label("Wozu und auf welchem Weg").select_option(permission)
        page.get_by_label("Eingewilligt am").fill("2026-10-01")
        page.get_by_label("Wortlaut").fill("Ja, ich möchte Neues erfahren.")
        page.get_by_label("Wie und wo belegt").fill(EVIDENCE)
        page.get_by_role("button", name="Einwilligung festhalten").click()
        expect(page.get_by_role("status").filter(has_text="mit Wortlaut und Beleg festgehalten")).to_be_visible()
        expect(consent_in(page, permission)).to_contain_text("erlaubt")
    page.get_by_role("link", name="Zurück zu Quendolin Rüschenfeld").click()
    expect(purpose_in(page, "Newsletter")).to_contain_text("erlaubt")
    page.get_by_role("button", name="Telefonwerbung").click()
    expect(page.locator("#way-phone")).to_contain_text("Einwilligung vom 01.10.2026")
    expect(page.locator("#way-phone").get_by_role("link", name="Anrufen")).to_be_visible()


def consent_in(page, title):
    return page.locator("section[aria-labelledby=h-consents] li").filter(has_text=title)


def purpose_in(page, title):
    return page.locator("section[aria-labelledby=h-purposes] li").filter(has_text=title)


def object_on_the_portal(site, page):
    page.goto(site.portal_url)
    page.get_by_label("Ihre E-Mail-Adresse").fill(EMAIL)
    page.get_by_role("button", name="Werbung stoppen").click()
    expect(page.get_by_role("heading", name="Erledigt")).to_be_visible()
    letter = site.letters.await_one(EMAIL, "Ihr Widerspruch gilt")
    assert link_in(letter, "c").startswith(site.portal_url)


def see_advertising_closed(page, site, pseudonym):
    """What was green for advertising is grey with its word, and the purpose of advertising opens the person no more."""
    refused = page.goto(f"{site.url}/contacts/{pseudonym}")
    assert refused.status == 409
    expect(page.get_by_role("main")).to_contain_text("Die Person hat diesem Zweck widersprochen.")
    page.get_by_role("main").get_by_role("button", name="Vertrieb (Ansprechpartner)").click()
    for purpose in ("Newsletter", "Telefonwerbung"):
        expect(purpose_in(page, purpose)).to_contain_text("widersprochen")
    expect(page.locator("#way-email .chip")).to_have_text("widersprochen")
    expect(page.locator("#way-email")).to_contain_text("erlaubt bleiben laufende Vorgänge und Antworten")
    expect(page.locator("#way-email .btn.go")).to_have_count(0)
    page.get_by_role("link", name="Recht ausüben").click()
    for permission in ("Newsletter, per E-Mail", "Telefonwerbung, per Telefon"):
        expect(consent_in(page, permission)).to_contain_text("widersprochen")


def ask_for_erasure(site, page):
    page.goto(site.portal_url)
    page.get_by_role("link", name="Löschen").click()
    page.get_by_label("Ihre E-Mail-Adresse").fill(EMAIL)
    page.get_by_label("Was sollen wir wissen?").fill(WISH)
    page.get_by_role("button", name="Löschung beantragen").click()
    expect(page.get_by_role("heading", name="Fast fertig")).to_be_visible()


def confirm_by_the_mail(site, page):
    """Open the link as often as a scanner of mail does: nothing happens; then press the button behind it."""
    link = link_in(site.letters.await_one(EMAIL, "Bitte bestätigen"), "b")
    for _scan in range(3):
        assert page.request.get(link).status == 200
    page.goto(link)
    expect(page.get_by_role("heading", name="Löschung bestätigen")).to_be_visible()
    site.await_effect()
    assert site.count(RequestCase) == 0
    page.get_by_role("button", name="Ja, meine Daten löschen").click()
    expect(page.get_by_role("heading", name="Bestätigt")).to_be_visible()
    status_url = link_in(site.letters.await_one(EMAIL, "Ihr Antrag auf Löschung ist angekommen"), "s")
    page.goto(status_url)
    expect(page.get_by_role("main")).to_contain_text("Wir prüfen Ihren Antrag.")
    return status_url


def decide(site, page):
    """Decide as the coordinator, by what is proposed; return the number of the case."""
    sign_in(page, site, site.hire(Role.PRIVACY))
    page.get_by_role("link", name="Anträge", exact=True).first.click()
    [link] = page.locator("[data-rows] tbody th a").all()
    number = link.inner_text()
    link.click()
    expect(page.get_by_role("main")).to_contain_text(WISH)
    expect(page.get_by_role("main")).to_contain_text("Quendolin Rüschenfeld")
    page.get_by_label("Zur Bestätigung die Fallnummer eingeben").fill(number)
    page.get_by_role("button", name="So entscheiden").click()
    expect(page.get_by_role("main")).to_contain_text("Gelöscht wird am")
    return number


def see_it_wait(staff, site, pseudonym, outside, status_url):
    assert staff.goto(f"{site.url}/contacts/{pseudonym}").status == 409
    expect(staff.get_by_role("heading", name="Eingeschränkt")).to_be_visible()
    outside.goto(status_url)
    expect(outside.get_by_role("main")).to_contain_text("Bis zum Vollzug verwenden wir Ihre Daten nicht.")


def receive_the_answer(site, number):
    letter = site.letters.await_one(EMAIL, "Ihr Antrag auf Löschung vom")
    said = " ".join(text_of(letter).split())
    assert "haben wir Ihre personenbezogenen Daten" in said
    assert "Der Schlüssel, unter dem sie gespeichert waren, ist vernichtet, und die Daten sind aus unserem System entfernt." in said
    [paper] = letter.iter_attachments()
    written = PdfReader(BytesIO(paper.get_content())).pages[0].extract_text()
    for word in (number, "Quendolin Rüschenfeld", "Zwirnspulengasse 3"):
        assert word in written


def see_it_closed(page, status_url):
    def look():
        page.goto(status_url)
        expect(page.get_by_role("main")).to_contain_text("Abgeschlossen. Unsere Antwort haben Sie bekommen.", timeout=1 * SECONDS)

    await_indexed(look)


def find_nothing(page, site, pseudonym):
    """Search by name, address and number: the neighbour is there, the person is not; their page says that it is forgotten."""
    page.goto(f"{site.url}/contacts")
    find_in_list(page, "nachbarin", "Nachbarin, Nele")
    for words in ("rüschenfeld", EMAIL, "0561 7394652"):
        page.get_by_role("main").get_by_role("searchbox").fill(words)
        expect(page.locator("#results .empty")).to_contain_text("Niemand gefunden")
    gone = page.goto(f"{site.url}/contacts/{pseudonym}")
    assert gone.status == 410
    expect(page.get_by_role("heading", name="Das ist vergessen")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Rüschenfeld")


def check(site, page, pseudonym, folder):
    """Check as the auditor, on the pages and then with nothing of the installation but its public key."""
    sign_in(page, site, site.hire(Role.AUDITOR))
    read_what_happened(page, pseudonym, *BEFORE, *AFTER)
    expect(page.locator("body")).not_to_contain_text("Rüschenfeld")
    with page.expect_download() as download:
        page.get_by_role("link", name="Nachweis als Datei").click()
    proof = folder / "proof.json"
    download.value.save_as(proof)
    verify_the_log(page)

    key = str(site.runtime.make_sealer().signer.verifier)
    elsewhere = ["--data-dir", folder / "nowhere", "log", "check", proof, "--key", key, "--json"]
    checked = subprocess.run([sys.executable, "-m", "crm", *elsewhere], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(checked.stdout)["proven"] is True, checked.stdout + checked.stderr + proof.read_text(encoding="utf-8")
    assert json.loads(site.run("log", "verify", "--json").stdout)["sound"] is True
