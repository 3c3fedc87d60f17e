"""What Einrichtung has to say stands where the eye is after a step was saved or refused."""

import pytest

from crm.actor import Role
from tests.browser.conftest import DESKTOP, PHONE, sign_in, step_into


def is_on_screen(found):
    return found.evaluate("each => { const box = each.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight }")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_answer_to_a_step_is_on_screen(visitor, demo_site, viewport):
    page = visitor(viewport=viewport)
    step_into(page, demo_site, Role.ADMIN)
    page.goto(f"{demo_site.url}/setup")

    page.locator("form[action*='/setup/purposes'] button").click()
    saved = page.get_by_text("Es gab nichts zu ändern.")
    saved.wait_for()
    assert is_on_screen(saved)

    page.get_by_label("E-Mail für Datenschutz").fill("datenschutz")
    page.locator("form[action*='/setup/company'] button").click()
    page.wait_for_url("**/setup/company")
    assert is_on_screen(page.locator("#f-privacy_email-wrong"))

    page.goto(f"{demo_site.url}/setup")
    for box in page.locator("input[name=used]:not([disabled])").all():
        box.uncheck()
    page.locator("form[action*='/setup/purposes'] button").click()
    page.wait_for_url("**/setup/purposes*")
    assert is_on_screen(page.get_by_text("mindestens einen Zweck"))


@pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)
def test_the_form_for_the_own_website_stops_advertising_from_there(steered_site, visitor):
    """Art. 21(2), (4) DSGVO: where people are annoyed, in plain HTML, without script."""
    staff = visitor()
    sign_in(staff, steered_site, steered_site.hire(Role.ADMIN))
    staff.goto(f"{steered_site.url}/setup")
    form = staff.get_by_role("region", name="Für Ihre Website").locator("pre").inner_text()
    page = visitor(java_script=False)
    page.route("https://www.firma.example/", lambda route: route.fulfill(content_type="text/html", body=f"<title>Firma</title>{form}"))

    page.goto("https://www.firma.example/")
    page.get_by_label("Ihre E-Mail-Adresse").fill("genervt@example.org")
    page.get_by_role("button", name="Werbung stoppen").click()

    page.wait_for_url(f"{steered_site.portal_url}/objection")
    page.get_by_role("heading", name="Erledigt").wait_for()
    steered_site.letters.await_one("genervt@example.org", "Werbung")
