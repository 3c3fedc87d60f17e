"""A filter that does not exist is named above the list, and never taken for a narrower list."""

import re
from html import unescape

import pytest

from crm.actor import Role
from crm.models.request_case import CaseState, RequestCase
from tests.functional.web.test_requests import open_case

LISTS = {
    "/": Role.PRIVACY,
    "/contacts": Role.SALES,
    "/companies": Role.SALES,
    "/requests": Role.PRIVACY,
    "/documents": Role.ACCOUNTING,
    "/users": Role.ADMIN,
    "/ledger": Role.AUDITOR,
    "/deals": Role.SALES,
    "/deals/board": Role.SALES,
    "/deals/forecast": Role.SALES,
    "/activities": Role.SALES,
    "/tickets": Role.SERVICE,
    "/invoices": Role.ACCOUNTING,
    "/campaigns": Role.MARKETING,
    "/exports": Role.SALES,
    "/imports": Role.SALES,
    "/reports/quarter": Role.MANAGEMENT,
}
OPEN = "Die Ansicht „gibtsnicht“ gibt es nicht; Sie sehen, was offen ist."
ALL = "Den Filter „gibtsnicht“ gibt es nicht; die Liste zeigt alle."


def notes(page):
    """Return the remarks on the page; what its script keeps ready to say is none."""
    shown = re.sub(r"<template.*?</template>", "", page.text, flags=re.DOTALL)
    return [
        unescape(re.sub(r"<[^>]*>", "", each)).strip() for each in re.findall(r'class="note watch">(.*?)</div></div>', shown, re.DOTALL)
    ]


@pytest.fixture
def furnished(house):
    house.take_in()
    house.build_index()
    return house


@pytest.mark.parametrize("path", LISTS)
def test_every_list_names_an_argument_it_does_not_know(furnished, colleague, path):
    page = colleague(LISTS[path]).get(f"{path}?gibtsnicht=ja")

    assert page.status_code == 200
    assert notes(page) == ["Den Filter „gibtsnicht“ gibt es nicht; er engt die Liste nicht ein."]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/requests?show=gibtsnicht", ALL),
        ("/documents?of=gibtsnicht", ALL),
        ("/?tasks=gibtsnicht", ALL),
        ("/contacts?sort=gibtsnicht", "Die Reihenfolge „gibtsnicht“ gibt es nicht; die Liste ist nach Namen geordnet."),
        ("/companies?tab=gibtsnicht", "Die Liste „gibtsnicht“ gibt es nicht; Sie sehen die Gesellschaften."),
        ("/activities?show=gibtsnicht", OPEN),
        ("/tickets?show=gibtsnicht", OPEN),
        ("/invoices?show=gibtsnicht", OPEN),
        ("/deals?sort=gibtsnicht", "Die Reihenfolge „gibtsnicht“ gibt es nicht; die Liste ist nach dem Tag geordnet."),
        ("/reports/quarter?by=gibtsnicht", "Die Aufteilung „gibtsnicht“ gibt es nicht; Sie sehen die Zahlen nach Produkt."),
        (
            "/contacts?s=gibtsnicht",
            "Die Suche in dieser Adresse gilt hier nicht; die Liste zeigt alle. Geben Sie die Wörter noch einmal ein.",
        ),
    ],
)
def test_a_list_names_a_word_it_does_not_know(furnished, colleague, address, sentence):
    page = colleague(LISTS[address.partition("?")[0]]).get(address)

    assert notes(page) == [sentence]


@pytest.mark.parametrize(
    "address",
    [
        "/requests?show=all",
        "/requests?show=open",
        "/documents?of=erased",
        "/?tasks=all",
        "/contacts?sort=-name&segment=&lang=de",
        "/companies?tab=sole",
        "/deals?stage=won&sort=-day",
        "/activities?show=done",
        "/tickets?show=late",
        "/invoices?show=all",
        "/reports/quarter?by=region",
    ],
)
def test_what_a_list_knows_is_not_remarked_on(furnished, colleague, address):
    page = colleague(LISTS[address.partition("?")[0]]).get(address)

    assert (page.status_code, notes(page)) == (200, [])


def test_a_word_that_does_not_exist_hides_no_closed_case(house, colleague):
    privacy = colleague(Role.PRIVACY)
    case_id = open_case(house, privacy, house.take_in())
    with house.database.writing() as session:
        session.get_one(RequestCase, case_id).state = CaseState.CLOSED

    assert ">2026-0001</a>" in privacy.get("/requests?show=closed").text


def test_what_was_typed_is_shown_as_text_and_shortened(furnished, colleague):
    page = colleague(Role.PRIVACY).get("/requests", query_string={"show": "<b>" + "x" * 100})

    assert "<b>x" not in page.text
    assert notes(page)[0].startswith("Den Filter „<b>xxx")
    assert len(notes(page)[0]) < 120
