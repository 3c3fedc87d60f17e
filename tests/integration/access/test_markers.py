"""Everything about the person is in the copy, and nothing about anybody else (Art. 15(1), (3), (4) DSGVO)."""

import json

from crm.privacy.access.ways import Way, find_ways
from tests.support.markers import Planter


def everything(copy):
    """Return all that a copy says as one text, files included."""
    said = {"records": copy.records, "log": [repr(each) for each in copy.consultations]}
    return json.dumps(said, ensure_ascii=False, default=str) + b"\n".join(copy.files.values()).decode(errors="replace")


class TestMarkers:
    """A marker in every column of the schema that holds data of a person."""

    def test_all_of_the_person_are_in_the_copy_and_none_in_that_of_somebody_else(self, house):
        house.suppress()
        house.drop_in(taken_out=True)
        house.drop_in(taken_out=False)
        with house.database.writing() as session:
            markers = Planter(session).plant(house.person.subject_id)

        own, others = everything(house.copy()), everything(house.copy(house.person.bystander_id))

        # Who is being erased gets no copy any more, and who lives has no job.
        assert [each.column for each in markers if each.text == "no row"] == ["erasure_job"]
        assert [each.column for each in markers if each.text not in own and each.text != "no row"] == []
        assert [each.column for each in markers if each.is_planted and each.text in others] == []
        assert len([each for each in markers if each.is_planted]) > 120

    def test_what_names_nobody_is_found_by_the_address(self, house):
        house.suppress()
        house.drop_in(taken_out=True)
        house.drop_in(taken_out=False)

        own, others = house.copy(), house.copy(house.person.bystander_id)

        by_address = {each.table.name for each in find_ways() if each.way in {Way.ADDRESS, Way.LETTERBOX}}
        assert by_address <= set(own.records)
        assert by_address.isdisjoint(others.records)
        assert "zqletterbox" in json.dumps(own.records["intake_message"])

    def test_the_log_says_when_and_for_what_and_never_who(self, house):
        """EuGH C-579/21."""
        copy = house.copy()

        listed = next(each for each in copy.consultations if each.action == "people:listed")
        assert (listed.purpose, listed.people) == ("business_contact", 2)
        assert "email" in listed.groups
        assert any("position" in each.details for each in copy.consultations if each.action == "person:rectified")
        assert "5" * 32 not in everything(copy)
        assert "Kaufmann" not in everything(copy)

    def test_one_entry_says_that_everything_was_opened(self, house):
        house.copy()

        (entry,) = house.entries("person:copied")
        assert '"pur":"request_handling"' in entry
        assert '"identity"' in entry


class TestThirdParties:
    """Art. 15(4) DSGVO."""

    def test_who_is_recognised_in_a_text_is_taken_out_of_it_and_the_rest_stays(self, house):
        text = "Herr Nachbar (nachbar@example.com, Gero) rief für Ottilie an; Frau Unbekannt und Herr Sonstwer waren dabei."
        house.note(text)

        copy = house.copy(words=["Sonstwer"])

        (note,) = [each for each in copy.rows("note") if "rief" in each["sealed_text"]]
        assert note["sealed_text"] == "Herr █████ (█████, █████) rief für Ottilie an; Frau Unbekannt und Herr █████ waren dabei."
        assert copy.blackened == 4
        assert house.entries("people:matched")
