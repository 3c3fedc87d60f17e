"""Which figures of a campaign are shown, at the edges of the rule."""

from datetime import date, timedelta

import pytest

from crm.services.campaigns.cells import Cell, Count, next_cells, total_of

TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)


def cells(counts, last=(), today=TODAY):
    return next_cells(last, {group: Count(*count) for group, count in counts.items()}, min_cell=10, today=today)


def shown(found):
    return {cell.groups: (cell.shown.reached, cell.shown.responded) for cell in found if cell.shown}


class TestASingleGroup:
    @pytest.mark.parametrize(("responded", "is_shown"), [(0, False), (10, False), (11, True), (19, True), (20, False), (30, False)])
    def test_is_shown_when_more_than_ten_responded_and_more_than_ten_did_not(self, responded, is_shown):
        assert bool(shown(cells({"Handel": (30, responded)}))) is is_shown

    def test_with_fewer_people_than_that_takes_waits(self):
        assert cells({"Handel": (21, 11)}) == ()


class TestSmallGroups:
    def test_are_shown_together(self):
        assert shown(cells({"Bau": (14, 5), "Kunst": (8, 6), "Handel": (40, 15)})) == {("Handel",): (40, 15), ("Kunst", "Bau"): (22, 11)}

    def test_take_the_next_smallest_with_them_when_they_are_too_few(self):
        found = cells({"Kunst": (1, 1), "Handel": (40, 15), "Bau": (30, 12)})

        assert shown(found) == {("Handel",): (40, 15), ("Kunst", "Bau"): (31, 13)}

    def test_are_chosen_by_how_many_were_reached_and_never_by_who_responded(self):
        few_responded = cells({"Bau": (30, 2), "Handel": (40, 15)})

        assert shown(few_responded) == {("Handel",): (40, 15)}
        assert [cell.groups for cell in few_responded] == [("Bau",), ("Handel",)]

    def test_that_come_later_join_the_rest_and_nobody_is_shown_alone(self):
        first = cells({"Kunst": (10, 5), "Bau": (12, 6), "Handel": (40, 15)})

        later = cells({"Kunst": (10, 5), "Bau": (12, 6), "Handel": (40, 15), "Sport": (3, 3)}, first, TOMORROW)

        assert ("Kunst", "Bau", "Sport") in [cell.groups for cell in later]
        assert shown(later)["Kunst", "Bau", "Sport"] == (22, 11)  # as before: three more are too few

    def test_that_come_later_where_there_is_no_rest_wait(self):
        first = cells({"Handel": (40, 15)})

        assert cells({"Handel": (40, 15), "Sport": (3, 3)}, first, TOMORROW) == first


class TestAChange:
    FIRST = cells({"Handel": (60, 20)})

    @pytest.mark.parametrize(
        ("later", "is_taken"),
        [
            ((60, 30), False),  # ten responded since: nine of one's own and another one
            ((60, 31), True),
            ((59, 31), False),  # somebody objected
            ((60, 9), False),  # as many people and fewer responses: some of them went
            ((81, 31), False),  # of those who came, ten did not respond
            ((82, 31), True),
            ((82, 20), False),  # nobody of those who came responded
            ((38, 9), False),  # so few are left
        ],
    )
    def test_is_taken_over_when_enough_people_are_behind_it(self, later, is_taken):
        found = cells({"Handel": later}, self.FIRST, TOMORROW)

        assert found == (Cell(groups=("Handel",), shown=Count(*later), as_of=TOMORROW),) if is_taken else found == self.FIRST

    def test_that_takes_people_away_is_taken_over_when_enough_of_both_kinds_went(self):
        first = cells({"Handel": (60, 30)})

        assert shown(cells({"Handel": (38, 19)}, first, TOMORROW)) == {("Handel",): (38, 19)}
        assert shown(cells({"Handel": (39, 19)}, first, TOMORROW)) == {("Handel",): (60, 30)}

    def test_of_nine_of_one_s_own_and_one_that_is_tried_looks_the_same_whether_that_one_had_responded_before(self):
        had_responded, was_silent = (cells({"Handel": (60, number)}, self.FIRST, TOMORROW) for number in (29, 30))

        assert had_responded == was_silent == self.FIRST

    def test_is_taken_over_once_a_day(self):
        assert cells({"Handel": (60, 31)}, self.FIRST, TODAY) == self.FIRST

    def test_of_nobody_keeps_the_day(self):
        assert cells({"Handel": (60, 20)}, self.FIRST, TOMORROW) == self.FIRST

    def test_that_leaves_too_few_keeps_what_was_shown(self):
        assert cells({}, self.FIRST, TOMORROW) == self.FIRST


def test_the_total_is_that_of_the_cells_that_are_shown():
    found = cells({"Handel": (60, 20), "Bau": (30, 2)})

    assert total_of(found) == Count(60, 20)
