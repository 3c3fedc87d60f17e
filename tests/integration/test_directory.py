"""What the search index is made of survives one damaged person."""

from sqlalchemy import select, update

from crm.models.contact import Contact
from crm.services import directory
from tests.integration.privacy.people import make_person


def test_a_person_who_was_tampered_with_does_not_hide_the_others(runtime, clock):
    with runtime.database.writing() as session:
        people = [make_person(session, clock.now()) for _ in range(5)]
    with runtime.database.writing() as session:
        foreign = session.scalars(select(Contact.sealed_identity).where(Contact.subject_id == people[0])).one()
        session.execute(update(Contact).where(Contact.subject_id == people[3]).values(sealed_identity=foreign))

    with runtime.database.reading() as session:
        documents = directory.make_documents(session, people, now=clock.now())

    assert {document.subject_id for document in documents} == {*people} - {people[3]}
