"""What a colleague changes appears on an open page without reload, and takes nothing away that is being typed."""

import re

import pytest

from crm.actor import Role
from tests.browser.conftest import DESKTOP, PHONE, step_into


def open_first_contact(page, site):
    page.goto(f"{site.url}/contacts")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/contacts/*")
    return page.url


def write_note(page, words):
    page.locator("textarea").first.fill(words)
    page.get_by_role("button", name="Notiz speichern").click()
    page.wait_for_load_state()


def test_a_colleagues_note_appears_where_somebody_reads(visitor, demo_site):
    reader, writer = visitor(), visitor()
    for page in (reader, writer):
        step_into(page, demo_site, Role.SALES)
    address = open_first_contact(reader, demo_site)
    writer.goto(address)

    write_note(writer, "Wünscht einen Rückruf am Freitagmittag.")

    reader.get_by_text("Wünscht einen Rückruf am Freitagmittag.").wait_for()
    assert "Jemand hat hier etwas geändert" in reader.locator("#messages").inner_text()


def test_what_is_being_typed_stays_until_the_reader_wants_the_news(visitor, demo_site):
    typist, writer = visitor(), visitor()
    for page in (typist, writer):
        step_into(page, demo_site, Role.SALES)
    address = open_first_contact(typist, demo_site)
    writer.goto(address)
    typist.locator("textarea").first.fill("Noch nicht fertig")

    write_note(writer, "Hat die Preisliste bekommen.")

    typist.get_by_text("Was Sie eingegeben haben, bleibt stehen.").wait_for()
    assert typist.locator("textarea").first.input_value() == "Noch nicht fertig"
    assert typist.get_by_text("Hat die Preisliste bekommen.").count() == 0
    typist.locator("textarea").first.fill("")
    typist.locator("textarea").first.blur()
    typist.get_by_text("Hat die Preisliste bekommen.").wait_for()


def test_a_moved_card_moves_on_the_board_of_the_other(visitor, demo_site):
    reader, mover = visitor(), visitor()
    for page in (reader, mover):
        step_into(page, demo_site, Role.SALES)
        page.goto(f"{demo_site.url}/deals/board")
    card = mover.locator("[data-stage=qualification] .card[draggable]").first
    name = card.get_attribute("id")

    card.locator(".what").focus()
    mover.keyboard.press("Shift+ArrowRight")
    mover.wait_for_url(re.compile(r"#deal-"))

    reader.locator(f"[data-stage]:not([data-stage=qualification]) #{name}").wait_for()
    reader.locator(f"#{name} .what").focus()
    reader.keyboard.press("ArrowUp")  # the keys work on the new board as on the old one
    assert reader.evaluate("document.activeElement.closest('.card') !== null")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_notice_is_on_screen_where_somebody_types_and_covers_nothing_of_it(visitor, demo_site, viewport):
    typist, writer = visitor(viewport=viewport), visitor()
    for page in (typist, writer):
        step_into(page, demo_site, Role.SALES)
    address = open_first_contact(writer, demo_site)
    typist.goto(f"{address}/edit")
    field = typist.locator("#f-position")
    field.fill("Leitung")
    field.evaluate("each => scrollBy(0, each.getBoundingClientRect().top - 4)")

    write_note(writer, "Hat nach der Preisliste gefragt.")

    notice = typist.get_by_text("Was Sie eingegeben haben, bleibt stehen.")
    notice.wait_for()
    box, typed = typist.locator("#messages").bounding_box(), typist.locator("label[for=f-position]").bounding_box()
    assert 0 <= box["y"] < box["y"] + box["height"] <= typed["y"] < viewport["height"]


def test_answers_that_fail_for_a_while_do_not_end_it(visitor, demo_site):
    reader, writer = visitor(), visitor()
    for page in (reader, writer):
        step_into(page, demo_site, Role.SALES)
    address, failed = open_first_contact(reader, demo_site), []

    def refuse(route):
        failed.append(route)
        route.fulfill(status=503)

    reader.route("**/live?*", refuse, times=1)
    with reader.expect_response(lambda answer: answer.status == 503):
        pass
    writer.goto(address)
    write_note(writer, "Meldet sich nach dem Urlaub.")

    reader.get_by_text("Meldet sich nach dem Urlaub.").wait_for()
    assert len(failed) == 1


def test_a_list_offers_what_is_new_by_one_click(visitor, demo_site):
    reader, seller = visitor(viewport=PHONE), visitor()
    for page in (reader, seller):
        step_into(page, demo_site, Role.SALES)
    reader.goto(f"{demo_site.url}/deals")
    seller.goto(f"{demo_site.url}/deals/board")
    card = seller.locator("[data-stage=qualification] .card[draggable]").first
    card.locator(".what").focus()
    seller.keyboard.press("Shift+ArrowRight")
    seller.wait_for_url(re.compile(r"#deal-"))

    with reader.expect_navigation():
        reader.get_by_role("button", name="Neuen Stand zeigen").click()
    assert reader.get_by_text("Hier hat sich inzwischen etwas geändert.").count() == 0
