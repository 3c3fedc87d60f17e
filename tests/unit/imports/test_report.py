"""The report adds up and shows no value."""

from crm.privacy.matching import Likeness
from crm.services.imports.batches import Pace, cut, waves
from crm.services.imports.decided import Decided
from crm.services.imports.fields import RowKind
from crm.services.imports.report import FileReport, Report
from crm.services.imports.rows import LeftOut, PersonRow, Reason, Verdict


def person(row, likeness=None):
    return PersonRow(row=row, record_id=str(row), fields={}, likeness=likeness)


class TestReport:
    def test_adds_up(self):
        companies, people = FileReport("Account.csv", RowKind.COMPANY), FileReport("Contact.csv", RowKind.PERSON)
        companies.add([Decided(2, Verdict.CREATED)])
        people.add(
            [
                Decided(2, Verdict.CREATED, (Reason.TIME_UP,), overdue=True),
                Decided(3, Verdict.MERGED),
                Decided(4, Verdict.REFUSED, (Reason.NOBODY,)),
                Decided(5, Verdict.SKIPPED, (Reason.DELETED,)),
            ]
        )

        told = Report((companies, people), {"Gender__c": 4}).as_json(translate=str.upper)

        assert told["people"] == {"read": 4, "created": 1, "merged": 1, "refused": 1, "skipped": 1}
        assert told["files"]["Account.csv"] == {"read": 1, "created": 1, "merged": 0, "refused": 0, "skipped": 0, "reasons": []}
        assert [reason["row"] for reason in told["files"]["Contact.csv"]["reasons"]] == [2, 4, 5]
        assert told["files"]["Contact.csv"]["reasons"][2] == {"row": 5, "reason": "IM BISHERIGEN SYSTEM GELÖSCHT."}
        assert (told["dropped_fields"], told["overdue"]) == ({"Gender__c": 4}, 1)

    def test_counts_sole_traders_among_the_people(self):
        """Art. 4(1) DSGVO."""
        companies = FileReport("Account.csv", RowKind.COMPANY)
        companies.add(
            [
                Decided(2, Verdict.CREATED),
                Decided(3, Verdict.CREATED, (Reason.SOLE_TRADER, Reason.TIME_UP), overdue=True),
                Decided(4, Verdict.SKIPPED, (Reason.SOLE_TRADER, Reason.ALREADY_IMPORTED)),
                Decided(5, Verdict.SKIPPED, (Reason.ALREADY_IMPORTED,)),
                Decided(6, Verdict.REFUSED, (Reason.SOLE_TRADER, Reason.SUPPRESSED)),
                Decided(7, Verdict.REFUSED, (Reason.SOLE_TRADER, Reason.ERASED_BEFORE)),
            ]
        )

        told = Report((companies,), {}).as_json(translate=str)

        assert told["people"] == {"read": 4, "created": 1, "merged": 0, "refused": 2, "skipped": 1}

    def test_has_a_sentence_of_its_own_for_every_reason(self):
        assert list(Reason.__members__) == [reason.name for reason in Reason]
        assert all(reason.value.endswith(".") for reason in Reason)


class TestCut:
    def test_loses_no_row_and_keeps_the_order(self):
        rows = [person(row) for row in range(2, 202)]

        assert [row for batch in cut(rows, pace=Pace()) for row in batch] == rows

    def test_goes_on_after_the_row_that_was_decided_last(self):
        rows = [person(row) for row in range(2, 7)]

        assert [row.row for batch in cut(rows, pace=Pace(), after=4) for row in batch] == [5, 6]

    def test_does_not_cut_at_two_records_of_one_person(self):
        """An export in which every tenth person stands twice took three times as long, with a batch for each of them."""
        same = Likeness("a@example.org", "anna gross")

        [batch] = cut([person(2, same), person(3), LeftOut(4, Verdict.SKIPPED), person(5, same), person(6, same)], pace=Pace())

        assert [row.row for row in batch] == [2, 3, 4, 5, 6]

    def test_learns_how_much_fits_into_the_time(self):
        pace = Pace()
        first = pace.size

        pace.took(1.0, rows=first)
        slow = pace.size
        for _ in range(20):
            pace.took(0.001, rows=pace.size)

        assert slow < first < pace.size


class TestWaves:
    def test_no_two_records_of_one_person_are_in_one(self):
        anna, bert = Likeness("a@example.org", "anna gross"), Likeness("b@example.org", "bert klein")

        parted = waves([person(2, anna), person(3), person(4, bert), person(5, anna), person(6, bert), person(7, anna), person(8)])

        assert [[row.row for row in wave] for wave in parted] == [[2, 3, 4, 8], [5, 6], [7]]

    def test_are_none_where_there_are_no_people(self):
        assert waves([]) == []
