"""Each job of the worker's own table, run over an installation where there is something for it to do.

What it does is done once, however often it is called, and what concerns people is in the ledger in the name of the job
(Art. 5(2), 24(1) DSGVO).
"""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from crm.actor import Actor, Role
from crm.db import Base, Compartment
from crm.jobs import worker
from crm.jobs.indexing import IndexKeeper
from crm.jobs.slots import SlotRunner, Slotted
from crm.ledger.tables import entry as ledger_entry
from crm.mail import Letter
from crm.models.account import SignInThrottle
from crm.models.campaign import Campaign, CampaignMember
from crm.models.erasure import ErasureCause
from crm.models.intake import IntakeKind, LinkKind, PersonalLink
from crm.models.lawfulness import SuppressionEntry
from crm.models.request_case import CaseKind, CaseWay, Identity
from crm.models.retention import JobRun
from crm.privacy import post
from crm.privacy.erasure import job
from crm.privacy.intake import letterbox
from crm.privacy.requests import cases, decision
from crm.vault import keystore_metadata
from tests.integration.privacy.people import FIELDS, make_person
from tests.support.mail_server import MailServer

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
# What each job enters, and as whom; nothing where it touches no data of people but pseudonyms and its own files.
ENTERS = {
    "ledger.seal": set(),
    "index.keep": {("people:indexed", "system:index")},
    "index.turn": set(),
    "index.tidy": set(),
    "bundles.discard": set(),
    "erasure.finish": {("erasure:key_destroyed", "system:eraser"), ("erasure:completed", "system:eraser")},
    "intake.drain": {("request:received", "system:intake"), ("mail:written", "system:mail")},
    "requests.execute": {("request:advanced", "system:requests")},  # written; that it was answered is entered when the mail server has it
    "retention.run": {
        ("erasure:key_destroyed", "system:eraser"),
        ("erasure:ordered", "system:retention"),
        ("erasure:completed", "system:eraser"),
        ("retention:run", "system:retention"),
    },
    "mail.send": {("mail:handed_over", "system:mail")},
    "drop.fetch": set(),
    "exports.make": set(),
    "exports.forget": set(),
    "uploads.read": set(),
    "uploads.forget": set(),
    "resonance.release": {("campaign:figures_released", "system:resonance")},
    "keys.sweep": {("keys:swept", "system:keys")},
    "intake.lapse": {("address:released", "system:intake"), ("intake:forgotten", "system:intake")},
    "sign_ins.forget": {("sign_ins:forgotten", "system:sign_ins")},
    "job_runs.forget": set(),
}

# Nothing began or ended by time alone, the feed is young, nobody asked for a bundle, and there is no drop mailbox (`integration/drop`).
IDLE = {"index.turn", "index.tidy", "bundles.discard", "drop.fetch", "exports.make", "exports.forget", "uploads.read", "uploads.forget"}


@pytest.fixture
def server(runtime, monkeypatch):
    """A mail server that the runtime knows."""
    server = MailServer()
    monkeypatch.setattr(type(runtime), "make_transport", lambda _runtime: server)
    return server


@pytest.fixture
def jobs(runtime, server):
    """The jobs as the worker declares them."""
    keeper = IndexKeeper(runtime)
    declared = worker._jobs(runtime, keeper)
    forgetting = worker._forgetting_of_runs(runtime, [each.name for each in declared])
    yield {each.name: each for each in (*declared, forgetting)}
    keeper.close()


@pytest.fixture
def furnished(runtime, clock):
    """Leave something to do for every job."""
    now, ago = clock.now(), clock.now() - timedelta(days=800)
    runtime.vault._maker.make_missing(["0" * 32], [Compartment.PROFILE], now=now - timedelta(days=2))
    with runtime.database.writing() as session:
        make_person(session, now, "precontract_request", last_contact_at=ago, collected_at=ago)
        going = make_person(session, now, fields=FIELDS | {"last_name": "Scheidt", "email": "scheidt@example.com"})
        job.order(session, subject_id=going, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=now)
        message = {"email": FIELDS["email"]}
        letterbox.receive(session, kind=IntakeKind.ERASURE, message=message, link_hash=None, language="de", now=now)
        letter = Letter(to="eins@example.com", subject="Prüfung", text="Guten Tag.")
        post.write(session, letter, kind="test", now=now)
        over = {"entered_at": ago, "until": now - timedelta(days=1), "reason": "legitimate_interest"}
        session.execute(insert(SuppressionEntry), [{"tag": b"t" * 16, "channel": "email", **over}])
        link = {"token_hash": b"h" * 32, "kind": LinkKind.CORRECT, "created_at": ago, "expires_at": now - timedelta(days=1)}
        session.execute(insert(PersonalLink), [link])
        session.execute(insert(SignInThrottle), [{"tag": b"n" * 32, "tries": 3, "tried_at": ago}])
        campaign = {"name": "Messe", "kind": "email", "purpose": "newsletter", "starts_on": ago.date(), "created_by": COORDINATOR.pseudonym}
        session.execute(insert(Campaign), [{"id": "c" * 32, "version": 1, "created_at": ago, **campaign}])
        reached = [
            {"id": f"{number:032x}", "campaign_id": "c" * 32, "segment": "Handel", "has_responded": number < 12} for number in range(24)
        ]
        session.execute(insert(CampaignMember), reached)
        old = {"job": "a.job.that.is.no.more", "slot": "2026-01-01T00", "attempts": 1, "started_at": ago, "finished_at": ago}
        session.execute(insert(JobRun), [old])
    _ask(runtime, now)


def _ask(runtime, now):
    """Open a case of somebody nobody knows and decide it: the answer is to be written."""
    with runtime.database.writing() as session:
        case = cases.open_case(
            session,
            subject_id=None,
            kind=CaseKind.ERASURE,
            way=CaseWay.LETTER,
            language="de",
            received_on=now.date(),
            identity=Identity.KNOWN,
            request={"name": "Ina Fremd", "street": "Weg 1", "city": "Fulda"},
            objects_too=False,
            found=[],
            settings=runtime.settings,
            actor=COORDINATOR,
            now=now,
        )
        decision.decide_nothing_held(session, case_id=case.id, version=1, actor=COORDINATOR, now=now)


def run(runtime, wanted):
    """Run a job as the worker does: through its slots, or at once."""
    if isinstance(wanted, Slotted):
        SlotRunner(runtime, may_go_on=lambda: True).run(wanted)
    else:
        wanted.work()


def everything(runtime, *, but_runs_of):
    """Read every row of both databases, except that a job ran."""
    state = {}
    for engine, metadata in ((runtime.engine, Base.metadata), (runtime.keystore, keystore_metadata)):
        with engine.connect() as connection:
            state |= {table.name: sorted(map(repr, connection.execute(table.select()))) for table in metadata.sorted_tables}
    state["job_run"] = [row for row in state["job_run"] if f"'{but_runs_of}'" not in row]
    return state


def entries(runtime):
    with runtime.database.reading() as session:
        leaves = [json.loads(leaf) for leaf in session.scalars(select(ledger_entry.c.leaf).order_by(ledger_entry.c.id))]
        return [(leaf["act"], leaf["a"]) for leaf in leaves]


def test_every_job_is_here(jobs):
    assert jobs.keys() == ENTERS.keys()


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("name", ENTERS)
def test_works_once_however_often_it_is_called_and_enters_in_its_own_name(runtime, jobs, name):
    before, began = everything(runtime, but_runs_of=name), len(entries(runtime))

    run(runtime, jobs[name])
    once = everything(runtime, but_runs_of=name)
    entered = entries(runtime)[began:]
    run(runtime, jobs[name])

    assert everything(runtime, but_runs_of=name) == once
    assert set(entered) == ENTERS[name]
    assert (once == before) is (name in IDLE)


def test_a_job_with_nothing_to_do_enters_nothing(runtime, jobs):
    quiet = [name for name in ENTERS if name not in {"retention.run", "index.keep"}]  # a run is entered even when nobody went
    for name in quiet:
        run(runtime, jobs[name])
    began = len(entries(runtime))

    for name in quiet:
        run(runtime, jobs[name])

    assert entries(runtime)[began:] == []
