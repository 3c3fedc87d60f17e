"""A person of whom there is something in every table that can hold a person, for tests of what an erasure reaches.

Everything readable holds a word of `MARKERS`, so that a file or a page that still holds one gives itself away.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert

from crm.actor import Actor, Role
from crm.db import Compartment, new_id
from crm.mail import Letter
from crm.models.affiliation import Affiliation
from crm.models.answer_package import AnswerHandout
from crm.models.campaign import Campaign, CampaignMember, ResponseWay
from crm.models.contact import NoteKind
from crm.models.erasure import RetainedDocument
from crm.models.intake import LinkKind, PersonalLink
from crm.models.invoice import InvoiceSource
from crm.models.lawfulness import LiftNotice
from crm.models.privacy_task import TaskKind
from crm.models.request_case import CaseKind, CaseState, CaseSubject, CaseWay, Identity, RequestCase
from crm.models.retention import DueKind, KeepReason, RetentionDue, RetentionKeep
from crm.models.ticket import TicketEntryKind, TicketWay
from crm.privacy import collection, consent, disclosure, hold_acts, notes, objection, post, purposes, rectification, restriction, tasks
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.hold_acts import NewHold
from crm.privacy.new_person import SourceKey
from crm.privacy.purposes import Channel
from crm.privacy.requests import packages
from crm.privacy.restriction import RestrictionReason
from crm.services import customer_files
from crm.services.activities import entry as activities
from crm.services.activities.entry import ActivityEntry
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from crm.services.customer_files import NewFile
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.forms import SentForm, new_form_token
from crm.services.invoices import entry as invoices
from crm.services.invoices.entry import InvoiceEntry, Position
from crm.services.matter import Matter
from crm.services.tickets import entry as tickets
from crm.services.tickets import saying
from crm.services.tickets.entry import TicketFacts
from crm.services.tickets.saying import Said
from crm.services.work_customers import Chosen
from crm.vault import Place, seal_for
from tests.support.exported import keep_export
from tests.support.own_fields import define
from tests.support.staff import hire

SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
SOURCE = SourceKey(system="salesforce", record_id="003MARKER")
EMAIL = "ottilie.zwirnemann@example.com"
MARKERS = (
    "Ottilie",
    "Zwirnemann",
    "ottilie.zwirnemann",
    "Zwirnwerkstatt",
    "Spulengasse",
    "4711815",
    "Garnrolle",
    "Haspelbrief",
    "Knopfloch",
    "Bortenmarkt",
    "Webstuhl",
    "Litzenrahmen",
    "Schiffchen",
    "Kettfaden",
    "Spinnrocken",
    "Haspelzeichnung",
    "Trittwebstuhl",
    "Fadenkreuzel",
    "Zettelbaum",
    "Kreuzspule",
)


@dataclass(frozen=True)
class WholePerson:
    """The person, the company they are, and who stands beside them."""

    subject_id: str
    company_id: str
    case_id: str
    bystander_id: str


def furnish(runtime, now) -> WholePerson:
    """Take the person in with everything there can be, and one more who shares a company and a list with them."""
    database, vault = runtime.database, runtime.vault
    seller = hire(database, now, Role.SALES, email="seller.of.the.whole@example.com", name="Gesa Kaufmann")
    with database.writing() as session:
        define(session, now)
        purpose = purposes.find_all(session).get("business_contact")
        company_id = _take_in(session, purpose, now)
        subject_id = companies.get_company(session, company_id=company_id).subject_id
        bystander_id = _bystander(session, purpose, company_id, now)
        vault.add_keys(session, [subject_id], compartments=list(Compartment), now=now)
        _live(session, subject_id, purpose, now)
        _belong(session, subject_id, company_id, now)
        _sell(session, subject_id, purpose, now, owner_id=seller.id)
        _serve(session, subject_id, purpose, now)
        keep_export(session, [(subject_id, ["Zwirnemann"])], requested_by=seller.id, now=now)
        case_id = _ask(session, vault, subject_id, now)
        _keep(session, vault, subject_id, now)
        _answer(session, case_id, subject_id, now)
    with database.reading() as session:
        disclosure.open_people(
            session, subject_ids=[bystander_id, subject_id], groups=purpose.groups, purpose=purpose, actor=SALES, now=now
        )
    with database.writing() as session:
        restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.ERASURE_PENDING, actor=SALES, now=now)
    return WholePerson(subject_id, company_id, case_id, bystander_id)


def _take_in(session, purpose, now):
    fields = {
        "first_name": "Ottilie",
        "last_name": "Zwirnemann",
        "email": EMAIL,
        "phone": "0561 4711815",
        "street": "Spulengasse 3",
        "city": "Kassel",
    }
    person = NewPerson(
        fields=fields,
        purposes=[purpose],
        origin="Empfehlung vom Bortenmarkt",
        notice=Notice.GIVEN,
        collected_at=now - timedelta(days=10),
        last_contact_at=now - timedelta(days=10),
        source=SOURCE,
    )
    company = CompanyEntry(fields={"name": "Zwirnwerkstatt Zwirnemann", "street": "Spulengasse 3", "city": "Kassel"}, segment="Handwerk")
    return companies.create_sole_trader(session, entry=company, person=person, actor=SALES, now=now)


def _bystander(session, purpose, company_id, now):
    person = NewPerson(
        fields={"first_name": "Gero", "last_name": "Nachbar", "email": "nachbar@example.com"},
        purposes=[purpose],
        origin="Anruf",
        notice=Notice.GIVEN,
        collected_at=now,
        last_contact_at=now,
        company_id=company_id,
        source=SourceKey(system="salesforce", record_id="003NEIGHBOUR"),
    )
    return collection.collect(session, person=person, actor=SALES, now=now).subject_id


def _live(session, subject_id, purpose, now):
    notes.write(session, subject_id=subject_id, text="Mag die Garnrolle.", kind=NoteKind.CALL, purpose=purpose, actor=SALES, now=now)
    rectification.rectify(
        session,
        subject_id=subject_id,
        fields={"position": "Leitung Knopfloch", "custom_industry": "Fadenkreuzel"},
        purpose=purpose,
        expected_version=1,
        actor=SALES,
        now=now,
    )
    consent.give(
        session,
        subject_id=subject_id,
        purpose="newsletter",
        channel=Channel.EMAIL,
        wording="Ja, ich will.",
        language="de",
        evidence={"how": "Formular von Ottilie Zwirnemann"},
        given_at=now - timedelta(days=3),
        actor=SALES,
        now=now,
    )
    objection.raise_to_marketing(session, subject_id=subject_id, channel=None, origin="Telefonat", actor=SALES, now=now)
    notice = {"subject_id": subject_id, "reason": "unlawful", "mail_id": new_id(), "asked_at": now, "asked_by": SALES.pseudonym}
    session.execute(insert(LiftNotice), [notice])
    tasks.open_many(session, [(subject_id, TaskKind.NOTICE_DUE, now.date())], actor=SALES, now=now)
    letter = Letter(to=EMAIL, subject="Haspelbrief", text="Guten Tag, Ottilie Zwirnemann.")
    post.write(session, letter, kind="test", now=now, subject_id=subject_id)
    _reach(session, subject_id, now)
    due = {"subject_id": subject_id, "kind": DueKind.PERSON, "object_id": subject_id, "rule": "RET-01"}
    session.execute(insert(RetentionDue), [{**due, "started_on": now.date(), "due_on": now.date()}])
    session.execute(
        insert(RetentionKeep),
        [{"subject_id": subject_id, "reason": KeepReason.TALKS, "until": now.date(), "kept_by": SALES.pseudonym, "kept_at": now}],
    )
    # Ended, because nobody who is held is erased.
    held = NewHold(reason="litigation", reference="Ottilie Zwirnemann", review_on=now.date() + timedelta(days=30), subject_id=subject_id)
    hold = hold_acts.ask(session, held, actor=SALES, now=now)
    hold_acts.end(session, hold_id=hold.id, actor=SALES, now=now)


def _belong(session, subject_id, company_id, now):
    role = {"id": "e" * 32, "subject_id": subject_id, "company_id": company_id, "capacity": "billing"}
    session.execute(insert(Affiliation), [{**role, "created_at": now, "created_by": SALES.pseudonym}])


def _sell(session, subject_id, purpose, now, *, owner_id):
    acting = {"purpose": purpose, "actor": SALES, "now": now}
    deal = DealEntry(
        title="Webstuhl für Ottilie Zwirnemann",
        company_id=None,
        subject_id=subject_id,
        owner_id=owner_id,
        amount_cents=1,
        probability=None,
        product=None,
        region=None,
        expected_on=now.date(),
    )
    deal_id = deals.create(session, entry=deal, stage="offer", form=SentForm(new_form_token(), {}), **acting)
    plan = ActivityEntry(kind="call", text="Litzenrahmen zeigen", due_on=now.date(), due_time=None, owner_id=owner_id)
    activities.create(session, entry=plan, matter=Matter(deal_id=deal_id), form=SentForm(new_form_token(), {}), **acting)
    drawing = NewFile(name="Haspelzeichnung", content=b"Trittwebstuhl")
    customer_files.add(session, file=drawing, matter=Matter(deal_id=deal_id), token=new_form_token(), **acting)


def _serve(session, subject_id, purpose, now):
    acting = {"purpose": purpose, "actor": SALES, "now": now}
    facts = TicketFacts(subject="Schiffchen klemmt", topic="fault", priority="normal", owner_id=None)
    customer = Chosen(None, subject_id)
    ticket_id = tickets.open_ticket(session, facts=facts, customer=customer, form=SentForm(new_form_token(), {}), **acting)
    said = Said(kind=TicketEntryKind.FROM_CUSTOMER, text="Der Kettfaden reißt.", way=TicketWay.PHONE)
    saying.say(session, ticket_id=ticket_id, said=said, form=SentForm(new_form_token(), {}), expected_version=1, **acting)
    for source in InvoiceSource:
        invoice = InvoiceEntry(
            number=f"R-{source}",
            source=source,
            company_id=None,
            subject_id=subject_id,
            issued_on=now.date(),
            due_on=now.date(),
            net_cents=1,
            gross_cents=1,
            positions=(Position("Spinnrocken", 1),),
        )
        invoices.record(session, entry=invoice, form=SentForm(new_form_token(), {}), **acting)


def _reach(session, subject_id, now):
    """Let a campaign reach the person, and the person respond."""
    facts = {
        "kind": "event",
        "purpose": "newsletter",
        "starts_on": now.date(),
        "created_at": now,
        "created_by": SALES.pseudonym,
        "version": 1,
    }
    campaign_id = new_id()
    session.execute(insert(Campaign), [{"id": campaign_id, "name": "Hausmesse", **facts}])
    answered = {"has_responded": True, "sent_on": now.date(), "responded_on": now.date(), "response_way": ResponseWay.REPLY}
    session.execute(
        insert(CampaignMember), [{"id": new_id(), "campaign_id": campaign_id, "subject_id": subject_id, "segment": "Handwerk", **answered}]
    )


def _ask(session, vault, subject_id, now):
    case_id = new_id()
    place = Place(subject_id, Compartment.CASE, "request_case", "sealed_request", case_id)
    row = {
        "id": case_id,
        "number": "2026-0001",
        "subject_id": subject_id,
        "kind": CaseKind.ERASURE,
        "way": CaseWay.PHONE,
        "language": "de",
        "received_on": now.date(),
        "due_on": now.date(),
        "state": CaseState.EXECUTING,
        "identity": Identity.KNOWN,
        "objects_too": False,
        "opened_at": now,
        "opened_by": SALES.pseudonym,
        "version": 1,
        "sealed_request": vault.seal(session, place, b"Ottilie Zwirnemann"),
    }
    session.execute(insert(RequestCase), [row])
    session.execute(insert(CaseSubject), [{"case_id": case_id, "subject_id": subject_id, "found_by": "email"}])
    links = [
        {"token_hash": bytes([number]) * 32, "kind": kind, "subject_id": subject_id, "request_id": case_id, "created_at": now}
        for number, kind in enumerate((LinkKind.OBJECT, LinkKind.CORRECT, LinkKind.RESPOND, LinkKind.STATUS))
    ]
    session.execute(insert(PersonalLink), links)
    return case_id


def _answer(session, case_id, subject_id, now):
    """Compose a copy of the data and lay it out to be fetched."""
    packages.keep(session, case_id, subject_id=subject_id, summary={"gaps": ["Kreuzspule"]}, archive=b"Zettelbaum", now=now)
    content = seal_for("token", "12345678", b"Zettelbaum", row_id="a")
    facts = {"case_id": case_id, "subject_id": subject_id, "content": content, "tries_left": 5, "made_at": now, "expires_at": now}
    session.execute(insert(AnswerHandout), [{"token_hash": bytes([9]) * 32, **facts}])


def _keep(session, vault, subject_id, now):
    document_id = new_id()

    def sealed(column, content):
        return vault.seal(session, Place(subject_id, Compartment.RECORD, "retained_document", column, document_id), content)

    row = {
        "subject_id": subject_id,
        "id": document_id,
        "rule": "RET-10",
        "issued_on": now.date(),
        "keep_until": now.date() + timedelta(days=8 * 365),
        "media_type": "application/pdf",
        "filed_at": now,
        "filed_by": SALES.pseudonym,
        "sealed_title": sealed("sealed_title", b"Rechnung an Ottilie Zwirnemann"),
        "sealed_content": sealed("sealed_content", b"Rechnung: eine Garnrolle"),
    }
    session.execute(insert(RetainedDocument), [row])
