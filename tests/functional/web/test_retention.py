"""Löschkonzept and Aufräumen: what is due, who stays and why, and who may say so."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import ClassVar

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.db import new_id
from crm.models.contact import Contact
from crm.models.erasure import ErasureCause, ErasureJob
from crm.models.intake import PendingRequest
from crm.models.policy import PolicyVersion
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.retention import RetentionKeep, RetentionRun
from crm.privacy import documents, purposes, restriction, retention_opinions, row_integrity, tasks
from crm.privacy.documents import NewDocument
from crm.privacy.documents.duty import PURPOSE
from crm.privacy.erasure import run
from crm.privacy.periods import find_shipped
from crm.privacy.restriction import RestrictionReason
from crm.privacy.retention_changes import CHANGES
from crm.services import review_selection
from tests.functional.web.conftest import ACTOR, error_at


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY)


@pytest.fixture
def overdue(house):
    """A function that takes in a prospect whose time was up long ago, known to the coordinator by a task."""

    def make(last_name="Vergangen", *, told=True, days_ago=800):
        person = house.take_in("precontract_request", fields={"last_name": last_name}, last_contact_at=house.now - timedelta(days=days_ago))
        if told:
            with house.database.writing() as session:
                last_day = (house.now + timedelta(days=30)).date()
                tasks.open_many(session, [(person, TaskKind.TIME_UP, last_day)], actor=ACTOR, now=house.now)
        return person

    return make


class TestReview:
    """Art. 5(1)(e) DSGVO."""

    def test_shows_one_person_why_and_since_when(self, privacy, overdue):
        overdue()

        text = privacy.get("/review").text

        assert "<h1>Vergangen</h1>" in text and "RET-01" in text and "1 von 1" in text
        assert 'data-key="l"' in text and 'data-key="b"' in text

    def test_leads_from_one_to_the_next(self, privacy, overdue):
        overdue("Erste", days_ago=900)
        second = overdue("Zweite")

        text = privacy.get("/review").text

        assert "<h1>Erste</h1>" in text and f"/review?person={second}" in text and 'data-key="j"' in text
        assert "<h1>Zweite</h1>" in privacy.get(f"/review?person={second}").text

    def test_proposes_whom_only_a_silent_relation_keeps_and_says_that_no_period_runs(self, house, privacy):
        long_ago = house.now - timedelta(days=800)
        person = house.take_in("business_contact", fields={"last_name": "Verstummt"}, last_contact_at=long_ago)

        text = privacy.get("/review").text
        answer = privacy.send(f"/review/{person}/let-go", {})

        assert "Warum Sie gefragt werden" in text and "läuft keine Frist" in text and "Letzter Kontakt" in text and "Fristende" not in text
        assert "vergisst der nächtliche Lauf die Person" not in text
        assert answer.status_code == 303
        with house.database.reading() as session:
            assert session.scalars(select(ErasureJob.cause)).one() == ErasureCause.REVIEW

    def test_names_nobody_whom_the_purpose_does_not_show(self, privacy, overdue):
        overdue(told=False)

        text = privacy.get("/review").text

        assert "Vergangen" not in text and "RET-01" in text

    def test_says_when_nobody_waits(self, house, privacy):
        house.take_in("precontract_request")

        assert "Aufgeräumt" in privacy.get("/review").text

    @pytest.mark.parametrize(("days_ago", "shown"), [(700, True), (699, False)])
    def test_begins_thirty_days_before_the_end(self, privacy, overdue, days_ago, shown):
        overdue(told=False, days_ago=days_ago)

        assert ("RET-01" in privacy.get("/review").text) is shown

    def test_sales_decide_about_nobody_they_do_not_look_after(self, house, sales, overdue):
        person = overdue(told=False)

        answers = [sales.get("/review"), sales.send(f"/review/{person}/let-go", {})]

        assert "Vergangen" not in answers[0].text and answers[1].status_code == 404
        assert house.count(ErasureJob) == 0

    def test_names_the_purpose_that_shows_the_person_and_asks_only_then(self, house, sales, overdue):
        with house.database.writing() as session:
            session.get_one(Contact, overdue(told=False)).owner_id = sales.member.id

        unseen = sales.get("/review").text
        sales.send("/purpose/precontract_request", {"next": "/review"})
        seen = sales.get("/review").text

        assert "Kontakt unter „Anfrage“" in unseen and 'action="/purpose/precontract_request"' in unseen
        assert "Gehen lassen" not in unseen and "Behalten" not in unseen and "Vergangen" not in unseen
        assert "Vergangen" in seen and "Gehen lassen" in seen and "Behalten" in seen

    def test_takes_no_decision_about_somebody_the_purpose_does_not_show(self, house, sales, overdue):
        with house.database.writing() as session:
            person = session.get_one(Contact, overdue(told=False))
            person.owner_id, subject_id = sales.member.id, person.subject_id
        until = (house.now + timedelta(days=90)).date().isoformat()

        let_go = sales.send(f"/review/{subject_id}/let-go", {})
        kept = sales.send(f"/review/{subject_id}/keep", {"reason": "talks", "until": until})
        nothing_done = (house.count(ErasureJob), house.count(RetentionKeep))
        sales.send("/purpose/precontract_request", {"next": "/review"})
        seen = sales.send(f"/review/{subject_id}/keep", {"reason": "talks", "until": until})

        assert (let_go.status_code, kept.status_code, nothing_done) == (409, 409, (0, 0))
        assert "Dieser Zweck zeigt die Person nicht" in kept.text
        assert (seen.status_code, house.count(RetentionKeep)) == (303, 1)


class TestLetGo:
    """Art. 17(1)(a) DSGVO."""

    def test_says_first_what_happens_and_then_orders_the_erasure(self, house, privacy, overdue):
        person = overdue()

        asked = privacy.get(f"/review/{person}/let-go")
        untouched = house.count(ErasureJob)
        answer = privacy.send(f"/review/{person}/let-go", {}, follow_redirects=True)

        assert "Das lässt sich nicht umkehren" in asked.text and untouched == 0
        assert "Die Löschung ist angeordnet" in answer.text and "Aufgeräumt" in answer.text
        with house.database.reading() as session:
            job = session.scalars(select(ErasureJob)).one()
        assert (job.subject_id, job.cause, job.rule) == (person, ErasureCause.REVIEW, "RET-01")

    def test_is_asked_about_nobody_but_the_one_who_was_named(self, house, privacy, overdue):
        gone, _next = overdue("Erste", days_ago=900), overdue("Zweite")
        privacy.send(f"/review/{gone}/let-go", {})

        text = privacy.get(f"/review/{gone}/let-go").text

        assert "<h1>Zweite</h1>" in text and "ist hier nichts zu entscheiden" in text
        assert "Endgültig gehen lassen" not in text

    def test_counts_more_people_than_one_review_reads(self, privacy, overdue, monkeypatch):
        monkeypatch.setattr(review_selection, "_SHOWN", 1)
        for name in ("Erste", "Zweite", "Dritte"):
            overdue(name)

        assert "1 von 3" in privacy.get("/review").text


class TestKeep:
    def test_says_of_somebody_who_was_kept_until_when_and_why(self, house, privacy, overdue):
        person = overdue()
        until = (house.now + timedelta(days=90)).date()
        privacy.send(f"/review/{person}/keep", {"reason": "talks", "until": until.isoformat()})

        text = privacy.get(f"/review?person={person}").text

        assert f"Die Person bleibt bis zum {until:%d.%m.%Y}: Es laufen Gespräche" in text
        assert "vergisst der nächtliche Lauf" not in text and "überfällig" not in text

    def test_keeps_with_a_reason_until_a_day_and_settles_the_task(self, house, privacy, overdue):
        person = overdue()
        until = (house.now + timedelta(days=90)).date()

        answer = privacy.send(f"/review/{person}/keep", {"reason": "talks", "until": until.isoformat()}, follow_redirects=True)

        assert "Aufgeräumt" in answer.text
        with house.database.reading() as session:
            kept = session.scalars(select(RetentionKeep)).one()
        assert (kept.subject_id, kept.reason, kept.until) == (person, "talks", until)
        assert house.count(PrivacyTask, PrivacyTask.done_at.is_(None)) == 0

    def test_is_offered_once_with_no_day_set_in_advance(self, privacy, overdue):
        """Art. 25(2) DSGVO: nobody is kept longer because nobody looked at the day."""
        overdue()

        text = privacy.get("/review").text

        assert re.search(r'name="until"\s+value=""', text)
        assert "Spätestens 23.11.2027" in text
        buttons = re.findall(r'<(?:button|a)[^>]*class="btn[^"]*"[^>]*>(?:<svg.*?</svg>)?([^<]*)<', text, re.DOTALL)
        assert [each.strip() for each in buttons if "ehalten" in each] == ["Behalten"]

    def test_without_a_day_asks_for_one(self, house, privacy, overdue):
        answer = privacy.send(f"/review/{overdue()}/keep", {"reason": "talks", "until": ""})

        assert answer.status_code == 422
        assert "spätestens den 23.11.2027" in error_at(answer, "until")
        assert house.count(RetentionKeep) == 0

    @pytest.mark.parametrize(
        ("days", "reason", "wrong"),
        [(90, "", "reason"), (90, "nice", "reason"), (0, "talks", "until"), (366, "talks", "until"), (None, "talks", "until")],
    )
    def test_needs_a_reason_and_a_day_within_twelve_months(self, house, privacy, overdue, days, reason, wrong):
        person = overdue()
        until = "gestern" if days is None else (house.now + timedelta(days=days)).date().isoformat()

        answer = privacy.send(f"/review/{person}/keep", {"reason": reason, "until": until})

        assert answer.status_code == 422 and error_at(answer, wrong)
        assert house.count(RetentionKeep) == 0


class TestWhoCameInOverdue:
    """Art. 5(1)(e), 18(3) DSGVO: whose time was up before an import is decided one by one, and only then used again."""

    @pytest.fixture
    def imported(self, house):
        """A prospect whom an import found overdue."""
        person = house.take_in(fields={"last_name": "Altfall"}, last_contact_at=house.now - timedelta(days=1500), is_prospect=True)
        with house.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.TIME_UP, actor=ACTOR, now=house.now)
            last_day = (house.now + timedelta(days=30)).date()
            tasks.open_many(session, [(person, TaskKind.TIME_UP, last_day)], actor=ACTOR, now=house.now)
        return person

    def keep(self, house, visitor, person, reason):
        until = (house.now + timedelta(days=90)).date().isoformat()
        return visitor.send(f"/review/{person}/keep", {"reason": reason, "until": until}, follow_redirects=True)

    def reasons_of(self, house, person):
        with house.database.reading() as session:
            return restriction.find_reasons(session, [person]).get(person, ())

    def test_is_decided_where_the_task_leads(self, house, privacy, overdue, imported):
        overdue("Erste", days_ago=2000)
        with house.database.reading() as session:
            task_id = session.scalars(select(PrivacyTask.id).where(PrivacyTask.subject_id == imported)).one()

        task = privacy.get(f"/contacts/{imported}/tasks/{task_id}").text

        assert f"/review?person={imported}" in task
        decision = privacy.get(f"/review?person={imported}").text
        assert "<h1>Altfall</h1>" in decision and "RET-01" in decision and "vor dem Import abgelaufen" in decision

    def test_says_so_when_that_person_is_decided_and_shows_the_next(self, house, privacy, overdue, imported):
        overdue("Nächste")
        privacy.send(f"/review/{imported}/let-go", {})

        text = privacy.get(f"/review?person={imported}").text

        assert "<h1>Nächste</h1>" in text and "ist hier nichts zu entscheiden" in text

    @pytest.mark.parametrize(
        ("reason", "left"),
        [("talks", ()), ("error", ()), ("claim", (RestrictionReason.TIME_UP,)), ("duty", (RestrictionReason.TIME_UP,))],
    )
    def test_is_used_again_only_for_a_reason_to_work_with_them(self, house, privacy, sales, imported, reason, left):
        answer = self.keep(house, privacy, imported, reason)

        assert self.reasons_of(house, imported) == left
        assert ("bleiben eingeschränkt" in answer.text) is bool(left)
        assert (sales.get(f"/contacts/{imported}").status_code == 200) is not bool(left)
        assert len(house.entries("restriction:lifted")) == (0 if left else 1)
        assert house.count(PrivacyTask, PrivacyTask.done_at.is_(None)) == 0

    def test_stays_restricted_for_what_the_person_asked(self, house, privacy, imported):
        house.restrict(imported)

        answer = self.keep(house, privacy, imported, "talks")

        assert self.reasons_of(house, imported) == (RestrictionReason.LEGAL_CLAIMS,)
        assert "bleiben eingeschränkt" in answer.text

    def test_is_asked_about_again_before_the_day_comes(self, house, clock, privacy, imported):
        self.keep(house, privacy, imported, "talks")
        assert "Aufgeräumt" in privacy.get("/review").text

        clock.advance(timedelta(days=61))

        with house.database.reading() as session:
            coordinator = Actor("p" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
            assert review_selection.count_waiting(session, actor=coordinator, today=house.now.date()) == 1

    def test_is_for_the_coordinator_alone(self, house, sales, imported):
        with house.database.writing() as session:
            session.get_one(Contact, imported).owner_id = sales.member.id

        answer = self.keep(house, sales, imported, "talks")

        assert answer.status_code == 404
        assert self.reasons_of(house, imported) == (RestrictionReason.TIME_UP,)


class TestConcept:
    def test_shows_rules_with_source_and_basis_and_the_runs(self, house, privacy):
        run.catch_up(house.database, vault=house.runtime.vault, clock=lambda: house.now)

        text = privacy.get("/retention").text

        assert all(word in text for word in ("RET-01", "RET-10", "gesetzliche Pflicht", "eigene Festlegung", "Verjährung", "erledigt"))

    def test_says_of_a_rule_that_no_run_carries_out_that_it_does_not_run_yet(self, privacy):
        """Art. 5(1)(a) DSGVO: a nought would say that somebody has looked."""
        text = privacy.get("/retention").text

        rows = re.findall(r'<th scope="row" class="nowrap"><a [^>]*>(RET-\d+)</a></th>(.*?)</tr>', text, re.DOTALL)
        assert {code for code, _row in rows} == {*find_shipped()}
        assert "RET-28" in {code for code, row in rows if "Diese Daten gehen noch nicht von selbst" in row}
        assert "RET-33" in {code for code, row in rows if "Schulungen führt Lethe noch nicht" in row}

    def test_counts_documents_and_unconfirmed_requests_under_their_rules(self, house, privacy):
        """Art. 5(2) DSGVO: a nought is a nought only after somebody has counted."""
        person = house.take_in("contract_person", "legal_retention")
        with house.database.writing() as session:
            duty = purposes.find_all(session).get(PURPOSE)
            clerk, today = Actor("a" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING), house.now.date()
            for rule, issued_on in (("RET-10", today), ("RET-11", today), ("RET-11", date(2020, 5, 4))):
                paper = NewDocument(rule=rule, title="Beleg", content=b"%PDF-1.7", issued_on=issued_on)
                documents.file(session, subject_id=person, document=paper, purpose=duty, today=today, actor=clerk, now=house.now)
            pending = {"kind": "erasure", "language": "de", "address_tag": b"t" * 16, "sealed_request": b"s", "received_at": house.now}
            session.add(PendingRequest(id=new_id(), expires_at=house.now + timedelta(days=14), **pending))

        numbers = self.numbers_in(privacy.get("/retention").text)

        assert numbers["RET-02"] == ("1", "1", "0")
        assert numbers["RET-10"] == ("1", "0", "0")
        assert numbers["RET-11"] == ("2", "0", "0")
        assert numbers["RET-01"] == ("0", "0", "0")

    def numbers_in(self, text):
        """Return by rule how many periods run, end soon and are over."""
        rows = re.findall(r'<th scope="row" class="nowrap"><a [^>]*>(RET-\d+)</a></th>(.*?)</tr>', text, re.DOTALL)
        return {code: tuple(re.findall(r'<td class="num"[^>]*>([^<]*)</td>', row)) for code, row in rows}

    @pytest.mark.parametrize(("role", "may_confirm"), [(Role.PRIVACY, True), (Role.DPO, False), (Role.MANAGEMENT, False)])
    def test_only_the_coordinator_confirms_an_unusual_run(self, house, colleague, overdue, role, may_confirm):
        for number in range(51):
            overdue(f"Person{number}", told=False)
        run.catch_up(house.database, vault=house.runtime.vault, clock=lambda: house.now)
        with house.database.reading() as session:
            run_id = session.scalars(select(RetentionRun.id)).one()
        reader = colleague(role)

        shown = reader.get("/retention").text
        home = reader.get("/").text
        answer = reader.send(f"/retention/runs/{run_id}/confirm", {})

        assert "fragt nach" in shown and (f"/retention/runs/{run_id}/confirm" in shown) is may_confirm
        assert ("Ein Lauf fragt nach" in home) is may_confirm
        assert (answer.status_code == 303) is may_confirm
        with house.database.reading() as session:
            assert (session.scalars(select(RetentionRun.confirmed_by)).one() is not None) is may_confirm


class TestEditor:
    """Art. 5(1)(e), 5(2), 38(1) DSGVO."""

    GIVEN: ClassVar = {"amount": "12", "unit": "months", "reason": "Länger braucht sie niemand", "opinion": "no_dpo", "version": "0"}

    def send(self, house, visitor, code="RET-17", **typed):
        sent = {**self.GIVEN, "effective_on": house.now.date().isoformat(), **typed}
        return visitor.send(f"/retention/rules/{code}", sent)

    def test_keeps_a_new_period_with_its_reason_and_shows_it_on_page_and_paper(self, house, privacy, colleague):
        answer = self.send(house, privacy)
        run.catch_up(house.database, vault=house.runtime.vault, clock=lambda: house.now)

        seen = colleague(Role.AUDITOR, "Ada Prüfer").get("/retention/rules/RET-17").text
        paper = privacy.get("/retention/concept.pdf")
        assert answer.status_code == 303
        assert "Länger braucht sie niemand" in seen and "keine oder kein DSB benannt" in seen and "12 Monate" in seen
        assert "Festlegen" not in seen
        assert paper.data.startswith(b"%PDF-") and paper.headers["Cache-Control"] == "no-store"
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages).split())
        assert "RET-17: Gesprächsnotizen" in text and "Länger braucht sie niemand" in text and "RET-36" in text

    @pytest.mark.parametrize(
        ("code", "typed", "field"),
        [
            ("RET-17", {"amount": "zwölf"}, "amount"),
            ("RET-17", {"amount": "1300"}, "amount"),
            ("RET-07", {"unit": "days"}, "amount"),  # from the end of the year
            ("RET-10", {"amount": "90"}, "amount"),  # eight years are 96 months
            ("RET-17", {"amount": "36"}, "is_longer"),
            ("RET-17", {"reason": ""}, "reason"),
            ("RET-17", {"effective_on": "2020-01-01"}, "effective_on"),
            ("RET-17", {"effective_on": "31.02.2027"}, "effective_on"),
            ("RET-17", {"opinion": ""}, "opinion"),
            ("RET-17", {"opinion": "agrees"}, "opinion"),  # of nobody
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, privacy, code, typed, field):
        answer = self.send(house, privacy, code, **{"reason": "Ein Grund", **typed})

        assert answer.status_code == 422 and error_at(answer, field)
        assert typed.get("reason", "Ein Grund") in answer.text
        assert house.count(PolicyVersion, PolicyVersion.kind == CHANGES) == 0

    def test_asks_for_what_the_dpo_says_where_there_is_one(self, house, privacy, colleague):
        colleague(Role.DPO, "Dora Rat")

        unasked = self.send(house, privacy)
        against = self.send(house, privacy, opinion="dissents", opinion_text="Sechs Monate reichten")

        assert "Fragen Sie" in error_at(unasked, "opinion")
        assert against.status_code == 303 and "Sechs Monate reichten" in privacy.get("/retention/rules/RET-17").text

    def test_of_two_who_change_one_rule_the_second_reads_so(self, house, privacy):
        self.send(house, privacy)
        second = self.send(house, privacy, amount="6")

        assert second.status_code == 409 and "jemand anderes" in second.text and 'value="6"' in second.text

    def test_knows_no_rule_that_is_none_and_lets_none_change_that_no_run_carries_out(self, house, privacy):
        assert privacy.get("/retention/rules/RET-99").status_code == 404
        assert self.send(house, privacy, "RET-28").status_code == 404

    def test_a_bank_keeps_vouchers_longer_and_where_invoices_are_kept_is_chosen_first(self, house, privacy, colleague):
        sent = {**self.GIVEN, "effective_on": house.now.date().isoformat(), "sector": "financial", "system_of_record": "here"}
        answer = privacy.send("/retention/frame", sent)
        run.catch_up(house.database, vault=house.runtime.vault, clock=lambda: house.now)

        form = colleague(Role.ACCOUNTING, "Bo Haltung").get("/invoices/new").text
        assert answer.status_code == 303 and "10 Jahre" in privacy.get("/retention/rules/RET-10").text
        assert re.search(r'value="here" selected', form)


class TestOpinion:
    """Art. 38(1), 39(1)(a) DSGVO: the officer speaks for themselves."""

    @pytest.fixture
    def officer(self, colleague):
        return colleague(Role.DPO, "Dora Rat")

    @pytest.fixture
    def plan(self, house, privacy, officer):
        """A function that plans a change of a rule from tomorrow on."""

        def make(version="0", **typed):
            day = (house.now.date() + timedelta(days=1)).isoformat()
            sent = {**TestEditor.GIVEN, "opinion": "asked", "effective_on": day, "version": version, **typed}
            assert privacy.send("/retention/rules/RET-17", sent).status_code == 303

        return make

    def give(self, officer, code="RET-17", **typed):
        return officer.send(f"/retention/rules/{code}/opinion", {"opinion": "agrees", "opinion_text": "", "change": "1", **typed})

    def test_is_asked_for_on_the_page_of_the_concept_and_stands_with_the_version(self, privacy, officer, plan):
        plan()
        asked = officer.get("/retention").text
        answer = self.give(officer, opinion="dissents", opinion_text="Zwölf Monate sind zu kurz")
        seen, paper = privacy.get("/retention/rules/RET-17").text, privacy.get("/retention/concept.pdf")

        assert "Ihre Stellungnahme fehlt" in asked and "Ihre Stellungnahme fehlt" not in officer.get("/retention").text
        assert answer.status_code == 303
        assert "Dora Rat am" in seen and "hat Einwände: Zwölf Monate sind zu kurz" in seen and "ist gefragt" in seen
        assert "Einwände gegen Fassung 1" in seen
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages).split())
        assert "DSB zu Fassung 1" in text and "Zwölf Monate sind zu kurz" in text

    def test_is_bound_to_its_entry_and_changes_no_rule(self, house, officer, plan):
        plan()
        before = house.count(PolicyVersion, PolicyVersion.kind == CHANGES)
        self.give(officer)
        with house.database.reading() as session:
            doubtful = row_integrity.compare(session)
        assert "policy_version" not in {each.what for each in (*doubtful.unnamed, *doubtful.gone)}
        assert house.count(PolicyVersion, PolicyVersion.kind == retention_opinions.KIND) == 1
        assert house.count(PolicyVersion, PolicyVersion.kind == CHANGES) == before

    def test_a_second_one_takes_its_place_and_the_first_stays(self, house, privacy, officer, plan):
        plan()
        self.give(officer, opinion="dissents", opinion_text="Zu kurz")
        self.give(officer, opinion_text="Jetzt verstehe ich es")

        seen = privacy.get("/retention/rules/RET-17").text
        assert "stimmt zu: Jetzt verstehe ich es" in seen and "Einwände gegen" not in seen
        assert house.count(PolicyVersion, PolicyVersion.kind == retention_opinions.KIND) == 2

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({"opinion": ""}, "opinion", "ob Sie zustimmen"),
            ({"opinion": "no_dpo"}, "opinion", "ob Sie zustimmen"),
            ({"opinion": "dissents"}, "opinion_text", "was Sie einwenden"),
            ({"opinion_text": "a\u0007b"}, "opinion_text", ""),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(self, house, officer, plan, typed, field, sentence):
        plan()
        answer = self.give(officer, **typed)

        assert answer.status_code == 422 and sentence in error_at(answer, field)
        assert house.count(PolicyVersion, PolicyVersion.kind == retention_opinions.KIND) == 0

    def test_on_a_version_that_is_not_the_newest_is_refused_and_loses_nothing(self, house, officer, plan):
        plan()
        plan(version="1", amount="6")
        answer = self.give(officer, opinion_text="Zur ersten Fassung")

        assert answer.status_code == 409 and "noch einmal geändert" in answer.text and "Zur ersten Fassung" in answer.text
        assert house.count(PolicyVersion, PolicyVersion.kind == retention_opinions.KIND) == 0

    def test_only_the_officer_gives_one_and_only_of_a_change(self, house, privacy, officer, plan):
        unplanned = self.give(officer)
        plan()

        assert unplanned.status_code == 409 and self.give(officer, "RET-99").status_code == 404
        assert self.give(privacy).status_code == 403 and "Stellung nehmen" not in privacy.get("/retention/rules/RET-17").text
        assert "Stellung nehmen" in officer.get("/retention/rules/RET-17").text
        assert house.count(PolicyVersion, PolicyVersion.kind == retention_opinions.KIND) == 0

    def test_the_frame_takes_one_too(self, house, privacy, officer):
        sent = {**TestEditor.GIVEN, "opinion": "asked", "sector": "financial", "system_of_record": "here"}
        privacy.send("/retention/frame", {**sent, "effective_on": (house.now.date() + timedelta(days=1)).isoformat()})

        answer = self.give(officer, "frame", opinion_text="Wir sind eine Bank")

        assert answer.status_code == 303 and answer.headers["Location"].endswith("/retention/frame")
        assert "Wir sind eine Bank" in officer.get("/retention/frame").text
