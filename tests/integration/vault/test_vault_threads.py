"""Threads of one process share the vault; a fork may not."""

import os
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm.db import Compartment, new_id
from crm.vault import ErasedError

THREADS = 8


def test_threads_seal_and_open_side_by_side(installation):
    people = [installation.person(Compartment.PROFILE) for _ in range(20)]
    sealed = [installation.seal(each, each.encode()) for each in people]
    start = threading.Barrier(THREADS)

    def read(number):
        start.wait()
        for turn in range(40):
            if turn % 10 == number:
                installation.other._forget()
            assert installation.other.open_many(sealed) == [each.encode() for each in people]

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read, range(THREADS)))


def test_while_keys_are_destroyed_each_read_gives_the_value_or_erased_and_at_the_end_erased(installation):
    people = [installation.person(Compartment.PROFILE) for _ in range(20)]
    sealed = [installation.seal(each, each.encode()) for each in people]
    is_over = threading.Event()

    def read(_number):
        opened = 0
        while not is_over.is_set():
            for place, value in sealed:
                try:
                    assert installation.other.open(place, value) == place.subject_id.encode()
                    opened += 1
                except ErasedError:
                    installation.other.refresh()
        return opened

    with ThreadPoolExecutor(THREADS) as pool:
        readers = [pool.submit(read, number) for number in range(THREADS)]
        for each in people:
            installation.erase(each)
        is_over.set()
        opened = sum(reader.result() for reader in readers)

    installation.other.refresh()
    assert opened > 0
    for place, value in sealed:
        with pytest.raises(ErasedError):
            installation.other.open(place, value)


def test_threads_creating_people_never_share_a_key_number(installation):
    def create(_number):
        for _ in range(5):
            installation.person(Compartment.PROFILE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(create, range(4)))

    assert installation.state().high_water == 20


def test_threads_asking_for_a_new_secret_get_the_same_one(installation):
    vaults = [installation.new_vault() for _ in range(THREADS)]
    start = threading.Barrier(THREADS)

    def ask(vault):
        start.wait()
        return vault.secret("cookie:staff")

    with ThreadPoolExecutor(THREADS) as pool:
        assert len(set(pool.map(ask, vaults))) == 1


def test_batches_of_the_same_people_do_not_wait_for_each_other_for_ever(installation):
    people = [new_id() for _ in range(200)]
    with installation.database.writing() as session:
        installation.vault.create(session, people, compartments=[Compartment.PROFILE], now=installation.clock.now())

    def write(number):
        order = people if number % 2 else people[::-1]
        for _ in range(5):
            with installation.database.writing() as session:
                installation.vault.begin_write(session, order)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_vault_opened_before_a_fork_refuses_to_work_after_it(installation):
    child = os.fork()
    if child == 0:
        try:
            installation.vault.refresh()
        except RuntimeError:
            os._exit(7)
        except BaseException:  # noqa: BLE001 - a child of a test must never return into pytest
            traceback.print_exc()
        os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
