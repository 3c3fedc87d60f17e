"""The proof of an erasure: what it says, and that a stranger can check it (Art. 5(2), 17(1) DSGVO)."""

import json
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, update

from crm.actor import Actor, Role
from crm.db import Compartment, Kept
from crm.errors import NotFoundError
from crm.ledger import Signer
from crm.models.erasure import ErasureCause, RetainedDocument
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.erasure import eraser
from crm.privacy.erasure.proof import find_proof
from crm.services import erasure_proof_checks, erasure_proofs
from crm.services.erasure_proof_checks import NoErasureProofError, NoVerifierKeyError
from crm.services.erasure_proofs import ProofNotReadyError
from crm.vault.schema import epoch
from tests.support.whole_person import MARKERS

OTHER_KEY = str(Signer("lethe-other", b"x" * 32).verifier)
NO_PROOFS = (b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b'{"format":"lethe-erasure-proof@1","subject":"a"}', b"[" * 9_000)
AUDITOR = Actor("a" * 32, frozenset({Role.AUDITOR}), Role.AUDITOR)


def proof_of(house):
    with house.database.reading() as session:
        return find_proof(session, subject_id=house.person.subject_id)


def file_of(house):
    with house.database.reading() as session:
        sealer = house.runtime.make_sealer()
        return erasure_proofs.make_file(session, subject_id=house.person.subject_id, sealer=sealer, actor=AUDITOR, now=house.now)


def key_of(house):
    return str(house.runtime.make_sealer().signer.verifier)


@pytest.fixture
def erased(house):
    house.order(case_id=house.person.case_id)
    house.finish()
    house.seal_log()
    return house


class TestFindProof:
    def test_names_cause_moments_keys_and_what_stays(self, erased):
        proof = proof_of(erased)

        assert (proof.cause, proof.case_id) == (ErasureCause.REQUEST, erased.person.case_id)
        assert proof.ordered_at == proof.destroyed_at == proof.completed_at == erased.now
        assert [(each.compartment, each.removed_at) for each in proof.keys] == [(Compartment.PROFILE, erased.now)]
        assert {each.kept for each in proof.kept} == {Kept.EVIDENCE, Kept.CASE, Kept.DOCUMENT, Kept.OTHERS}
        assert [each.fields["act"] for each in proof.entries] == ["erasure:ordered", "erasure:key_destroyed", "erasure:completed"]
        assert all(each.index is not None for each in proof.entries)

    def test_says_of_each_step_when_it_really_was(self, house):
        house.order()
        ticks = count(1)

        eraser.finish(house.database, vault=house.vault, clock=lambda: house.now + timedelta(seconds=next(ticks)))

        proof = proof_of(house)
        (key,) = proof.keys
        moments = [proof.ordered_at, key.ordered_at, key.removed_at, proof.destroyed_at, proof.completed_at]
        assert moments == sorted(set(moments))
        assert [each.happened_at for each in proof.entries] == [proof.ordered_at, proof.destroyed_at, proof.completed_at]

    def test_is_irrecoverable_only_when_the_epoch_of_the_key_is_closed(self, erased):
        assert proof_of(erased).irrecoverable_since is None

        with erased.runtime.keystore.begin() as connection:
            connection.execute(update(epoch).values(closed_at=erased.now))

        assert proof_of(erased).irrecoverable_since == erased.now

    def test_shows_an_erasure_under_way(self, house):
        house.order()

        proof = proof_of(house)

        assert (proof.destroyed_at, proof.completed_at, proof.keys, proof.is_sealed) == (None, None, (), False)

    def test_there_is_none_of_somebody_who_was_not_erased(self, house):
        with pytest.raises(NotFoundError):
            proof_of(house)


@pytest.mark.examples_of_no_engine  # the file is forged, not the database
class TestFile:
    def test_is_proven_with_the_public_key_alone_and_names_nobody(self, erased):
        content = file_of(erased)

        checked = erasure_proof_checks.check(content, key=key_of(erased))

        assert checked.is_proven
        assert checked.differing == ()
        assert checked.subject_id == erased.person.subject_id
        assert [each.action for each in checked.steps] == ["erasure:ordered", "erasure:key_destroyed", "erasure:completed"]
        assert [each.happened_at for each in checked.steps] == sorted(each.happened_at for each in checked.steps)
        assert not any(word in content.decode() for word in MARKERS)

    @pytest.mark.parametrize("step", ["order", "finish"])
    def test_is_proven_when_somebody_else_wrote_between_the_decision_and_its_entry(self, house, step):
        """On SQLite the entry then carries the later moment, because the log goes forward in time."""
        if step == "finish":
            house.order(case_id=house.person.case_id)
        with house.database.writing() as session:
            audit.record(session, Action.LOG_READ, actor=AUDITOR, now=house.now + timedelta(milliseconds=20))
        if step == "order":
            house.order(case_id=house.person.case_id)
        house.finish()
        house.seal_log()

        checked = erasure_proof_checks.check(file_of(house), key=key_of(house))

        assert (checked.differing, checked.is_proven) == ((), True)

    def test_waits_until_the_last_entry_is_sealed(self, house):
        house.erase()

        with pytest.raises(ProofNotReadyError):
            file_of(house)

    @pytest.mark.parametrize(
        "forge",
        [
            lambda said: said.update(subject="0" * 32),
            lambda said: said["entries"].pop(),
            lambda said: said["entries"][0].update(leaf=said["entries"][1]["leaf"]),
            lambda said: said["entries"][0].update(proof=said["entries"][1]["proof"]),
            lambda said: said["entries"][0].update(proof="c2sp.org/tlog-proof@v1\nindex 0\n\n"),
            lambda said: said["entries"][0].update(proof="index"),
            lambda said: said["entries"][0].update(leaf="!"),
        ],
        ids=["another person", "a step is missing", "another leaf", "another proof", "no checkpoint", "no proof", "no base64"],
    )
    def test_does_not_hold_when_it_was_changed(self, erased, forge):
        said = json.loads(file_of(erased))
        forge(said)

        assert not erasure_proof_checks.check(json.dumps(said).encode(), key=key_of(erased)).is_proven

    @pytest.mark.parametrize(
        ("forge", "named"),
        [
            (lambda said: said.update(ordered_at="2020-01-01T00:00:00+00:00"), "ordered_at"),
            (lambda said: said.update(ordered_at=said["ordered_at"][:19]), "ordered_at"),
            (lambda said: said.update(destroyed_at=None), "destroyed_at"),
            (lambda said: said.update(completed_at=[]), "completed_at"),
            (lambda said: said.update(cause="rule"), "cause"),
            (lambda said: said.pop("cause"), "cause"),
            (lambda said: said.update(rule="RET-01"), "rule"),
            (lambda said: said.update(case="0" * 32), "case"),
            (lambda said: said.update(case=None), "case"),
            (lambda said: said.update(case={}), "case"),
            (lambda said: said.update(log=OTHER_KEY), "log"),
            (lambda said: said["entries"][0].update(index=7_000), "index"),
            (lambda said: said.update(keys={}), "keys"),
            (lambda said: said.update(keys=[]), "keys"),
            (lambda said: said["keys"][0].update(compartment="record"), "keys"),
            (lambda said: said["keys"][0].update(removed_at="2999-01-01T00:00:00+00:00"), "keys"),
            (lambda said: said["keys"].append({**said["keys"][0], "compartment": "proof"}), "keys"),
            (lambda said: said["keys"].append(said["keys"][0]), "keys"),
            (lambda said: said.update(kept_as_completed=False), "kept"),
            (lambda said: said.update(kept=[]), "kept"),
            (lambda said: said["kept"][0].update(rows=0), "kept"),
            (lambda said: said["kept"][0].update(because="others"), "kept"),
            (lambda said: said["keys"][0].update(ordered_at="2020-01-01T00:00:00+00:00"), "keys.ordered_at"),
            (lambda said: said["keys"][0].update(removed_at="2020-01-01T00:00:00+00:00"), "keys.removed_at"),
            (lambda said: said["keys"][0].update(irrecoverable_since="2020-01-01T00:00:00+00:00"), "keys.irrecoverable_since"),
            (lambda said: said["keys"][0].update(irrecoverable_since="gestern"), "keys.irrecoverable_since"),
        ],
    )
    def test_names_what_it_says_otherwise_than_the_log(self, erased, forge, named):
        said = json.loads(file_of(erased))
        forge(said)

        checked = erasure_proof_checks.check(json.dumps(said).encode(), key=key_of(erased))

        assert not checked.is_proven
        assert checked.differing == (named,)
        assert all(each.fits for each in checked.steps)

    def test_proves_which_keys_went_and_what_stayed(self, erased):
        checked = erasure_proof_checks.check(file_of(erased), key=key_of(erased))

        assert (checked.is_proven, checked.stated) == (True, ())

    def test_names_what_no_entry_holds_as_the_statement_of_the_controller(self, erased):
        erased.clock.advance(timedelta(days=1))
        with erased.runtime.keystore.begin() as connection:
            connection.execute(update(epoch).values(closed_at=erased.now))
        with erased.database.writing() as session:
            session.execute(delete(RetainedDocument).where(RetainedDocument.subject_id == erased.person.subject_id))
        erased.vault.destroy([erased.person.subject_id], compartments=[Compartment.RECORD], clock=lambda: erased.now)

        checked = erasure_proof_checks.check(file_of(erased), key=key_of(erased))

        assert (checked.is_proven, checked.stated) == (True, ("keys", "keys.irrecoverable_since", "kept"))

    @pytest.mark.parametrize(
        ("forge", "named"),
        [
            (lambda key: key.update(irrecoverable_since=key["removed_at"]), "keys.irrecoverable_since"),
            (lambda key: key.update(compartment="record"), "keys"),
        ],
    )
    def test_names_what_the_tombstones_say_otherwise(self, erased, forge, named):
        said = json.loads(file_of(erased))
        tombstones = erased.vault.find_destructions([erased.person.subject_id])
        forge(said["keys"][0])

        checked = erasure_proof_checks.check(json.dumps(said).encode(), key=key_of(erased), destructions=tombstones)

        assert named in checked.differing
        assert erasure_proof_checks.check(file_of(erased), key=key_of(erased), destructions=tombstones).is_proven

    def test_does_not_hold_with_the_key_of_another_log(self, erased):
        assert not erasure_proof_checks.check(file_of(erased), key=OTHER_KEY).is_proven

    @pytest.mark.parametrize("content", NO_PROOFS)
    def test_another_file_is_called_that(self, content):
        with pytest.raises(NoErasureProofError):
            erasure_proof_checks.check(content, key=OTHER_KEY)

    def test_something_else_than_a_key_is_called_that(self):
        with pytest.raises(NoVerifierKeyError):
            erasure_proof_checks.check(b"{}", key="no key")
