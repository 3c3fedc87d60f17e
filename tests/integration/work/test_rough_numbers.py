"""Whoever counts a group with and without somebody does not learn of them: rough numbers, attacked."""

from collections import Counter
from math import exp

import pytest

from crm.services import work_rules
from crm.services.campaigns import rough
from crm.services.campaigns.rough import SENSITIVITY, find_rough

MANY = 6000  # installations, each with a secret of its own
SURELY = 1.35  # what chance may add to the ratio of two frequencies


def shown(number, secret, *, about=("a", "b")):
    """Return what an installation with this secret shows for a number."""
    shifted = number + rough._shift(secret, about)
    return None if shifted < 10 else (shifted + 5) // 10


def frequencies(number, about):
    return Counter(shown(number, each.to_bytes(4), about=about) for each in range(MANY))


class TestTwoGroupsThatDifferByOnePerson:
    """Art. 5(1)(c), 25(1) DSGVO; rules.md 3.13."""

    @pytest.mark.parametrize("number", [0, 1, 9, 10, 14, 15, 40])
    def test_look_alike(self, number):
        """No answer is possible with that person alone, and none is much more frequent: an attacker can bet, and not know."""
        without, with_them = frequencies(number, ("ohne",)), frequencies(number + 1, ("mit",))

        for answer, times in (without | with_them).items():
            if times > MANY / 50:
                ratio = with_them[answer] / without[answer]
                assert 1 / SURELY / exp(SENSITIVITY) < ratio < exp(SENSITIVITY) * SURELY

    def test_would_tell_them_apart_by_rounding_alone(self, monkeypatch):
        """The attack is able to find somebody out: nine people of one's own, and one more."""
        monkeypatch.setattr(rough, "_shift", lambda *_: 0)

        assert shown(9, b"") is None
        assert shown(10, b"") == 1


class TestANumber:
    def test_is_the_same_for_the_same_people_however_often_they_are_counted(self, runtime):
        with runtime.database.reading() as session:
            once = [find_rough(session, 57, about=("newsletter", f"{each:032x}")) for each in range(30)]
            again = [find_rough(session, 57, about=("newsletter", f"{each:032x}")) for each in range(30)]

        assert once == again
        assert len(set(once)) > 1

    def test_is_about_right(self, runtime):
        with runtime.database.reading() as session:
            found = [find_rough(session, 1000, about=(f"{each:032x}",)) for each in range(400)]

        assert 995 < sum(found) / len(found) < 1005
        assert all(each % 10 == 0 and abs(each - 1000) <= 80 for each in found)

    def test_is_not_told_below_the_smallest_cell(self, runtime, monkeypatch):
        monkeypatch.setattr(rough, "_shift", lambda *_: 0)
        with runtime.database.reading() as session:
            assert work_rules.find(session).min_cell == 10
            assert [find_rough(session, each, about=()) for each in (0, 1, 9, 10, 14, 15)] == [None, None, None, 10, 10, 20]
