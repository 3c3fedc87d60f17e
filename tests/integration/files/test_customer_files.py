"""Files of companies and deals: sealed for whoever is behind them, opened by the door, gone with them."""

import pytest
from sqlalchemy import select

from crm.errors import NotFoundError
from crm.models.customer_file import CustomerFile
from crm.models.erasure import ErasureCause
from crm.privacy import restriction
from crm.privacy.documents.media import DocumentMissingError, DocumentTooLargeError, DocumentTypeError
from crm.privacy.erasure import eraser, job, run
from crm.privacy.errors import NoLawfulBasisError, RestrictedError
from crm.privacy.restriction import RestrictionReason
from crm.services import customer_files
from crm.services.contacts.fields import FieldTooLongError
from crm.services.customer_files import FileNameError, NewFile, TooManyFilesError
from crm.services.forms import new_form_token
from crm.services.matter import Matter
from tests.integration.deals.selling import SALES, add_company, add_deal, add_person, add_sole_trader, purpose
from tests.support.furnished import Furnished

OFFER = b"%PDF-1.7 Angebot an Katharina Wehmeier"


def add(session, clock, matter, *, name="Angebot", content=OFFER, token=None, code="business_contact"):
    file = NewFile(name=name, content=content)
    acting = {"purpose": purpose(session, code), "actor": SALES, "now": clock.now()}
    return customer_files.add(session, file=file, matter=matter, token=token or new_form_token(), **acting)


def act(use_case, session, clock, *, code="business_contact", **what):
    return use_case(session, **what, purpose=purpose(session, code), actor=SALES, now=clock.now())


@pytest.fixture
def deal(runtime, clock):
    with runtime.database.writing() as session:
        company_id = add_company(session, clock.now())
        subject_id = add_person(session, clock.now(), company_id=company_id)
        return add_deal(session, clock.now(), company_id=company_id, subject_id=subject_id), company_id, subject_id


class TestKeeping:
    def test_about_a_deal_lies_under_the_key_of_its_person(self, runtime, clock, deal):
        deal_id, company_id, subject_id = deal
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(deal_id=deal_id))

        with runtime.database.reading() as session:
            kept = session.get_one(CustomerFile, file_id)
            assert (kept.subject_id, kept.company_id, kept.media_type, kept.size) == (subject_id, company_id, "application/pdf", len(OFFER))
            assert b"Wehmeier" not in kept.sealed_content
            opened = act(customer_files.fetch, session, clock, file_id=file_id)
            assert (opened.name, opened.content) == ("Angebot.pdf", OFFER)
            listed = act(customer_files.find_of, session, clock, matter=Matter(company_id=company_id))
            assert [each.name for each in listed] == ["Angebot"]

    def test_about_a_company_alone_is_sealed_too(self, runtime, clock):
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(company_id=add_company(session, clock.now())))

        with runtime.database.reading() as session:
            kept = session.get_one(CustomerFile, file_id)
            assert kept.subject_id is None
            assert b"Angebot" not in kept.sealed_name + kept.sealed_content
            assert act(customer_files.fetch, session, clock, file_id=file_id).content == OFFER

    def test_of_a_sole_trader_is_the_persons(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_sole_trader(session, clock.now())
            file_id = add(session, clock, Matter(company_id=company_id))

        with runtime.database.reading() as session:
            assert session.get_one(CustomerFile, file_id).subject_id is not None

    def test_sent_twice_is_kept_once(self, runtime, clock):
        token = new_form_token()
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            first = add(session, clock, Matter(company_id=company_id), token=token)
        with runtime.database.writing() as session:
            assert add(session, clock, Matter(company_id=company_id), token=token) == first

        assert Furnished(runtime, clock).count(CustomerFile) == 1

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"name": " "}, FileNameError),
            ({"name": "x" * 121}, FieldTooLongError),
            ({"content": b""}, DocumentMissingError),
            ({"content": b"MZ\x90\x00"}, DocumentTypeError),
            ({"content": b"%PDF-".ljust(5 * 1024 * 1024 + 1)}, DocumentTooLargeError),
        ],
    )
    def test_refuses_what_is_no_file_to_keep(self, runtime, clock, wrong, error):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            with pytest.raises(error):
                add(session, clock, Matter(company_id=company_id), **wrong)

        assert Furnished(runtime, clock).count(CustomerFile) == 0

    def test_stops_where_there_are_too_many(self, runtime, clock, monkeypatch):
        monkeypatch.setattr(customer_files, "MOST", 2)
        with runtime.database.writing() as session:
            matter = Matter(company_id=add_company(session, clock.now()))
            add(session, clock, matter)
            add(session, clock, matter)
            with pytest.raises(TooManyFilesError):
                add(session, clock, matter)


class TestDoor:
    def test_keeps_names_and_contents_where_there_is_no_ground(self, runtime, clock, deal):
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(deal_id=deal[0]))

        with runtime.database.reading() as session:
            listed = act(customer_files.find_of, session, clock, code="contract_person", matter=Matter(deal_id=deal[0]))
            assert [each.name for each in listed] == [None]
            with pytest.raises(NotFoundError):
                act(customer_files.fetch, session, clock, code="contract_person", file_id=file_id)

    def test_lets_nobody_write_without_a_ground(self, runtime, clock, deal):
        with runtime.database.writing() as session, pytest.raises(NoLawfulBasisError):
            add(session, clock, Matter(deal_id=deal[0]), code="contract_person")

    def test_of_somebody_restricted_stays_shut(self, runtime, clock, deal):
        deal_id, _company_id, subject_id = deal
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(deal_id=deal_id))
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())

        with runtime.database.writing() as session:
            with pytest.raises(NotFoundError):
                act(customer_files.fetch, session, clock, file_id=file_id)
            with pytest.raises(NotFoundError):
                act(customer_files.remove, session, clock, file_id=file_id)
            with pytest.raises(RestrictedError):
                add(session, clock, Matter(deal_id=deal_id))

    def test_enters_what_was_kept_fetched_and_removed(self, runtime, clock, deal):
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(deal_id=deal[0]))
        with runtime.database.reading() as session:
            act(customer_files.fetch, session, clock, file_id=file_id)
        with runtime.database.writing() as session:
            act(customer_files.remove, session, clock, file_id=file_id)

        house = Furnished(runtime, clock)
        assert [len(house.entries(f"file:{act}")) for act in ("added", "fetched", "removed")] == [1, 1, 1]


class TestGoing:
    def test_removed_is_gone(self, runtime, clock, deal):
        with runtime.database.writing() as session:
            file_id = add(session, clock, Matter(deal_id=deal[0]))
        with runtime.database.writing() as session:
            assert act(customer_files.remove, session, clock, file_id=file_id) == Matter(deal_id=deal[0])
        with runtime.database.writing() as session, pytest.raises(NotFoundError):
            act(customer_files.remove, session, clock, file_id=file_id)

        assert Furnished(runtime, clock).count(CustomerFile) == 0

    def test_goes_with_the_person(self, runtime, clock, deal):
        deal_id, company_id, subject_id = deal
        with runtime.database.writing() as session:
            add(session, clock, Matter(deal_id=deal_id))
            own = add(session, clock, Matter(company_id=company_id))
            order = {"cause": ErasureCause.REQUEST, "rule": None, "case_id": None, "actor": run.KEEPER, "now": clock.now()}
            job.order(session, subject_id=subject_id, **order)
        assert eraser.finish(runtime.database, vault=runtime.vault, clock=clock.now) == 1

        with runtime.database.reading() as session:
            assert session.scalars(select(CustomerFile.id)).all() == [own]
