"""Keys of one letter lead where their page says."""

from playwright.sync_api import expect

from crm.actor import Role
from tests.browser.conftest import step_into


def test_the_key_to_keep_somebody_leads_to_the_reason_and_decides_nothing(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.PRIVACY)
    page.goto(f"{demo_site.url}/review")
    name = page.get_by_role("heading", level=1).inner_text()

    page.keyboard.press("b")

    expect(page.get_by_label("Grund")).to_be_focused()
    assert page.get_by_role("heading", level=1).inner_text() == name
