import pytest

from crm.ledger.counters import Counters, Runs


def counted(*numbers, portions=1):
    counters = Counters()
    for start in range(0, len(numbers), max(1, len(numbers) // portions)):
        runs = Runs()
        for number in numbers[start : start + max(1, len(numbers) // portions)]:
            runs.add("w", number)
        counters.add(runs)
    return counters


@pytest.mark.parametrize("numbers", [(1, 2, 3, 4), (2, 1, 3, 4), (4, 3, 2, 1), (3, 4, 1, 2)])
@pytest.mark.parametrize("portions", [1, 2, 4])
def test_every_order_of_all_numbers_is_free_of_gaps(numbers, portions):
    counters = counted(*numbers, portions=portions)

    assert list(counters.gaps()) == []
    assert counters.twice == []


def test_gaps_are_named():
    assert list(counted(1, 2, 5, 6, 9).gaps()) == [("w", 3, 4), ("w", 7, 8)]


def test_a_missing_beginning_is_a_gap():
    assert list(counted(3, 4).gaps()) == [("w", 1, 2)]


@pytest.mark.parametrize("numbers", [(1, 2, 2, 3), (1, 3, 3), (1, 2, 3, 1)])
def test_a_number_given_twice_is_named(numbers):
    assert len(counted(*numbers).twice) == 1
