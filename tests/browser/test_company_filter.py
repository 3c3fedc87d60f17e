"""The company above the contacts: typed, suggested, and narrowing the list without a button."""

from playwright.sync_api import expect
from sqlalchemy import func, select

from crm.actor import Role
from crm.models.company import Company
from crm.models.contact import Contact
from tests.browser.conftest import step_into


def company_with_people(site):
    """Return the name and place of the company that has most contacts."""
    with site.runtime.database.reading() as session:
        wanted = select(Company.name, Company.city).join(Contact, Contact.company_id == Company.id).where(Company.name.is_not(None))
        return session.execute(wanted.group_by(Company.id).order_by(func.count().desc(), Company.id).limit(1)).one()


def test_a_company_is_typed_suggested_and_taken_away_again(visitor, demo_site):
    name, city = company_with_people(demo_site)
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts")
    everybody = page.locator("#results [role=status]").inner_text()
    field = page.get_by_label("Firma", exact=True)

    field.press_sequentially(name[:6])
    expect(page.locator("#s-company-options option").first).to_be_attached()
    field.fill(f"{name} · {city}")
    field.press("Tab")
    expect(page.locator("#results [role=status]")).not_to_have_text(everybody)
    expect(page.locator("#results tbody td").filter(has_text=name).first).to_be_visible()
    assert name not in page.url

    field.fill("Gibt es nicht GmbH")
    field.press("Tab")
    expect(page.locator("#results").get_by_role("alert")).to_contain_text("Diese Firma gibt es hier noch nicht.")
    field.fill("")
    field.press("Tab")
    expect(page.locator("#results [role=status]")).to_have_text(everybody)
