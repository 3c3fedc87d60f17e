"""A complaint on the phone: who calls, what is open, how they were recognised, what was said; by mouse, and by keyboard alone."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from crm.actor import Role
from crm.models.ticket import Ticket
from tests.browser.conftest import step_into
from tests.support.site_pages import caller_with_much


def number_of(site):
    """Return the number of an open ticket of somebody who may call."""
    with site.runtime.database.reading() as session:
        wanted = select(Ticket.number).where(Ticket.subject_id == caller_with_much(site), Ticket.closed_at.is_(None))
        return session.scalars(wanted.order_by(Ticket.number).limit(1)).one()


def test_a_complaint_is_taken_down_with_the_mouse(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SERVICE)
    page.get_by_label("Telefonnummer, Name, Rechnungs- oder Ticketnummer").fill(number_of(demo_site))
    page.get_by_role("button", name="Finden").click()

    expect(page.get_by_text("Bitte nur aufnehmen, nichts mitteilen.")).to_be_visible()
    expect(page.get_by_role("heading", name="Offene Rechnungen")).to_be_visible()
    expect(page.get_by_role("heading", name="Offene Tickets")).to_be_visible()
    page.get_by_role("button", name="Ticketnummer").click()
    expect(page.get_by_text("Erkannt: Ticketnummer")).to_be_visible()
    page.get_by_label("Worum geht es?").fill("Die neue Dichtung tropft wieder.")
    page.get_by_role("button", name="Notiz speichern").click()

    expect(page.locator("#messages")).to_contain_text("Das Gespräch ist festgehalten.")
    page.get_by_role("button", name="Anruf beenden").click()
    expect(page.get_by_role("heading", name="Wer ruft an?")).to_be_visible()
    expect(page.get_by_text("Erkannt")).to_have_count(0)


def test_and_with_the_keyboard_alone(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SERVICE)

    page.keyboard.press("/")
    page.keyboard.type(number_of(demo_site).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bitte nur aufnehmen, nichts mitteilen.")).to_be_visible()
    _tab_to(page, page.get_by_role("button", name="Ticketnummer"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Erkannt: Ticketnummer")).to_be_visible()
    _tab_to(page, page.get_by_label("Worum geht es?"))
    page.keyboard.type("Sie fragt nach dem Termin.")
    _tab_to(page, page.get_by_role("button", name="Notiz speichern"))
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Das Gespräch ist festgehalten.")


def test_a_ticket_is_answered_with_a_template_by_keys_alone(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SERVICE)
    page.goto(f"{demo_site.url}/tickets?show=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Antworten oder eintragen").wait_for()

    _tab_to(page, page.get_by_label("Wie gesagt"))
    page.keyboard.type("am Telefon")
    _tab_to(page, page.get_by_label("Textbaustein"))
    page.keyboard.type("Eingang")
    _tab_to(page, page.get_by_role("button", name="Einsetzen"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Text", exact=True)).to_have_value(filled_in(page))
    _tab_to(page, page.get_by_role("button", name="Speichern oder senden"))
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Der Eintrag ist gespeichert.")


def filled_in(page):
    """Return what the text holds once the number of the ticket stands in its place."""
    number = page.locator("h1").inner_text().partition(":")[0]
    return re.compile(rf"Guten Tag .+\n+.+{number}")


def _tab_to(page, target):
    """Press Tab until the focus is where it is wanted, as somebody without a mouse does."""
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")
