"""The state of a page is another one as soon as anything on it has changed, and only then."""

from datetime import timedelta

import pytest

from crm.models.contact import NoteKind
from crm.privacy import disclosure, notes, restriction
from crm.privacy.restriction import RestrictionReason
from crm.services import customer_files
from crm.services.customer_files import NewFile
from crm.services.deals import moving
from crm.services.forms import new_form_token
from crm.services.matter import Matter
from crm.services.page_states import PageKind, find_state
from tests.integration.deals.selling import SALES, add_company, add_deal, add_person, purpose


@pytest.fixture
def deal(runtime, clock):
    with runtime.database.writing() as session:
        company_id = add_company(session, clock.now())
        subject_id = add_person(session, clock.now(), company_id=company_id)
        return add_deal(session, clock.now(), company_id=company_id, subject_id=subject_id), company_id, subject_id


def states(runtime, deal):
    deal_id, company_id, subject_id = deal
    kinds = {PageKind.DEAL: deal_id, PageKind.COMPANY: company_id, PageKind.PERSON: subject_id, PageKind.DEALS: ""}
    kinds |= dict.fromkeys((PageKind.START, PageKind.DEAL_LIST, PageKind.TICKETS), "")
    with runtime.database.reading() as session:
        return {kind: find_state(session, kind, item_id) for kind, item_id in kinds.items()}


def changed(runtime, clock, deal, act):
    """Return which pages are other ones after an act of a second later."""
    before = states(runtime, deal)
    clock.advance(timedelta(seconds=1))
    with runtime.database.writing() as session:
        act(session)
    after = states(runtime, deal)
    return {kind for kind in before if before[kind] != after[kind]}


def test_reading_changes_nothing(runtime, clock, deal):
    def read(session):
        disclosure.open_person(session, subject_id=deal[2], purpose=purpose(session), actor=SALES, now=clock.now())

    assert changed(runtime, clock, deal, read) == set()


def test_a_note_is_new_on_the_page_of_the_person_alone(runtime, clock, deal):
    def write(session):
        words = {"text": "Ruft zurück", "kind": NoteKind.CALL, "seen_hints": frozenset()}
        notes.write(session, subject_id=deal[2], purpose=purpose(session), actor=SALES, now=clock.now(), **words)

    assert PageKind.PERSON in changed(runtime, clock, deal, write)


def test_a_restriction_is_new_on_the_page_of_the_person(runtime, clock, deal):
    def restrict(session):
        restriction.impose(session, subject_ids=[deal[2]], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

    assert PageKind.PERSON in changed(runtime, clock, deal, restrict)


def test_a_moved_deal_is_new_wherever_it_stands(runtime, clock, deal):
    def move(session):
        moving.move(
            session,
            deal_id=deal[0],
            stage="offer",
            loss_reason=None,
            purpose=purpose(session),
            expected_version=1,
            actor=SALES,
            now=clock.now(),
        )

    assert changed(runtime, clock, deal, move) == {
        PageKind.DEAL,
        PageKind.COMPANY,
        PageKind.PERSON,
        PageKind.DEALS,
        PageKind.START,
        PageKind.DEAL_LIST,
    }


def test_a_file_is_new_at_the_deal_and_at_its_company(runtime, clock, deal):
    def add(session):
        file = NewFile(name="Angebot", content=b"%PDF-1.7")
        acting = {"purpose": purpose(session), "actor": SALES, "now": clock.now()}
        customer_files.add(session, file=file, matter=Matter(deal_id=deal[0]), token=new_form_token(), **acting)

    assert changed(runtime, clock, deal, add) >= {PageKind.DEAL, PageKind.COMPANY}


@pytest.mark.parametrize("kind", list(PageKind), ids=str)
def test_nothing_there_has_a_state_too(runtime, kind):
    with runtime.database.reading() as session:
        assert len(find_state(session, kind, "0" * 32)) == 16
