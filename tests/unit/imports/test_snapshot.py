"""A file is read whole and in bounds, or not at all."""

import os
import tracemalloc

import pytest

from crm.services.imports import snapshot
from crm.services.imports.errors import (
    CellTooLargeError,
    FileChangedError,
    FileTooLargeError,
    FileUnreadableError,
    TooManyRowsError,
)
from crm.services.imports.limits import Limits
from crm.services.imports.policy import import_policy

SMALL = Limits(file_bytes=10_000, record_bytes=1_000, cell_characters=500, rows=20)


def written(tmp_path, content):
    path = tmp_path / "Contact.csv"
    path.write_bytes(content)
    return path


class TestTake:
    def test_reads_the_file_and_knows_it_again(self, tmp_path):
        path = written(tmp_path, b"Id\n1\n")

        taken = snapshot.take(path, limits=SMALL)

        assert taken.content == b"Id\n1\n"
        assert snapshot.take(path, limits=SMALL).digest == taken.digest

    def test_stops_at_a_cell_without_end_and_names_its_row(self, tmp_path):
        path = written(tmp_path, b'Id,Description\n1,a\n2,"' + b"x\n" * 600)

        with pytest.raises(CellTooLargeError) as caught:
            snapshot.take(path, limits=SMALL)

        assert (caught.value.facts["file"], caught.value.facts["row"]) == ("Contact.csv", 3)

    def test_needs_little_memory_for_a_cell_of_200_megabytes(self, tmp_path):
        path = tmp_path / "Contact.csv"
        with path.open("wb") as file:
            file.write(b'Id,Description\n1,"')
            file.truncate(200_000_000)

        tracemalloc.start()
        with pytest.raises(CellTooLargeError):
            snapshot.take(path, limits=import_policy().limits)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < 20_000_000

    def test_stops_at_too_many_bytes(self, tmp_path):
        path = written(tmp_path, b"Id\n" + b"12345678\n" * 2_000)

        with pytest.raises(FileTooLargeError):
            snapshot.take(path, limits=Limits(file_bytes=10_000, record_bytes=1_000, cell_characters=500, rows=100_000))

    @pytest.mark.parametrize(("rows", "refused"), [(20, False), (21, True)])
    def test_stops_at_too_many_rows(self, tmp_path, rows, refused):
        path = written(tmp_path, b"Id\n" + b"1\n" * rows)

        if refused:
            with pytest.raises(TooManyRowsError):
                snapshot.take(path, limits=SMALL)
        else:
            assert snapshot.take(path, limits=SMALL)

    def test_refuses_what_is_no_ordinary_file(self, tmp_path):
        with pytest.raises(FileUnreadableError):
            snapshot.take(tmp_path, limits=SMALL)
        with pytest.raises(FileUnreadableError):
            snapshot.take(tmp_path / "absent.csv", limits=SMALL)
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(FileUnreadableError):
            snapshot.take(tmp_path / "pipe.csv", limits=SMALL)

    def test_notices_a_file_that_grows_while_it_is_read(self, tmp_path, monkeypatch):
        path = written(tmp_path, b"Id\n1\n")
        count = snapshot.RowCounter.count

        def count_and_write(counter, line):
            with path.open("ab") as file:
                file.write(b"2\n" if path.stat().st_size < 20 else b"")
            count(counter, line)

        monkeypatch.setattr(snapshot.RowCounter, "count", count_and_write)

        with pytest.raises(FileChangedError):
            snapshot.take(path, limits=SMALL)


class TestRequireUnchanged:
    def test_notices_other_bytes_under_the_same_size_and_time(self, tmp_path):
        path = written(tmp_path, b"Id\n1\n")
        taken = snapshot.take(path, limits=SMALL)
        times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)

        path.write_bytes(b"Id\n2\n")
        os.utime(path, ns=times)

        with pytest.raises(FileChangedError):
            taken.require_unchanged()

    def test_notices_a_file_that_is_gone(self, tmp_path):
        path = written(tmp_path, b"Id\n1\n")
        taken = snapshot.take(path, limits=SMALL)

        path.unlink()

        with pytest.raises(FileChangedError):
            taken.require_unchanged()

    def test_is_content_with_the_same_bytes(self, tmp_path):
        taken = snapshot.take(written(tmp_path, b"Id\n1\n"), limits=SMALL)

        taken.require_unchanged()


def test_rows_are_counted_over_line_breaks_inside_cells(tmp_path):
    taken = snapshot.take(written(tmp_path, b'Id,Street\n1,"a\nb"\n2,c\n'), limits=SMALL)

    assert [taken.row_at(taken.content.index(part)) for part in (b"Street", b'b"', b"c\n")] == [1, 2, 3]
