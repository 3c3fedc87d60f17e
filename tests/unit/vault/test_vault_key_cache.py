"""Keys in memory are few, not old, and never those that were just destroyed."""

import time

import pytest

from crm.vault.envelope import CompartmentKeys, DataKey
from crm.vault.key_cache import KeyCache


class Watch:
    """A monotonic clock moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


def keys_of(subject_id):
    return CompartmentKeys.of([DataKey(bytes(32), version=1, subject_id=subject_id, compartment="profile")])


def put(cache, *subject_ids):
    cache.put({(each, "profile"): keys_of(each) for each in subject_ids}, generation=cache.generation)


def test_a_key_is_kept_while_it_is_used_and_forgotten_after_a_minute_without_use(watch):
    cache = KeyCache(monotonic=watch)
    put(cache, "a", "b")

    watch.now += 60
    used = cache.get(("a", "profile"))
    watch.now += 0.1

    assert used is not None
    assert cache.get(("b", "profile")) is None
    assert cache.get(("a", "profile")) is used
    cache.clear()


def test_many_are_asked_for_at_once_and_count_as_used(watch):
    cache = KeyCache(monotonic=watch)
    put(cache, "a", "b")
    watch.now += 60
    cache.get(("a", "profile"))

    watch.now += 0.1
    found = cache.get_all([("a", "profile"), ("b", "profile"), ("c", "profile")])
    watch.now += 60

    assert list(found) == [("a", "profile")]
    assert cache.get(("a", "profile"))
    assert len(cache) == 1
    cache.clear()


def test_the_keys_used_least_recently_make_room(watch):
    cache = KeyCache(capacity=2, monotonic=watch)
    put(cache, "a", "b")
    cache.get(("a", "profile"))

    put(cache, "c")

    assert len(cache) == 2
    assert cache.get(("b", "profile")) is None
    assert cache.get(("a", "profile"))
    cache.clear()


def test_keys_read_before_a_destruction_are_not_kept_after_it(watch):
    cache = KeyCache(monotonic=watch)
    generation = cache.generation
    cache.clear()

    cache.put({("a", "profile"): keys_of("a")}, generation=generation)

    assert len(cache) == 0


def test_an_idle_process_forgets_too():
    cache = KeyCache(idle_seconds=0.2)
    put(cache, "a")

    deadline = time.monotonic() + 10
    while len(cache) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert len(cache) == 0
