"""An erasure from the order to the last row (Art. 17(1) DSGVO)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from crm.db import Compartment
from crm.errors import NotFoundError
from crm.ledger import verify
from crm.mail import Letter, MailState, OutboxMessage, Outcome
from crm.models.contact import Contact
from crm.models.erasure import ErasureCause, ErasureJob, ErasureStep, RetainedDocument
from crm.models.invoice import Invoice
from crm.privacy import collection, disclosure, notes, post, purposes
from crm.privacy.actions import Action
from crm.privacy.collection import NewPerson, Notice, Refusal
from crm.privacy.erasure import eraser
from crm.privacy.erasure.proof import find_proof
from crm.search.feed import ChangeKind, SearchChange
from crm.services.contacts import exact
from crm.vault import ErasedError, KeyUnavailableError, Place, Right, Subject, SubjectState, Vault, destruction
from tests.integration.erasure.conftest import COORDINATOR
from tests.support.mail_server import MailServer
from tests.support.whole_person import EMAIL, SALES, SOURCE


def purpose_of(session, code="business_contact"):
    return purposes.find_all(session).get(code)


def state_of(house):
    with house.database.reading() as session:
        return session.get_one(Subject, house.person.subject_id).state


def let_documents_go(house):
    """Leave the person without a document and with the key that opened them, as the end of a duty does to the living."""
    with house.database.writing() as session:
        session.execute(delete(RetainedDocument))
        session.execute(delete(Invoice))


def destroyed(house):
    return {(each.compartment, each.removed_at) for each in house.vault.find_destructions([house.person.subject_id])}


class TestOrder:
    def test_stops_reading_and_writing_at_once_and_tells_the_index(self, house):
        house.order()

        assert state_of(house) == SubjectState.ERASING
        with house.database.reading() as session, pytest.raises(ErasedError):
            open_person(session, house)
        with house.database.writing() as session, pytest.raises(ErasedError):
            house.vault.begin_write(session, [house.person.subject_id])
        last = house.rows(SearchChange.__table__)[-1]
        assert (last["subject_id"], last["kind"]) == (house.person.subject_id, ChangeKind.GONE)

    def test_twice_is_one_order_and_the_first_cause_stands(self, house):
        first = house.order(case_id=house.person.case_id)

        second = house.order(cause=ErasureCause.RULE, rule="RET-01")

        assert second.id == first.id
        [job] = house.rows(ErasureJob.__table__)
        assert (job["cause"], job["rule"], job["case_id"], job["ordered_by"]) == ("request", None, first.case_id, COORDINATOR.pseudonym)
        assert house.actions() == ["erasure:ordered"]

    def test_of_somebody_who_never_was_is_refused(self, house):
        with pytest.raises(NotFoundError):
            house.order("f" * 32)

    def test_after_the_erasure_changes_nothing(self, house):
        house.erase()

        house.order()

        assert house.finish() == 0
        assert state_of(house) == SubjectState.ERASED


def open_person(session, house):
    return disclosure.open_person(session, subject_id=house.person.subject_id, purpose=purpose_of(session), actor=SALES, now=house.now)


class TestFinish:
    def test_destroys_the_key_forgets_the_values_and_enters_both(self, house):
        job = house.order(cause=ErasureCause.RULE, rule="RET-01")
        house.clock.advance(timedelta(minutes=2))

        assert house.finish() == 1

        [done] = house.rows(ErasureJob.__table__)
        assert (done["id"], done["step"], done["destroyed_at"], done["done_at"]) == (job.id, ErasureStep.DONE, house.now, house.now)
        assert state_of(house) == SubjectState.ERASED
        assert house.actions() == ["erasure:ordered", "erasure:lists_left", "erasure:key_destroyed", "erasure:completed"]
        [key] = house.vault.find_destructions([house.person.subject_id])
        assert (key.compartment, key.removed_at) == (Compartment.PROFILE, house.now)
        assert [each.right for each in house.vault.read_rights() if each.subject_id == house.person.subject_id][-1] is Right.ERASURE

    def test_again_finds_nothing_to_do(self, house):
        house.erase()

        assert house.finish() == 0
        assert house.actions() == ["erasure:ordered", "erasure:lists_left", "erasure:key_destroyed", "erasure:completed"]

    def test_does_only_what_is_named(self, house):
        first, second = house.order(), house.order(house.person.bystander_id)

        assert house.finish(job_ids=[second.id]) == 1

        steps = {job["id"]: job["step"] for job in house.rows(ErasureJob.__table__)}
        assert steps == {first.id: ErasureStep.ORDERED, second.id: ErasureStep.DONE}

    def test_leaves_documents_and_the_case_readable_under_their_own_keys(self, house):
        house.erase()

        [document] = house.rows(RetainedDocument.__table__)
        place = Place(house.person.subject_id, Compartment.RECORD, "retained_document", "sealed_title", document["id"])
        assert house.vault.open(place, document["sealed_title"]) == b"Rechnung an Ottilie Zwirnemann"

    def test_takes_the_key_of_documents_too_when_none_is_left(self, house):
        let_documents_go(house)

        house.erase()

        assert destroyed(house) == {(Compartment.PROFILE, house.now), (Compartment.RECORD, house.now)}
        erasure = [each for each in house.vault.read_rights() if each.right is Right.ERASURE][-1]
        assert set(erasure.compartments) == {Compartment.PROFILE, Compartment.RECORD}
        with house.database.reading() as session:
            assert {each.compartment for each in find_proof(session, subject_id=house.person.subject_id).keys} == {
                Compartment.PROFILE,
                Compartment.RECORD,
            }

    @pytest.mark.parametrize(("owner", "dies_at"), [(destruction, "remove"), (eraser, "_forget"), (eraser, "_complete")])
    def test_takes_that_key_once_whatever_stops_it_on_the_way(self, house, monkeypatch, owner, dies_at):
        let_documents_go(house)
        house.order()
        with monkeypatch.context() as broken:
            broken.setattr(owner, dies_at, _unreachable)
            with pytest.raises(KeyUnavailableError):
                house.finish()

        assert house.finish() == 1

        assert destroyed(house) == {(Compartment.PROFILE, house.now), (Compartment.RECORD, house.now)}
        assert house.actions() == ["erasure:ordered", "erasure:lists_left", "erasure:key_destroyed", "erasure:completed"]
        assert len([each for each in house.vault.read_rights() if each.right is Right.ERASURE]) == 1

    def test_takes_that_key_from_nobody_else_in_the_same_batch(self, house):
        for person in (house.person.subject_id, house.person.bystander_id):
            house.order(person)

        assert house.finish() == 2

        assert destroyed(house) == {(Compartment.PROFILE, house.now)}

    def test_makes_an_old_copy_of_the_values_dark(self, house):
        with house.database.reading() as session:
            copied = session.get_one(Contact, house.person.subject_id).sealed_identity

        house.erase()

        place = Place(house.person.subject_id, Compartment.PROFILE, "contact", "sealed_identity", house.person.subject_id)
        with pytest.raises(ErasedError):
            house.vault.open(place, copied)

    def test_waits_for_a_key_store_that_is_out_of_reach_and_goes_on_later(self, house, monkeypatch):
        house.order()
        with monkeypatch.context() as broken:
            broken.setattr(Vault, "destroy", _unreachable)
            with pytest.raises(KeyUnavailableError):
                house.finish()

        assert state_of(house) == SubjectState.ERASING
        assert house.finish() == 1

    def test_forgets_a_person_of_whom_there_is_a_case_alone(self, house):
        with house.database.writing() as session:
            house.vault.create(session, ["9" * 32], compartments=[Compartment.CASE], now=house.now)

        house.erase("9" * 32)

        assert house.vault.find_destructions(["9" * 32]) == []

    def test_forgets_two_hundred_and_one_people_in_one_call(self, house):
        with house.database.writing() as session:
            people = [
                collection.collect(session, person=_new_person(session, house, number), actor=SALES, now=house.now).subject_id
                for number in range(201)
            ]
        for subject_id in people:
            house.order(subject_id)

        assert house.finish() == 201

        assert house.vault.inspect().find_buried(people) == set(people)


def _unreachable(*_arguments, **_options):
    raise KeyUnavailableError


def _new_person(session, house, number, **said):
    return NewPerson(
        fields={"last_name": f"Muster{number}", "email": f"muster{number}@example.com"},
        purposes=[purpose_of(session)],
        origin="Anruf",
        notice=Notice.GIVEN,
        collected_at=house.now,
        last_contact_at=house.now,
        **said,
    )


class TestAReaderOfOldPages:
    """A key is removed when no file holds it, not before (vault.md)."""

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_makes_the_erasure_wait_and_the_person_is_dark_meanwhile(self, house, monkeypatch):
        house.order()
        destroy = Vault.destroy
        monkeypatch.setattr(Vault, "destroy", lambda *given, **named: destroy(*given, **named, patience=0.05))
        with house.runtime.keystore.connect() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM data_key").all()

            assert house.finish() == 0

            [job] = house.rows(ErasureJob.__table__)
            assert job["step"] == ErasureStep.ORDERED
            assert house.vault.inspect().find_buried([house.person.subject_id])
        assert house.finish() == 1


class TestMail:
    def test_that_waits_is_never_sent(self, house):
        house.erase()

        assert house.rows(OutboxMessage.__table__) == []

    @pytest.mark.parametrize("drops", [True, False])
    def test_that_is_being_handed_over_is_not_tried_again(self, house, drops):
        """The erasure happens while the mail server thinks."""
        sent = []

        class Server(MailServer):
            def hand_over(self, message):
                house.erase()
                if drops:
                    return Outcome(MailState.WAITING)
                sent.append(message)
                return Outcome(MailState.ACCEPTED, 250)

        assert post.deliver(house.database, Server(), sender="lethe@firma.example", now=house.now) == len(sent)
        assert house.rows(OutboxMessage.__table__) == []

    def test_of_the_same_round_that_comes_later_is_not_sent(self, house):
        with house.database.writing() as session:
            other = Letter(to="wer@example.com", subject="Vorher", text="Guten Tag.")
            post.write(session, other, kind="test", now=house.now - timedelta(minutes=1))
        sent = []

        class Server(MailServer):
            def hand_over(self, message):
                sent.append(message["Subject"])
                if len(sent) == 1:
                    house.erase()
                return Outcome(MailState.ACCEPTED, 250)

        post.deliver(house.database, Server(), sender="lethe@firma.example", now=house.now)

        assert sent == ["Vorher"]


class TestAfterwards:
    def test_the_same_record_of_the_old_system_is_refused(self, house):
        house.erase()

        with house.database.writing() as session:
            person = _new_person(session, house, 1, source=SOURCE)
            outcome = collection.collect(session, person=person, actor=SALES, now=house.now)

        assert (outcome.subject_id, outcome.refused) == (None, Refusal.ERASED_BEFORE)

    def test_an_exact_look_up_finds_nobody(self, house):
        with house.database.reading() as session:
            assert exact._find(session, EMAIL, purpose_of(session)) == [house.person.subject_id]

        house.erase()

        with house.database.reading() as session:
            assert exact._find(session, EMAIL, purpose_of(session)) == []

    def test_nothing_can_be_written_any_more(self, house):
        house.erase()

        with house.database.writing() as session, pytest.raises(ErasedError):
            notes.write(
                session,
                subject_id=house.person.subject_id,
                text="Doch noch etwas.",
                kind="note",
                purpose=purpose_of(session),
                actor=SALES,
                now=house.now,
            )

    def test_the_log_still_verifies(self, house):
        house.seal_log()
        house.erase()
        house.seal_log()

        sealer = house.runtime.make_sealer()
        assert verify(house.database.engine, trusted=[sealer.signer.verifier], forgetting=Action.LISTS_LEFT).is_sound
        assert not verify(house.database.engine, trusted=[sealer.signer.verifier]).is_sound  # without the entry it would be found


def test_two_workers_erase_once(house):
    """Two processes find the same job; each step is taken by one of them."""
    house.order()
    other = eraser._find(house.database, ErasureStep.ORDERED, None)
    house.finish()

    gone = eraser._destroy_keys(house.database, house.vault, other, house.clock.now)
    eraser._forget(house.database, other, gone, house.now)
    again = eraser._complete(house.database, house.vault, other, house.now)

    assert again == 0
    assert house.actions() == ["erasure:ordered", "erasure:lists_left", "erasure:key_destroyed", "erasure:completed"]
    with house.database.reading() as session:
        assert session.scalar(select(Subject.state).where(Subject.id == house.person.subject_id)) == SubjectState.ERASED
