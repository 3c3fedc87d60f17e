"""A hundred people, each with words of their own in every place that can hold words, from the way in to the way out."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from crm.actor import Actor, Role
from crm.jobs.indexing import IndexKeeper
from crm.mail import Letter
from crm.models.contact import SEALED_COLUMN, Contact, NoteKind, SourceRecord
from crm.models.erasure import ErasureCause
from crm.models.field_groups import FieldGroup
from crm.models.invoice import InvoiceSource
from crm.models.request_case import CaseState, Identity, RequestCase
from crm.models.ticket import TicketEntryKind, TicketWay
from crm.portal import create_app
from crm.privacy import consent, disclosure, documents, intake, notes, post, purposes, rectification, sealing
from crm.privacy.documents import NewDocument
from crm.privacy.erasure import eraser, job
from crm.privacy.purposes import Channel
from crm.privacy.requests import decision, execution, packages
from crm.privacy.requests.deciding import as_proposed
from crm.privacy.requests.people import find_people
from crm.privacy.requests.proposal import propose
from crm.runtime import PortalRuntime
from crm.services import customer_files
from crm.services.activities import entry as activities
from crm.services.activities.entry import ActivityEntry
from crm.services.customer_files import NewFile
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.forms import SentForm, new_form_token
from crm.services.imports.importing import Importer
from crm.services.imports.salesforce import read_salesforce
from crm.services.imports.terms import Migration, find_terms
from crm.services.invoices import entry as invoices
from crm.services.invoices.entry import InvoiceEntry, Position
from crm.services.matter import Matter
from crm.services.tickets import entry as tickets
from crm.services.tickets import saying
from crm.services.tickets.entry import TicketFacts
from crm.services.tickets.saying import Said
from crm.services.work_customers import Chosen
from tests.support.canaries import OF_WHO_STAYS, Canaries
from tests.support.exported import keep_export
from tests.support.exports import record_id, write
from tests.support.furnished import Furnished
from tests.support.letters import Letters, link_in
from tests.support.own_fields import define
from tests.support.staff import hire

PRIVACY = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
ACCOUNTING = Actor("7" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
ASKING = 20  # of them ask on the portal and get a letter; for the others the controller decides by itself
_REFUSED = Canaries(675)
_COOLING = timedelta(hours=72)


class Hundred(Furnished):
    """An installation in which a hundred people live, and one more who stays."""

    def __init__(self, runtime, clock, counter, transport) -> None:
        super().__init__(runtime, clock)
        self.people = [Canaries(number) for number in range(100)]
        self.neighbour = Canaries(600, stems=OF_WHO_STAYS)
        self.subject_ids: dict[str, Canaries] = {}
        self.letters, self.counter, self._transport = Letters(counter), counter, transport
        self.keeper = IndexKeeper(runtime)
        self.portal = PortalRuntime.open(runtime.settings, clock=clock)
        self.client = create_app(self.portal).test_client()

    @property
    def settings(self):
        return self.runtime.settings

    def close(self) -> None:
        self.keeper.close()
        self.portal.close()

    def import_all(self, folder) -> int:
        """Import everybody as a sole trader from files that lie elsewhere; return how many rows were refused."""
        write(folder, "Account.csv", [_row(each) for each in [*self.people, self.neighbour]])
        refused = {"Title": _REFUSED.word("ttl"), "LeadSource": _REFUSED.word("org"), "CreatedDate": _REFUSED.word("dte")}
        write(folder, "Contact.csv", [{"Id": record_id(1), "LastName": "", **refused}, {"Id": _REFUSED.word("idn"), **refused}])
        with self.database.reading() as session:
            terms = find_terms(session, purpose="business_contact", migration=Migration.OWN, owner=None, actor=Actor("cli:1000"))
        export = read_salesforce(folder, groups=terms.purpose.groups, now=self.now)
        importer = Importer(self.database, export, terms=terms, settings=self.settings, clock=self.clock)
        applied = importer.apply(progress=lambda _: None)
        importer.finish(applied)
        with self.database.reading() as session:
            found = dict(session.execute(select(SourceRecord.record_tag, SourceRecord.subject_id)).all())
        tag = self.runtime.vault.source_tag
        self.subject_ids = {found[tag("salesforce", each.record_id)]: each for each in self.people}
        self.neighbour_id = found[tag("salesforce", self.neighbour.record_id)]
        return sum(each["refused"] for each in applied.report.as_json(translate=str)["files"].values())

    def live(self) -> None:
        """Give everybody what staff write down in the course of time."""
        with self.database.writing() as session:
            define(session, self.now)
        self.seller_id = hire(self.database, self.now, Role.SALES).id
        for subject_id, words in self.subject_ids.items():
            with self.database.writing() as session:
                self._write_down(session, subject_id, words)
        with self.database.writing() as session:
            lines = [(subject_id, [words.word("exp")]) for subject_id, words in self.subject_ids.items()]
            keep_export(session, lines, requested_by=self.seller_id, now=self.now)

    def _write_down(self, session, subject_id, words) -> None:
        known, now = purposes.find_all(session), self.now
        dealing = {"subject_id": subject_id, "purpose": known.get("business_contact"), "actor": SALES, "now": now}
        version = session.scalar(select(Contact.version).where(Contact.subject_id == subject_id))
        own = {"custom_industry": words.word("cus")}
        rectification.rectify(session, fields={"position": words.word("pos"), **own}, expected_version=version, **dealing)
        self._sell(session, words, dealing)
        notes.write(session, text=f"Mag {words.word('nte')}.", kind=NoteKind.CALL, **dealing)
        consent.give(
            session,
            subject_id=subject_id,
            purpose="newsletter",
            channel=Channel.EMAIL,
            wording="Ja, ich will.",
            language="de",
            evidence={"how": words.word("evd")},
            given_at=now - timedelta(days=3),
            actor=SALES,
            now=now,
        )
        voucher = NewDocument(
            rule="RET-10", title=words.word("ttl"), content=f"Rechnung über {words.word('cnt')}".encode(), issued_on=now.date()
        )
        duty = known.get(documents.duty.PURPOSE)
        documents.file(session, subject_id=subject_id, document=voucher, purpose=duty, today=now.date(), actor=ACCOUNTING, now=now)
        # No purpose that staff choose opens birth dates, so there is no form for them; the column is there.
        born = sealing.seal_groups(session, subject_id, {FieldGroup.BIRTH_DATE: {"birth_date": words.word("brn")}})
        column = SEALED_COLUMN[FieldGroup.BIRTH_DATE]
        session.execute(update(Contact).where(Contact.subject_id == subject_id).values({column: born[FieldGroup.BIRTH_DATE]}))

    def _sell(self, session, words, dealing) -> None:
        """Seal a title and a thing to do as the use cases do; who owns them says nothing about the person."""
        acting = {name: dealing[name] for name in ("purpose", "actor", "now")}
        deal = DealEntry(
            title=words.word("dea"),
            company_id=None,
            subject_id=dealing["subject_id"],
            owner_id=self.seller_id,
            amount_cents=1,
            probability=None,
            product=None,
            region=None,
            expected_on=self.now.date(),
        )
        deal_id = deals.create(session, entry=deal, stage="offer", form=SentForm(new_form_token(), {}), **acting)
        plan = ActivityEntry(kind="call", text=words.word("act"), due_on=self.now.date(), due_time=None, owner_id=self.seller_id)
        activities.create(session, entry=plan, matter=Matter(deal_id=deal_id), form=SentForm(new_form_token(), {}), **acting)
        drawing = NewFile(name=words.word("fil"), content=words.word("drw").encode())
        customer_files.add(session, file=drawing, matter=Matter(deal_id=deal_id), token=new_form_token(), **acting)

        self._serve(session, words, acting | {"subject_id": dealing["subject_id"]})

    @staticmethod
    def _serve(session, words, dealing) -> None:
        """Seal what a ticket and an invoice say."""
        acting = {name: dealing[name] for name in ("purpose", "actor", "now")}
        facts = TicketFacts(subject=words.word("tic"), topic=None, priority="normal", owner_id=None)
        customer = Chosen(None, dealing["subject_id"])
        ticket_id = tickets.open_ticket(session, facts=facts, customer=customer, form=SentForm(new_form_token(), {}), **acting)
        said = Said(kind=TicketEntryKind.FROM_CUSTOMER, text=words.word("say"), way=TicketWay.PHONE)
        saying.say(session, ticket_id=ticket_id, said=said, form=SentForm(new_form_token(), {}), expected_version=1, **acting)
        today = acting["now"].date()
        for source in InvoiceSource:
            invoice = InvoiceEntry(
                number=f"R-{source}-{words.number}",
                source=source,
                company_id=None,
                subject_id=dealing["subject_id"],
                issued_on=today,
                due_on=today,
                net_cents=1,
                gross_cents=1,
                positions=(Position(words.word("ivc"), 1),),
            )
            invoices.record(session, entry=invoice, form=SentForm(new_form_token(), {}), **acting)

    def ask_to_be_forgotten(self) -> None:
        """Let some object and ask on the portal, and press the button in the mail that comes."""
        for words in self.people[:ASKING]:
            assert self.client.post("/objection", data={"email": words.email}).status_code == 200
            asked = {"email": words.email, "name": words.last_name, "message": words.word("msg")}
            assert self.client.post("/erasure", data=asked).status_code == 200
        self._drain()
        self.send()
        for words in self.people[:ASKING]:
            link = link_in(self.letters.await_one(words.email.lower(), "Bitte bestätigen"), "b")
            self.client.post(link.removeprefix(self.settings.portal_origin))
        self._drain()
        self.send()

    def _drain(self) -> None:
        intake.drain(self.database, settings=self.settings, now=self.now)

    def decide_all(self) -> None:
        """Decide what was asked as proposed, with a note on who it is, and order the others; a last letter to each waits."""
        with self.database.reading() as session:
            cases = dict(session.execute(select(RequestCase.subject_id, RequestCase.id)).all())
        for subject_id, words in self.subject_ids.items():
            with self.database.writing() as session:
                waiting = Letter(to=words.email, subject=words.word("sbj"), text=words.word("txt"))
                post.write(session, waiting, kind="test", now=self.now + _COOLING * 2, subject_id=subject_id)
                if subject_id in cases:
                    self._decide(session, cases[subject_id], words)
                else:
                    cause = {"cause": ErasureCause.REVIEW, "rule": None, "case_id": None}
                    job.order(session, subject_id=subject_id, **cause, actor=PRIVACY, now=self.now)

    def _decide(self, session, case_id, words) -> None:
        about = {"case_id": case_id, "actor": PRIVACY, "now": self.now}
        version = session.get_one(RequestCase, case_id).version
        decision.note_identity(session, version=version, identity=Identity.KNOWN, note=words.word("idn"), **about)
        people = find_people(session, case_id)
        wishes = as_proposed(propose(session, subject_ids=people, zone=self.zone, now=self.now))
        packages.keep(
            session,
            case_id,
            subject_id=people[0],
            summary={"gaps": [words.word("gap")]},
            archive=words.word("pkg").encode(),
            now=self.now,
        )
        decision.decide(session, version=version + 1, wishes=wishes, zone=self.zone, **about)

    @property
    def zone(self):
        return self.database.equipment["zone"]

    def forget_all(self) -> None:
        """Carry everything out, answer, and let the jobs run that come after it."""
        eraser.finish(self.database, vault=self.runtime.vault, clock=lambda: self.now)
        self.clock.advance(_COOLING)
        self.execute()
        self.send()
        self.execute()
        self.keeper.keep()
        self.keeper.tidy()
        self.runtime.make_sealer().seal_all(self.database, clock=self.clock.now)

    def execute(self) -> None:
        execution.execute_due(self.database, vault=self.runtime.vault, settings=self.settings, clock=lambda: self.now)

    def send(self) -> None:
        while post.deliver(self.database, self._transport, sender="lethe@muster.example", now=self.now):
            pass

    @property
    def folders(self) -> list[Path]:
        """Return where the installation may write, the files of its databases included; a server's lie elsewhere."""
        urls = [make_url(url) for url in (self.settings.database, self.settings.keystore)]
        files = [Path(url.database) for url in urls if url.get_backend_name() == "sqlite"]
        return [self.settings.data_dir, self.settings.index_dir, self.settings.epoch_keys.parent, *(file.parent for file in files)]

    def cases_closed(self) -> int:
        return self.count(RequestCase, RequestCase.state == CaseState.CLOSED)

    def open_neighbour(self):
        with self.database.reading() as session:
            purpose = purposes.find_all(session).get("business_contact")
            return disclosure.open_person(session, subject_id=self.neighbour_id, purpose=purpose, actor=SALES, now=self.now).fields


def _row(words) -> dict[str, str]:
    return {
        "Id": words.record_id,
        "IsDeleted": "false",
        "Name": f"{words.word('fst')} {words.last_name}",
        "FirstName": words.word("fst"),
        "LastName": words.last_name,
        "PersonEmail": words.email,
        "Phone": words.phone,
        "PersonMobilePhone": words.phone,
        "BillingStreet": f"{words.word('str')} 3",
        "BillingPostalCode": "34117",
        "BillingCity": words.word("cty"),
        "Website": f"www.{words.word('web')}.example",
        "IsPersonAccount": "true",
        "AccountSource": words.word("org"),
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "LastActivityDate": "2026-10-01",
    }
