"""The protocol of a run and the certificate of an erasure on paper, with their place in the log (Art. 5(2), 17(1) DSGVO)."""

import base64
import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from crm import ledger
from crm.actor import Role
from crm.db import new_id
from crm.ledger import EntryFilter, checkpoint, find_entries
from crm.models.contact import Note
from crm.models.erasure import ErasureCause
from crm.models.retention import RetentionRun, RunState
from crm.privacy import policy_versions
from crm.privacy.erasure import eraser, guard, job, run
from crm.privacy.retention_rules import KIND
from tests.functional.ledger.conftest import CLERK
from tests.support.whole_person import furnish


def text_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())
    return text.replace("\u00ad ", "").replace("\u00ad", "-")  # where a line was broken; else the font's own hyphen


@pytest.fixture
def person(runtime, now):
    return furnish(runtime, now)


@pytest.fixture
def run_day(runtime, now):
    """Return a function that runs the day of the Löschkonzept and returns the id of its run."""

    def go():
        run.catch_up(runtime.database, vault=runtime.vault, clock=lambda: now)
        with runtime.database.reading() as session:
            return session.scalars(select(RetentionRun.id).order_by(RetentionRun.day.desc())).first()

    return go


class TestProtocol:
    def test_says_what_went_by_which_rule_and_where_the_log_says_so(self, auditor, house, person, run_day, seal, now):
        with house.writing() as session:
            counts = {"RET-17": 3, "RET-10": 1}
            session.add(
                RetentionRun(
                    id=new_id(), day=now.date(), state=RunState.RUNNING, planned=0, counts=json.dumps(counts), skipped="{}", started_at=now
                )
            )
        run_id = run_day()
        seal()

        said = text_of(auditor.get(f"/retention/runs/{run_id}/protocol.pdf"))

        assert "RET-17: Gesprächsnotizen Vergessen 3" in said and "RET-10: Rechnungen und andere Buchungsbelege Vergessen 1" in said
        assert "24 Monate" in said and "§ 257" in said and "Bestätigt von nicht nötig" in said
        with house.reading() as session:
            [entry] = find_entries(session, EntryFilter(action="retention:run"))
            signed = checkpoint.said_by(ledger.last_checkpoint_note(session.connection()))
        assert f"Eintrag {entry.index} " in said and "passt zum unterschriebenen Stand" in said
        assert base64.b64encode(signed.root).decode() in said and signed.origin in said

    def test_says_what_stayed_and_who_confirmed(self, auditor, house, run_day, seal, now):
        run_id = run_day()
        with house.writing() as session:
            kept = {"hold": 2, "request": 1}
            doubt = {"doubt": guard.Doubt.MANY, "confirmed_by": "cli:boss", "skipped": json.dumps(kept)}
            session.execute(update(RetentionRun).values(doubt))
        seal()

        said = text_of(auditor.get(f"/retention/runs/{run_id}/protocol.pdf"))

        assert "unter einer Löschsperre 2" in said
        assert "hat einen offenen Antrag 1" in said
        assert "Ungewöhnlich viele Personen" in said and "Bestätigt von cli:boss" in said
        assert "Der Lauf hat nichts vergessen" in said

    def test_shows_the_rules_as_they_held_when_the_run_began(self, auditor, house, run_day, seal, now):
        run_id = run_day()
        with house.writing() as session:
            session.execute(update(RetentionRun).values(counts=json.dumps({"RET-17": 1})))
            later = now + timedelta(days=1)
            policy_versions.append(session, KIND, "RET-17", {"period": {"amount": 6, "unit": "months"}}, actor=CLERK, now=later)
        seal()

        said = text_of(auditor.get(f"/retention/runs/{run_id}/protocol.pdf"))

        assert "24 Monate" in said and "6 Monate" not in said and "Vorschlag, mit dem Lethe kommt" in said

    def test_there_is_none_before_the_run_is_done_or_sealed(self, auditor, house, run_day, seal):
        run_id = run_day()
        unsealed = auditor.get(f"/retention/runs/{run_id}/protocol.pdf")
        seal()
        with house.writing() as session:
            session.execute(update(RetentionRun).values(state=RunState.ASKING, doubt=guard.Doubt.MANY))
        asking = auditor.get(f"/retention/runs/{run_id}/protocol.pdf")

        assert unsealed.status_code == 404 and "gerade versiegelt" in unsealed.text
        assert asking.status_code == 404 and "noch nicht fertig" in asking.text
        assert auditor.get(f"/retention/runs/{'0' * 32}/protocol.pdf").status_code == 404

    def test_is_entered_and_linked_for_those_who_may_have_it(self, auditor, enter_as, house, run_day, seal):
        run_id = run_day()
        seal()
        manager = enter_as(Role.MANAGEMENT, "mia@example.com")

        auditor.get(f"/retention/runs/{run_id}/protocol.pdf")

        assert f"/retention/runs/{run_id}/protocol.pdf" in auditor.get("/retention").text
        assert "protocol.pdf" not in manager.get("/retention").text
        assert manager.get(f"/retention/runs/{run_id}/protocol.pdf").status_code == 403
        with house.reading() as session:
            assert [each.fields["obj"] for each in find_entries(session, EntryFilter(action="log:read"))] == ["run_protocol"]

    def test_is_complete_in_english(self, auditor, run_day, seal):
        run_id = run_day()
        seal()
        auditor.post("/account/language", {"language": "en"}, page="/account")

        said = text_of(auditor.get(f"/retention/runs/{run_id}/protocol.pdf"))

        assert "Deletion protocol for" in said and "fits the signed state" in said and "Eintrag" not in said


class TestCertificate:
    @pytest.fixture
    def erase(self, runtime, now, person):
        def forget():
            with runtime.database.writing() as session:
                job.order(session, subject_id=person.subject_id, cause=ErasureCause.RULE, rule="RET-01", case_id=None, actor=CLERK, now=now)
            eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: now)

        return forget

    def test_says_why_when_and_what_stays_with_every_entry(self, auditor, house, person, erase, seal):
        erase()
        seal()

        said = text_of(auditor.get(f"/ledger/subject/{person.subject_id}/erasure.pdf"))

        assert "Frist abgelaufen" in said and "RET-01: Interessenten ohne Vertrag" in said
        assert "Unterlagen mit gesetzlicher Aufbewahrungsfrist" in said
        with house.reading() as session:
            entries = find_entries(session, EntryFilter(subject_id=person.subject_id))
        steps = [each.index for each in entries if str(each.fields["act"]).startswith("erasure:")]
        assert len(steps) == 3 and all(f"Eintrag {index} " in said for index in steps)
        assert said.count("passt zum unterschriebenen Stand") == 3
        assert "erasure.pdf" in auditor.get(f"/ledger/subject/{person.subject_id}").text

    def test_holds_nothing_of_the_person(self, auditor, house, person, erase, seal):
        with house.reading() as session:
            notes = session.scalars(select(Note.id).where(Note.subject_id == person.subject_id)).all()
        erase()
        seal()

        said = text_of(auditor.get(f"/ledger/subject/{person.subject_id}/erasure.pdf"))

        assert notes and not any(each in said for each in notes)
        assert not re.search(r"[\w.]+@[\w.]+\.\w+", said)

    def test_there_is_none_of_the_living_and_before_it_is_sealed(self, auditor, person, erase):
        living = auditor.get(f"/ledger/subject/{person.subject_id}/erasure.pdf")
        erase()
        unsealed = auditor.get(f"/ledger/subject/{person.subject_id}/erasure.pdf")

        assert (living.status_code, unsealed.status_code) == (404, 404) and "gerade versiegelt" in unsealed.text
