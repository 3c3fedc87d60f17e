"""A request from the portal becomes a case when the button behind the mail is pressed, whoever the address belongs to."""

import re
from datetime import date, timedelta

from crm.models.intake import IntakeKind
from crm.models.request_case import CaseState, CaseWay, Identity
from crm.privacy import intake, links
from crm.privacy.intake.status import get_status


def confirm(desk, email):
    """Ask, follow the link in the mail, and return the text of the mails that came."""
    with desk.database.writing() as session:
        intake.receive(
            session,
            kind=IntakeKind.ERASURE,
            message={"email": email, "name": "K. Wehmeier"},
            link_hash=None,
            language="de",
            now=desk.now,
        )
    drain(desk)
    [asked] = desk.send().taken
    token = re.search(r"/b/([\w-]+)", asked.get_body(("plain",)).get_content()).group(1)
    desk.clock.advance(timedelta(days=2))
    with desk.database.writing() as session:
        pressed = {"message": {"token": token}, "link_hash": links.hash_of(token)}
        intake.receive(session, kind=IntakeKind.CONFIRMATION, **pressed, language="de", now=desk.now)
    drain(desk)
    return desk.send().taken


def drain(desk):
    return intake.drain(desk.database, settings=desk.runtime.settings, now=desk.now)


def test_the_case_knows_the_person_and_its_period_began_with_the_request(desk):
    person = desk.take_in()

    [receipt] = confirm(desk, "wehmeier@example.com")

    token = re.search(r"/s/([\w-]+)", receipt.get_body(("plain",)).get_content()).group(1)
    with desk.database.reading() as session:
        status = get_status(session, token=token, now=desk.now)
        link = links.find(session, token=token)
    case = desk.case(link.request_id)
    assert (case.subject_id, case.way, case.identity) == (person, CaseWay.PORTAL, Identity.MAIL_CONFIRMED)
    assert (status.number, status.state, status.due_on) == ("2026-0001", CaseState.OPEN, date(2026, 12, 23))
    assert desk.read(case.id).request == {"email": "wehmeier@example.com", "name": "K. Wehmeier"}


def test_an_address_nobody_knows_gets_a_case_of_its_own_and_an_answer(desk):
    [receipt] = confirm(desk, "niemand@example.com")

    assert receipt["To"] == "niemand@example.com"
    assert "2026-0001" in receipt["Subject"]
