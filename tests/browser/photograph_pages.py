"""Photographs every page of the demonstration for the documentation: `make screenshots`. No test; nothing collects it by itself."""

import io
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from crm.actor import Role
from crm.clock import SystemClock
from crm.models.campaign import Campaign, CampaignMember
from crm.privacy import disclosure
from crm.privacy.intake import letterbox
from crm.services.demo.accounts import PASSWORD as DEMO_PASSWORD
from tests.browser.conftest import DESKTOP, PHONE, step_into
from tests.support.site_pages import PORTAL_PAGES, caller_with_much, find_addresses
from tests.support.staff import PASSWORD

FOLDER = Path(os.environ.get("LETHE_SCREENSHOTS", "docs/screenshots"))
WIDTHS = {1440: DESKTOP, 390: PHONE}
THEMES = ("light", "dark")
LONGEST = 1200  # pixels of a long page that are kept
COLOURS = 96

# Which role shows a page best.
SHOWN_BY = {
    Role.SALES: (
        "contacts.index",
        "contacts.new",
        "companies.index",
        "companies.show",
        "companies.new",
        "companies.edit",
        "account.show",
        "deals.board",
        "deals.listing",
        "deals.forecast",
        "deals.show",
        "deals.new",
        "deals.edit",
        "activities.listing",
        "activities.new",
        "activities.edit",
        "activities.done",
        "files.new",
        "files.removal",
        "reports.deals",
        "imports.index",
        "imports.new",
        "imports.assign",
        "imports.show",
    ),
    Role.MARKETING: ("campaigns.index", "campaigns.show", "campaigns.edit", "campaigns.new", "campaigns.audience", "exports.new_links"),
    Role.MANAGEMENT: ("reports.quarter", "reports.agreement", "work_rules.index"),
    Role.SERVICE: (
        "tickets.index",
        "tickets.show",
        "tickets.new",
        "tickets.edit",
        "tickets.templates",
        "tickets.new_template",
        "tickets.edit_template",
    ),
    Role.ACCOUNTING: ("invoices.index", "invoices.show", "invoices.new"),
    Role.PRIVACY: (
        "requests.index",
        "requests.show",
        "requests.new",
        "custom_fields.index",
        "custom_fields.new",
        "custom_fields.edit",
        "custom_fields.retirement",
    ),
    Role.AUDITOR: ("ledger.show", "ledger.find_subject"),
    Role.ADMIN: ("setup.index", "users.index", "users.new", "account.second_factor"),
}
HOMES = (Role.SALES, Role.SERVICE, Role.PRIVACY, Role.AUDITOR)


@pytest.fixture
def photograph(demo_site):
    """Return a function that takes a page as it stands in both themes and both widths."""
    FOLDER.mkdir(parents=True, exist_ok=True)

    def shoot(page, name):
        page.evaluate("document.activeElement?.blur()")
        for width, viewport in WIDTHS.items():
            page.set_viewport_size(viewport)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                (FOLDER / f"{name}-{width}-{theme}.png").write_bytes(_small(page.screenshot(full_page=True, scale="css")))
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")

    return shoot


def _small(picture):
    """Return the picture with few colours and without the end of long pages: flat areas and text need no more."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, LONGEST)))
    file = io.BytesIO()
    image.quantize(colors=COLOURS, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return file.getvalue()


def test_pages_of_areas(visitor, demo_site, photograph):
    for role, endpoints in SHOWN_BY.items():
        page = visitor()
        step_into(page, demo_site, role)
        addresses = find_addresses(page, demo_site, role)
        for endpoint in endpoints:
            page.goto(addresses[endpoint])
            photograph(page, endpoint.replace(".", "-"))


def test_pages_of_a_call(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.SERVICE)
    page.goto(f"{demo_site.url}/call?person={caller_with_much(demo_site)}")
    photograph(page, "calls-index")
    page.get_by_role("button", name="Ticketnummer").click()
    page.wait_for_load_state()
    photograph(page, "calls-recognised")


def test_pages_of_kept_documents(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.ACCOUNTING)
    page.goto(f"{demo_site.url}/documents")
    photograph(page, "documents-index")
    page.locator("tbody td a").first.click()
    page.wait_for_url("**/documents/*")
    photograph(page, "documents-of_person")
    page.get_by_label("Titel").fill("Rechnung 4711")
    page.get_by_role("button", name="Ablegen").click()
    page.wait_for_load_state()
    photograph(page, "documents-file-refused")


def test_pages_of_exports(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts")
    page.get_by_role("link", name="Exportieren").click()
    page.wait_for_url("**/exports/contacts/new*")
    photograph(page, "exports-new")
    page.get_by_label("Grund").fill("Einladung zur Hausmesse, für die Druckerei")
    page.get_by_role("button", name="Export anfordern").click()
    page.wait_for_url("**/exports")
    photograph(page, "exports-index")


def test_an_opinion_on_a_planned_rule(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.PRIVACY)
    page.goto(f"{demo_site.url}/retention/rules/RET-17")
    page.get_by_label("Neue Frist").fill("12")
    page.get_by_label("Warum die Regel geändert wird").fill("Nach einem Jahr liest niemand mehr die Notizen.")
    page.get_by_label("Gilt ab").fill((SystemClock().now() + timedelta(days=30)).date().isoformat())
    page.get_by_label("Was die oder der DSB sagt").select_option("asked")
    page.get_by_role("button", name="Festlegen").click()
    page.wait_for_url("**/retention/rules/RET-17")
    page = visitor()
    step_into(page, demo_site, Role.DPO)
    page.goto(f"{demo_site.url}/retention/rules/RET-17")
    photograph(page, "concept-opinion")


def test_pages_about_forgetting(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.PRIVACY)
    page.goto(f"{demo_site.url}/retention")
    photograph(page, "retention-index")
    page.goto(f"{demo_site.url}/retention/rules/RET-17")
    photograph(page, "concept-rule")
    page.goto(f"{demo_site.url}/retention/frame")
    photograph(page, "concept-frame")
    page.goto(f"{demo_site.url}/holds")
    photograph(page, "holds-index")
    page.goto(f"{demo_site.url}/holds/new")
    photograph(page, "holds-new")
    page.goto(f"{demo_site.url}/review")
    photograph(page, "review-show")
    page.keyboard.press("l")
    page.wait_for_url("**/let-go")
    photograph(page, "review-confirm")


def open_case(visitor, demo_site, kind):
    """Open a case of the first person of the list, and return the coordinator's page of it."""
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/contacts/*")
    person = page.url.rsplit("/", 1)[1]
    page = visitor()
    step_into(page, demo_site, Role.PRIVACY)
    page.goto(f"{demo_site.url}/requests/new?subject={person}")
    page.get_by_label("Was verlangt die Person?").select_option(kind)
    page.get_by_label("Ich kenne die Person").check()
    if page.get_by_label("Das ist ein weiterer Antrag").count():
        page.get_by_label("Das ist ein weiterer Antrag").check()
    page.get_by_role("button", name="Fall eröffnen").click()
    page.wait_for_url(re.compile(r"/requests/[0-9a-f]{32}$"))
    return page


def test_pages_of_a_copy(visitor, demo_site, photograph):
    page = open_case(visitor, demo_site, "access")
    page.get_by_role("button", name="Zusammenstellen").click()
    page.get_by_role("link", name="Kopie ansehen").wait_for()
    photograph(page, "requests-show-copy")


@pytest.mark.parametrize(
    ("kind", "heading"), [("rectification", "Vergleichen"), ("restriction", "Einschränken"), ("use_objection", "Abwägen")]
)
def test_pages_of_a_claim(kind, heading, visitor, demo_site, photograph):
    page = open_case(visitor, demo_site, kind)
    page.get_by_role("heading", name=heading).wait_for()
    photograph(page, f"requests-show-{kind.replace('_', '-')}")


def test_pages_about_one_person(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts")
    page.locator("tbody tr:has(.chip.objected) th a").first.click()
    page.wait_for_url("**/contacts/*")
    person = page.url
    photograph(page, "contacts-show")
    page.get_by_role("link", name="Bearbeiten").click()
    page.wait_for_url("**/edit")
    photograph(page, "contacts-edit")
    page.goto(f"{person}/rights")
    photograph(page, "contacts-rights")
    page.goto(f"{person}/mail")
    photograph(page, "contacts-write_mail")
    page.goto(person)
    page.get_by_role("button", name="Telefonwerbung").click()
    photograph(page, "contacts-show-refused")
    page.goto(f"{demo_site.url}/contacts")
    page.get_by_role("main").get_by_role("searchbox").fill("qqqqqqqq")
    page.locator("#results .empty").wait_for()
    photograph(page, "contacts-search-nobody")
    auditor = visitor()
    step_into(auditor, demo_site, Role.AUDITOR)
    auditor.goto(f"{demo_site.url}/ledger/subject/{person.rsplit('/', 1)[1]}")
    photograph(auditor, "ledger-subject")


def test_forms_that_were_refused(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts/new")
    page.get_by_label("Nachname").fill("Falsch")
    page.get_by_label("E-Mail").fill("falsch@")
    page.get_by_role("main").locator("button.go").click()
    page.locator("[aria-invalid]").first.wait_for()
    photograph(page, "contacts-create-refused")


@pytest.mark.parametrize("role", HOMES)
def test_where_the_day_begins(role, visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, role)
    photograph(page, f"home-index-{role}")


def test_a_task_of_data_protection(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.PRIVACY)
    page.locator("main li", has_text="Herkunft klären").get_by_role("link").first.click()
    page.wait_for_url("**/tasks/*")
    photograph(page, "tasks-show")


def test_the_log_before_and_after_its_check(visitor, demo_site, photograph):
    page = visitor()
    step_into(page, demo_site, Role.AUDITOR)
    page.goto(f"{demo_site.url}/ledger")
    photograph(page, "ledger-index")
    page.get_by_role("button", name="Jetzt prüfen").click()
    page.locator("#verify .state.ok").wait_for()
    photograph(page, "ledger-verify")
    page.goto(f"{demo_site.url}/users")
    photograph(page, "error-403")
    page.goto(f"{demo_site.url}/nowhere")
    photograph(page, "error-404")
    page.goto(f"{demo_site.url}/help")
    photograph(page, "site-help_page")


def test_the_way_in(visitor, demo_site, photograph):
    page = visitor()
    for name, path in (("sign_in", "/sign-in"), ("forgotten", "/sign-in/forgotten"), ("staff_notice_page", "/staff-notice")):
        page.goto(demo_site.url + path)
        photograph(page, f"signin-{name}")
    firsts = {
        "second_factor": ("novak@auerfeld.example", DEMO_PASSWORD),
        "new_password": (demo_site.hire(Role.SALES, start_password=True, notice=False).email, PASSWORD),
        "notice": (demo_site.hire(Role.SALES, notice=False).email, PASSWORD),
        "enrolment": (demo_site.hire(Role.AUDITOR, second_factor=False, notice=False).email, PASSWORD),
        "sign_in-refused": ("niemand@auerfeld.example", PASSWORD),
    }
    for name, (email, password) in firsts.items():
        page = visitor()
        page.goto(f"{demo_site.url}/sign-in")
        page.get_by_label("E-Mail").fill(email)
        page.get_by_label("Passwort").fill(password)
        page.get_by_role("button", name="Weiter").click()
        page.wait_for_load_state("networkidle")
        photograph(page, f"signin-{name}")


def test_the_portal(visitor, demo_site, photograph):
    page = visitor()
    for name, path in PORTAL_PAGES.items():
        page.goto(demo_site.portal_url + path)
        photograph(page, name)
    page.goto(f"{demo_site.portal_url}/objection")
    send(page, "falsch@", "Werbung stoppen")
    photograph(page, "portal-objection-refused")
    send(page, "niemand@auerfeld.example", "Werbung stoppen")
    photograph(page, "portal-objection-done")
    page.goto(f"{demo_site.portal_url}/erasure")
    send(page, "niemand@auerfeld.example", "Löschung beantragen")
    photograph(page, "portal-erasure-done")
    link = find_link_in_mailbox(visitor(), demo_site, "/b/")
    page.goto(link)
    photograph(page, "portal-confirm")
    page.goto(find_response_link(visitor(), demo_site))
    photograph(page, "portal-response")
    page.get_by_role("button", name="Ich möchte mehr erfahren").click()
    page.wait_for_load_state("networkidle")
    photograph(page, "portal-response-done")


def send(page, email, button):
    page.get_by_label("E-Mail").fill(email)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state("networkidle")


def find_response_link(page, site):
    """Return a personal link of the newest campaign, as marketing copies it for somebody whose address they know."""
    with site.runtime.database.reading() as session:
        newest = session.scalars(select(Campaign.id).order_by(Campaign.starts_on.desc())).first()
        member = session.scalars(select(CampaignMember.subject_id).where(CampaignMember.campaign_id == newest)).first()
        address = disclosure.open_email_for_objection(session, subject_id=member, actor=letterbox.ACTOR, now=SystemClock().now())
    step_into(page, site, Role.MARKETING)
    page.goto(f"{site.url}/campaigns/{newest}")
    page.locator("[name=link_address]").fill(address)
    page.get_by_role("button", name="Link anzeigen").click()
    return page.locator(".personal-link").inner_text()


def find_link_in_mailbox(page, site, path):
    """Return the first link of this kind in the mail of the demonstration, as soon as it is there."""
    step_into(page, site, Role.ADMIN)
    for _attempt in range(60):
        page.goto(f"{site.url}/demo/mailbox")
        found = re.search(rf"{site.portal_url}{path}\S+", page.inner_text("main"))
        if found:
            return found[0]
        page.wait_for_timeout(500)
    pytest.fail(f"No mail with a link to {path} arrived.")


def test_help_back_in_and_the_mail_about_it(visitor, demo_site, photograph):
    member = demo_site.hire(Role.SERVICE)
    page = visitor()
    step_into(page, demo_site, Role.ADMIN)
    page.goto(f"{demo_site.url}/users/{member.id}")
    photograph(page, "users-show")
    page.get_by_role("button", name="Startpasswort").click()
    page.wait_for_load_state("networkidle")
    photograph(page, "users-issue_start_password")
    page.goto(f"{demo_site.url}/demo/mailbox")
    for _attempt in range(60):
        if page.locator("article.mail").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    photograph(page, "demo_mailbox-show")
