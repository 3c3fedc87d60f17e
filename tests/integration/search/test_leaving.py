"""Nothing of anybody stays in RAM once nobody works with it (Art. 5(1)(e), (f), 32(1) DSGVO)."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm.search import IndexBuilder, IndexReader, IndexWriter, Position, Query, SearchGroup
from crm.search.ram_folder import RamFolder
from crm.search.stay import Stay, remove_if_deserted

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
MINE, OTHERS = "lethe-mine-0123456789ab", "lethe-other-ba9876543210"
PROCESS = """
import signal, sys
from pathlib import Path
from crm.search import IndexBuilder, IndexDocument, IndexReader, IndexWriter, Position, Query, SearchGroup, needs_build
from crm.search.ram_folder import RamFolder

place = RamFolder(Path(sys.argv[1]), installation_id="test")
role = sys.argv[2]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
if role == "worker":
    built = needs_build(place)
    if built:
        person = IndexDocument(subject_id="a" * 32, purposes=1, last_activity=0, last_name="Sommer")
        IndexBuilder(place).build([person], total=1, position=Position())
    opened = IndexWriter(place)
    print("built" if built else "kept", flush=True)
else:
    opened = IndexReader(place)
    print(opened.find(Query(purpose=1, groups=frozenset(SearchGroup), text="sommer")).count, flush=True)
signal.sigwait([signal.SIGTERM])
opened.close()
place.leave()
"""


@pytest.fixture
def start(tmp_path):
    """Start a process that works with the index in a folder, and wait until it has it open."""
    running = []

    def run(role, name=MINE):
        command = [sys.executable, "-c", PROCESS, str(tmp_path / name), role]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process, process.stdout.readline().strip()

    yield run
    for process in running:
        process.kill()
        process.communicate()


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    process.wait(timeout=30)


class TestLastProcess:
    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
    def test_takes_the_index_away_in_whatever_order_they_stop(self, start, tmp_path, order):
        processes = [start(role)[0] for role in ("worker", "reader", "reader")]

        for last in order[:2]:
            end(processes[last])
            assert (tmp_path / MINE / "index.sqlite").exists()
        end(processes[order[2]])

        assert list(tmp_path.iterdir()) == []

    def test_leaves_it_to_nobody_when_those_before_were_killed(self, start, tmp_path):
        worker, reader = start("worker")[0], start("reader")[0]
        end(worker, signal.SIGKILL)

        end(reader)

        assert list(tmp_path.iterdir()) == []

    def test_that_is_killed_leaves_an_index_that_the_next_worker_uses_and_takes_away(self, start, tmp_path):
        end(start("worker")[0], signal.SIGKILL)

        worker, first = start("worker")
        assert first == "kept"
        assert start("reader")[1] == "1"
        end(worker)
        assert (tmp_path / MINE).exists()

    def test_that_stopped_cleanly_leaves_the_next_worker_to_build_anew(self, start):
        end(start("worker")[0])

        assert start("worker")[1] == "built"
        assert start("reader")[1] == "1"


class TestSweep:
    def test_removes_what_killed_processes_of_other_installations_left(self, start, tmp_path):
        end(start("worker", OTHERS)[0], signal.SIGKILL)
        assert (tmp_path / OTHERS / "index.sqlite").exists()

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 1

        assert [each.name for each in tmp_path.iterdir()] == [MINE]

    @pytest.mark.parametrize("roles", [["worker"], ["worker", "reader"]])
    def test_never_touches_an_index_that_a_process_uses(self, start, tmp_path, roles):
        processes = [start(role, OTHERS)[0] for role in roles]
        for process in processes[:-1]:
            end(process, signal.SIGKILL)

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 0

        assert start("reader", OTHERS)[1] == "1"

    def test_keeps_the_index_of_its_own_installation(self, start, tmp_path):
        end(start("worker")[0], signal.SIGKILL)

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 0

        assert start("worker")[1] == "kept"

    @pytest.mark.parametrize("name", ["lethe-test-k2x9ab_c", "lethe-abc-mailbox", "pytest-of-root", "lethe-x-0123456789abc"])
    def test_leaves_folders_alone_that_are_no_index(self, tmp_path, name):
        (tmp_path / name).mkdir(mode=0o700)

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 0

        assert (tmp_path / name).exists()

    def test_follows_no_link(self, tmp_path):
        treasure = tmp_path / "treasure"
        treasure.mkdir(mode=0o700)
        (tmp_path / OTHERS).symlink_to(treasure)

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 0

        assert treasure.exists()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_leaves_what_belongs_to_somebody_else(self, tmp_path):
        (tmp_path / OTHERS).mkdir(mode=0o700)
        os.chown(tmp_path / OTHERS, 12_345, 12_345)

        assert RamFolder(tmp_path / MINE, installation_id="test").sweep_orphans() == 0

        assert (tmp_path / OTHERS).exists()


class TestStay:
    def test_waits_for_whoever_takes_the_folder_away_and_makes_it_anew(self, tmp_path):
        gone = tmp_path / "index"
        gone.mkdir(mode=0o700)
        descriptor = os.open(gone, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        newcomer = subprocess.Popen(
            [sys.executable, "-c", f"from pathlib import Path; from crm.search.stay import Stay\nStay(Path({str(gone)!r})); print('in')"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        _await_waiting(newcomer)

        gone.rmdir()
        os.close(descriptor)

        assert newcomer.communicate(timeout=30)[0] == "in\n"
        assert gone.exists()

    def test_of_two_places_in_one_process_both_count(self, tmp_path):
        first, second = Stay(tmp_path / "index"), Stay(tmp_path / "index")

        first.end()
        assert not remove_if_deserted(tmp_path / "index")
        second.end()

        assert not (tmp_path / "index").exists()


def test_a_place_that_was_left_can_be_entered_again(folder, person):
    IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())
    folder.leave()
    assert not folder._folder.exists()

    IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())

    assert IndexReader(folder).find(Query(purpose=1, groups=frozenset(SearchGroup))).count == 1
    with IndexWriter(folder) as writer:
        assert writer.position == Position()


def test_a_folder_that_somebody_removed_by_hand_is_made_again(folder, person):
    IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())
    entered = folder.folder
    for each in entered.iterdir():
        each.unlink()
    entered.rmdir()

    IndexBuilder(folder).build([person("Udo Ott")], total=1, position=Position())

    assert IndexReader(folder).find(Query(purpose=1, groups=frozenset(SearchGroup))).count == 1


def _await_waiting(process):
    """Wait until a process waits for a lock, as the kernel tells it."""
    while " -> " not in "".join(line for line in Path("/proc/locks").read_text().splitlines() if f" {process.pid} " in line):
        assert process.poll() is None
        time.sleep(0.01)
