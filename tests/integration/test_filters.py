"""What the filters above lists offer."""

from sqlalchemy import update

from crm.actor import system_actor
from crm.models.contact import Contact
from crm.services.companies import entry
from crm.services.companies.listing import find_segments
from tests.integration.privacy.people import make_person

ACTOR = system_actor("test")


class TestSegments:
    def test_are_those_of_people_and_of_companies_once_each_in_order(self, runtime, clock):
        with runtime.database.writing() as session:
            for segment in ("Netze", "Energie", "Energie", None):
                person = make_person(session, clock.now())
                session.execute(update(Contact).where(Contact.subject_id == person).values(segment=segment))
            for name, segment in (("Alpha GmbH", "Energie"), ("Beta GmbH", "Wasser"), ("Gamma GmbH", None)):
                wanted = entry.CompanyEntry(fields={"name": name}, segment=segment)
                entry.create(session, entry=wanted, actor=ACTOR, now=clock.now())

        with runtime.database.reading() as session:
            found = find_segments(session)

        assert found == ["Energie", "Netze", "Wasser"]

    def test_are_none_where_nobody_has_one(self, runtime):
        with runtime.database.reading() as session:
            assert find_segments(session) == []
