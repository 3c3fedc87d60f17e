import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.search import (
    IndexBuilder,
    IndexBuildingError,
    IndexBusyError,
    IndexPlaceError,
    IndexReader,
    IndexSpaceError,
    IndexWriter,
    Position,
    Query,
    SearchGroup,
    find_place,
    needs_build,
    schema,
)
from crm.search.place import is_ram
from crm.search.process_memory import ProcessMemory
from crm.search.ram_folder import RamFolder

ROOT = Path(__file__).parents[3]


class TestWithoutAnIndex:
    def test_readers_say_how_far_the_build_has_come(self, index, person):
        with pytest.raises(IndexBuildingError) as error:
            index.find("ott")
        assert error.value.percent == 0

        index.place.note_progress(1, 4)

        with pytest.raises(IndexBuildingError, match="25 %") as error:
            index.find("ott")
        assert error.value.percent == 25
        assert not index.reader.is_ready()

    def test_nothing_can_be_written(self, index, person):
        with pytest.raises(IndexBuildingError):
            IndexWriter(index.place)

        index.build(person("Ida Ott"))  # the right to write was given back
        assert index.reader.is_ready()


class TestBuild:
    def test_reports_progress_and_returns_the_number(self, index, person):
        steps = []

        done = IndexBuilder(index.place).build(
            (person("Ida Ott") for _ in range(4_500)), total=9_000, position=Position(), progress=lambda *step: steps.append(step)
        )

        assert done == 4_500
        assert steps == [(2_000, 9_000), (4_000, 9_000), (4_500, 9_000)]

    def test_without_people_is_an_index_too(self, index):
        index.build()

        assert index.ids() == []
        assert not needs_build(index.place)

    def test_shows_nothing_before_it_is_complete_and_all_of_it_afterwards(self, index, person):
        old, new = person("Ida Alt"), [person("Ida Neu") for _ in range(4_100)]
        index.build(old)
        seen = []

        IndexBuilder(index.place).build(new, total=4_100, position=Position(0, 9), progress=lambda *_: seen.append(index.ids()))

        assert seen == [[old.subject_id]] * 3
        assert index.find(count_up_to=10_000).count == 4_100
        assert index.reader.position() == Position(0, 9)

    def test_that_breaks_leaves_the_old_index_and_no_leftovers(self, index, person):
        old = person("Ida Alt")
        index.build(old)

        def breaking():
            yield person("Ida Neu")
            raise LookupError

        with pytest.raises(LookupError):
            IndexBuilder(index.place).build(breaking(), total=2, position=Position())

        assert index.ids() == [old.subject_id]
        index.build(person("Ida Dritte"))
        assert len(index.ids()) == 1
        if isinstance(index.place, RamFolder):
            assert len(list(index.place.folder.glob("build-*.sqlite"))) == 1

    def test_that_breaks_leaves_no_index_where_there_was_none(self, index, person):
        def breaking():
            yield person("Ida Neu")
            raise LookupError

        with pytest.raises(LookupError):
            IndexBuilder(index.place).build(breaking(), total=2, position=Position())

        with pytest.raises(IndexBuildingError):
            index.find()

    def test_takes_turns_with_the_writer(self, index, person):
        index.build(person("Ida Ott"))

        with IndexWriter(index.place), pytest.raises(IndexBusyError):
            index.build(person("Udo Ott"))
        with IndexWriter(index.place), pytest.raises(IndexBusyError):
            IndexWriter(index.place)

        index.build(person("Udo Ott"))

    def test_wants_room(self, folder, person, monkeypatch):
        monkeypatch.setattr(folder, "free_bytes", lambda: 64_000_000)

        with pytest.raises(IndexSpaceError, match="MB nötig, 64 MB frei"):
            IndexBuilder(folder).build([], total=200_000, position=Position())

        IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())

    def test_says_what_helps_when_the_room_does_not_suffice(self, folder, person, monkeypatch):
        old = person("Ida Alt")
        IndexBuilder(folder).build([old], total=1, position=Position())
        create = folder.create

        def create_small(build):
            connection = create(build)
            connection.execute("PRAGMA max_page_count=60")
            return connection

        monkeypatch.setattr(folder, "create", create_small)

        with pytest.raises(IndexSpaceError, match="shm_size"):
            IndexBuilder(folder).build((person(f"Ida Neu{number}") for number in range(5_000)), total=5_000, position=Position())

        assert IndexReader(folder).find(_anything()).subject_ids == (old.subject_id,)


class TestStaleIndexes:
    def test_of_another_format_are_not_used(self, index, person, monkeypatch):
        index.build(person("Ida Ott"))
        monkeypatch.setattr(schema, "FORMAT", "0")

        assert needs_build(index.place)
        with pytest.raises(IndexBuildingError):
            IndexReader(index.place).find(_anything())
        with pytest.raises(IndexBuildingError):
            IndexWriter(index.place)

        index.build(person("Udo Ott"))
        assert not needs_build(index.place)

    def test_of_another_installation_are_not_used(self, index, person):
        index.build(person("Ida Ott"))
        index.place.installation_id = "other"

        assert needs_build(index.place)

    def test_that_are_damaged_are_not_used(self, folder, person):
        IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())
        (folder.folder / folder.current()).write_bytes(b"no database" * 1_000)

        assert needs_build(folder)
        with pytest.raises(IndexBuildingError):
            IndexReader(folder).find(_anything())

        IndexBuilder(folder).build([person("Ida Ott")], total=1, position=Position())
        assert not needs_build(folder)

    def test_that_were_discarded_are_gone(self, index, person):
        index.build(person("Ida Ott"))
        assert index.ids()

        index.place.discard()

        with pytest.raises(IndexBuildingError):
            index.find()
        if isinstance(index.place, RamFolder):
            assert list(index.place.folder.glob("build-*")) == []


class TestPlace:
    def test_is_a_private_folder_in_ram(self, tmp_path, monkeypatch):
        monkeypatch.setattr("crm.search.place.is_ram", lambda _folder: True)

        place = find_place(tmp_path, installation_id="abc", data_dir=tmp_path / "data")

        assert list(tmp_path.iterdir()) == []  # most processes never need it
        assert place.folder.parent == tmp_path
        assert place.folder.name.startswith("lethe-abc-")
        assert place.folder.stat().st_mode & 0o777 == 0o700
        other = find_place(tmp_path, installation_id="abc", data_dir=tmp_path / "elsewhere")
        assert other.folder != place.folder

    def test_is_this_process_where_there_is_no_ram_file_system(self, tmp_path, monkeypatch):
        monkeypatch.setattr("crm.search.place.is_ram", lambda _folder: False)

        place = find_place(tmp_path, installation_id="abc", data_dir=tmp_path / "data")

        assert isinstance(place, ProcessMemory)
        assert list(tmp_path.iterdir()) == []

    def test_never_is_a_disk(self, tmp_path, monkeypatch):
        mounts = tmp_path / "mounts"
        mounts.write_text(f"disk / ext4 rw 0 0\ntmpfs {tmp_path}/ram tmpfs rw 0 0\ndisk {tmp_path}/ram/disk ext4 rw 0 0\n")
        monkeypatch.setattr("crm.search.place._MOUNTS", mounts)
        for name in ("ram", "ram/disk", "ramdisk"):
            (tmp_path / name).mkdir()

        assert is_ram(tmp_path / "ram")
        assert not is_ram(tmp_path / "ram" / "disk")
        assert not is_ram(tmp_path / "ramdisk")
        assert not is_ram(tmp_path / "missing")

    @pytest.mark.parametrize("name", ["", "../x", "a/b", "x" * 65])
    def test_refuses_ids_that_are_no_names(self, tmp_path, name):
        with pytest.raises(ValueError, match="installation id"):
            find_place(tmp_path, installation_id=name, data_dir=tmp_path)

    def test_refuses_a_folder_that_others_can_read(self, tmp_path):
        (tmp_path / "index").mkdir()
        (tmp_path / "index").chmod(0o755)

        with pytest.raises(IndexPlaceError):
            RamFolder(tmp_path / "index", installation_id="test")

    def test_refuses_a_link_laid_by_somebody_else(self, tmp_path):
        (tmp_path / "theirs").mkdir(mode=0o700)
        (tmp_path / "index").symlink_to(tmp_path / "theirs")

        with pytest.raises(IndexPlaceError):
            RamFolder(tmp_path / "index", installation_id="test")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_refuses_a_folder_of_somebody_else(self, tmp_path):
        (tmp_path / "index").mkdir(mode=0o700)
        os.chown(tmp_path / "index", 12_345, 12_345)

        with pytest.raises(IndexPlaceError):
            RamFolder(tmp_path / "index", installation_id="test")


BUILDER = """
import sys
from pathlib import Path
from crm.search import IndexBuilder, IndexDocument, Position
from crm.search.ram_folder import RamFolder

def documents():
    for number in range(5_000):
        if number == 3_000:
            print("half", flush=True)
            sys.stdin.readline()
        yield IndexDocument(subject_id=f"{number:032x}", purposes=1, last_activity=0, last_name="Zweitprozess")

IndexBuilder(RamFolder(Path(sys.argv[1]), installation_id="test")).build(documents(), total=5_000, position=Position())
"""
WRITER = """
import sys
from pathlib import Path
from crm.search import IndexDocument, IndexWriter, Position
from crm.search.ram_folder import RamFolder

with IndexWriter(RamFolder(Path(sys.argv[1]), installation_id="test")) as writer:
    print("ready", flush=True)
    for line in sys.stdin:
        round_ = int(line)
        writer.apply(
            changed=[
                IndexDocument(subject_id=f"{number:032x}", purposes=1, last_activity=round_, last_name=f"Runde{round_}")
                for number in range(20)
            ],
            gone=["f" * 32],
            position=Position(0, round_),
        )
        print(round_, flush=True)
"""


@pytest.fixture
def start():
    running = []

    def run(script, folder):
        command = [sys.executable, "-c", script, str(folder)]
        running.append(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


class TestTwoProcesses:
    def test_a_reader_waits_for_the_builder_and_sees_its_progress(self, folder, person, start):
        reader = IndexReader(folder)
        builder = start(BUILDER, folder.folder)
        assert builder.stdout.readline() == "half\n"

        with pytest.raises(IndexBuildingError) as error:
            reader.find(_anything())
        assert error.value.percent == 40
        with pytest.raises(IndexBusyError):
            IndexBuilder(folder).build([], total=0, position=Position())

        builder.stdin.write("\n")
        builder.stdin.flush()
        assert builder.wait(timeout=60) == 0
        assert reader.find(_anything()).count == 1_000

    def test_a_builder_that_is_killed_leaves_the_old_index_and_the_right_to_write(self, folder, person, start):
        old = person("Ida Alt")
        IndexBuilder(folder).build([old], total=1, position=Position())
        reader = IndexReader(folder)
        builder = start(BUILDER, folder.folder)
        assert builder.stdout.readline() == "half\n"

        builder.kill()
        builder.wait()

        assert reader.find(_anything()).subject_ids == (old.subject_id,)
        assert len(list(folder.folder.glob("build-*.sqlite"))) == 2
        IndexBuilder(folder).build([old], total=1, position=Position())
        assert len(list(folder.folder.glob("build-*.sqlite"))) == 1
        assert reader.find(_anything()).subject_ids == (old.subject_id,)

    def test_a_reader_sees_each_batch_of_the_writer_whole(self, folder, person, start):
        IndexBuilder(folder).build([], total=0, position=Position())
        reader = IndexReader(folder)
        writer = start(WRITER, folder.folder)
        assert writer.stdout.readline() == "ready\n"

        for round_ in range(1, 30):
            writer.stdin.write(f"{round_}\n")
            writer.stdin.flush()
            while reader.position() < Position(0, round_):
                everybody = reader.find(_anything())
                shown = {reader.find(_anything(f"runde{number}")).count for number in (round_ - 1, round_)}
                assert everybody.count in {0, 20}
                assert shown <= {0, 20}
            assert reader.find(_anything(f"runde{round_}")).count == 20
            assert reader.find(_anything(f"runde{round_ - 1}x")).count in {0, 20}
            assert writer.stdout.readline() == f"{round_}\n"


def test_a_reader_survives_a_fork(folder, person):
    someone = person("Ida Ott")
    IndexBuilder(folder).build([someone], total=1, position=Position())
    reader = IndexReader(folder)
    assert reader.find(_anything()).subject_ids == (someone.subject_id,)

    child = os.fork()
    if child == 0:
        os._exit(0 if reader.find(_anything("ott")).count == 1 else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert reader.find(_anything("ott")).count == 1


def _anything(text=""):
    return Query(purpose=1, groups=frozenset(SearchGroup), text=text)
