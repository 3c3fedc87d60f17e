"""Tables and boxes that once lost a part of themselves on common screens."""

import pytest

from crm.actor import Role
from tests.browser.conftest import PHONE, step_into

LAPTOP = {"width": 1280, "height": 800}

CUT = "(() => { const box = document.querySelector('.scroll'); return box.scrollWidth - box.clientWidth })()"
COVERED = """[...document.querySelectorAll('.channels > li')].filter(way => {
    const chip = way.querySelector('.chip')?.getBoundingClientRect(), button = way.querySelector('.btn')?.getBoundingClientRect();
    return chip && button && chip.right > button.left && chip.left < button.right && chip.bottom > button.top && chip.top < button.bottom;
}).length"""


@pytest.mark.parametrize(
    ("role", "path", "screen"),
    [
        (Role.SALES, "/contacts", LAPTOP),
        (Role.ADMIN, "/users", LAPTOP),
        (Role.ADMIN, "/users", PHONE),
        (Role.PRIVACY, "/requests", PHONE),
        (Role.PRIVACY, "/retention", PHONE),
        (Role.SALES, "/activities", PHONE),
        (Role.SERVICE, "/tickets", PHONE),
    ],
    ids=[
        "contacts on a laptop",
        "users on a laptop",
        "users on a phone",
        "requests on a phone",
        "rules on a phone",
        "activities on a phone",
        "tickets on a phone",
    ],
)
def test_a_table_shows_its_last_column(visitor, demo_site, role, path, screen):
    page = visitor(viewport=screen)
    step_into(page, demo_site, role)

    page.goto(demo_site.url + path)

    assert page.evaluate(CUT) == 0


def test_a_case_shows_proposal_choice_and_reason_on_a_phone(visitor, demo_site):
    page = visitor(viewport=PHONE)
    step_into(page, demo_site, Role.PRIVACY)
    page.goto(f"{demo_site.url}/requests")

    page.locator("tbody th a", has_text="0001").click()
    page.locator(".stacked select").first.wait_for()

    assert page.evaluate(CUT) == 0
    assert page.locator(".stacked select").first.bounding_box()["width"] >= 150


def test_the_response_by_group_shows_all_its_figures_on_a_phone(visitor, demo_site):
    page = visitor(viewport=PHONE)
    step_into(page, demo_site, Role.MARKETING)
    page.goto(f"{demo_site.url}/campaigns")

    page.get_by_role("link", name="Einladung zur Hausmesse").click()
    page.get_by_role("heading", name="Einladung zur Hausmesse").wait_for()

    assert page.evaluate(CUT) == 0
    for title in ("Geantwortet", "Anteil"):
        box = page.locator(f"td[data-title={title}]").first.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


@pytest.mark.parametrize("role", [Role.SALES, Role.PRIVACY])
def test_every_area_stays_in_sight_on_a_phone(visitor, demo_site, role):
    page = visitor(viewport=PHONE)
    step_into(page, demo_site, role)

    edges = page.locator(".side li a").evaluate_all("all => all.map((each) => each.getBoundingClientRect().toJSON())")

    assert len(edges) >= 5
    assert all(0 <= each["left"] and each["right"] <= PHONE["width"] for each in edges)


def test_the_ring_of_a_focused_field_leaves_its_label_free(visitor, demo_site):
    page = visitor()
    page.goto(f"{demo_site.url}/sign-in")
    field = page.get_by_label("Passwort")
    field.focus()

    ring = field.evaluate("each => parseFloat(getComputedStyle(each).outlineOffset) + parseFloat(getComputedStyle(each).outlineWidth)")
    label = page.locator("label", has_text="Passwort").bounding_box()

    assert ring > 0
    assert field.bounding_box()["y"] - ring >= label["y"] + label["height"] - 2, "Two pixels below the line of the label are empty."


def test_the_portal_of_the_demonstration_says_how_to_reach_its_controller(visitor, demo_site):
    page = visitor(viewport=PHONE)

    page.goto(f"{demo_site.portal_url}/contact")

    assert page.get_by_role("link", name="069 90009 120").is_visible()
    assert page.get_by_text("34117 Kassel").is_visible()


@pytest.mark.parametrize("screen", [LAPTOP, PHONE, {"width": 1210, "height": 800}], ids=lambda screen: str(screen["width"]))
def test_no_state_of_a_way_lies_under_its_button(visitor, demo_site, screen):
    page = visitor(viewport=screen)
    step_into(page, demo_site, Role.SALES)
    page.locator("form[action$='/purpose/sales_approach'] button").first.click()
    page.goto(f"{demo_site.url}/contacts")

    page.locator("tbody th a").first.click()
    page.locator(".channels .chip.missing").first.wait_for()

    assert page.evaluate(COVERED) == 0


def test_the_list_of_cases_hides_nothing_on_a_phone_and_breaks_no_number(visitor, demo_site):
    page = visitor(viewport=PHONE)
    step_into(page, demo_site, Role.PRIVACY)

    page.goto(f"{demo_site.url}/requests")

    row = page.locator("tbody tr").first
    for title in ("Frist", "Antwort bis", "Stand", "Art", "Weg", "Eingang"):
        assert row.locator(f"td[data-title='{title}']").is_visible()
    row.locator("th a").click()
    number = page.locator("label .nowrap")
    number.wait_for()
    assert number.evaluate("word => word.getClientRects().length") == 1
