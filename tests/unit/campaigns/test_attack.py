"""Nobody is told from the figures of a campaign by who sees all of them on every day; and each part of the rule is needed for that."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.services.campaigns import cells
from crm.services.campaigns.cells import Count
from tests.support.attacker import Somebody, attack, reports

SIX = (Somebody("Handel"),) * 6


@st.composite
def memberships(draw, *, most):
    """Draw people in two groups over a few days; some come later, some are left out later because they object."""
    days = draw(st.integers(1, 3))
    people = []
    for _ in range(draw(st.integers(3, most if days < 3 else most - 1))):
        came = draw(st.sampled_from((0, 0, 0, *range(days))))
        later = range(came + 1, days)
        went = draw(st.sampled_from((None, None, *later)))
        people.append(Somebody(draw(st.sampled_from("AAAB")), came, went))
    return people, days


@pytest.mark.slow
class TestWhoSeesEveryReport:
    """Art. 5(1)(c), 25(1) DSGVO; rules.md 3.13."""

    @settings(max_examples=120, deadline=None, derandomize=True)
    @given(memberships(most=8))
    def test_learns_of_nobody_whether_they_responded(self, drawn):
        people, days = drawn

        assert attack(people, days=days, min_cell=1, knows=0) is None

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(memberships(most=9))
    def test_learns_it_neither_with_as_many_members_of_their_own_as_the_smallest_cell_less_one(self, drawn):
        """Nine of ten: whatever these do, and on whatever day."""
        people, days = drawn

        assert attack(people, days=days, min_cell=2, knows=1) is None

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(memberships(most=8), st.data())
    def test_learns_it_neither_by_entering_that_somebody_responded_and_looking_whether_that_changed_anything(self, drawn, data):
        people, days = drawn
        drawn_entries = data.draw(st.dictionaries(st.integers(0, len(people) - 1), st.integers(1, 2), min_size=1, max_size=2))
        enters = {number: day for number, day in drawn_entries.items() if people[number].came < day < days}

        assert attack(people, days=days, min_cell=2, knows=1, enters=enters) is None

    def test_learns_it_where_everybody_else_in_the_cell_is_known_as_from_any_exact_figure(self):
        """What no exact figure can keep; docs/explanation/figures.md says so."""
        assert attack(SIX, days=1, min_cell=2, knows=5) is not None


class TestWithoutOnePartOfTheRule:
    """The attack is able to find somebody out: each weaker rule loses to it."""

    def test_a_cell_in_which_too_few_were_silent_gives_them_away(self, monkeypatch):
        monkeypatch.setattr(cells, "is_safe", lambda count, *, min_cell: count.reached >= min_cell)

        assert attack(SIX, days=1, min_cell=2, knows=0) is not None

    def test_figures_that_follow_every_response_give_the_last_one_away(self, monkeypatch):
        monkeypatch.setattr(cells, "is_safe_change", lambda change, **_: change.reached >= 0)
        came_later = (*SIX, Somebody("Handel", came=1))

        assert attack(came_later, days=2, min_cell=2, knows=0) is not None

    def test_a_change_of_enough_people_who_all_did_the_same_gives_them_away(self, monkeypatch):
        """Nought or enough would do if nobody came or went."""

        def is_nought_or_enough(change, *, min_cell):
            return all(number == 0 or abs(number) >= min_cell for number in (change.reached, change.responded, change.silent))

        monkeypatch.setattr(cells, "is_safe_change", is_nought_or_enough)
        two_object = (*SIX, Somebody("Handel", went=1), Somebody("Handel", went=1))

        assert attack(two_object, days=2, min_cell=2, knows=0) is not None

    def test_a_total_of_everybody_gives_the_small_group_away(self):
        def with_total(days, min_cell):
            return reports(days, min_cell), tuple(sum(responded for _, _, responded in groups) for groups in days)

        one_beside_four = (*SIX, Somebody("Kunst", came=1))

        assert attack(one_beside_four, days=2, min_cell=2, knows=0) is None
        assert attack(one_beside_four, days=2, min_cell=2, knows=0, report=with_total) is not None

    def test_groups_that_are_put_together_by_their_responses_give_themselves_away(self):
        """The usual rule, to take the next smallest group with one that has too few responses, tells why a larger one was taken."""

        def by_responses(days, min_cell):
            counts = {group: Count(reached, responded) for group, reached, responded in days[0]}
            hidden = {group for group, count in counts.items() if not cells.is_safe(count, min_cell=min_cell)}
            for group in sorted(set(counts) - hidden, key=lambda each: counts[each].reached):
                if not hidden or cells.is_safe(sum((counts[each] for each in hidden), cells.NOBODY), min_cell=min_cell):
                    break
                hidden.add(group)
            rest = sum((counts[each] for each in hidden), cells.NOBODY)
            return frozenset(hidden), rest, frozenset((each, counts[each]) for each in set(counts) - hidden)

        one_small_and_two_large = (Somebody("Kunst"), *SIX, *(Somebody("Bau"),) * 5)

        assert attack(one_small_and_two_large, days=1, min_cell=2, knows=0) is None
        assert attack(one_small_and_two_large, days=1, min_cell=2, knows=0, report=by_responses) is not None
