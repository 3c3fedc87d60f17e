"""What a process says about itself goes on being said, whatever happens to the disk in between."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace

from crm.services.health import reports
from crm.services.health.reports import ProcessReport, read_reports

_LONGEST = 5  # seconds


def test_survives_a_full_disk(tmp_path, monkeypatch):
    process = SimpleNamespace(settings=SimpleNamespace(data_dir=tmp_path), clock=SimpleNamespace(now=lambda: datetime.now(UTC)), stores={})
    monkeypatch.setattr(reports, "RENEWED_EVERY", timedelta(milliseconds=1))
    write, tries, refused_at = Path.write_text, [], []

    def refuse(path, *texts, **options):
        tries.append(path)
        if 1 < len(tries) <= 3:
            refused_at.append(datetime.now(UTC))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, *texts, **options)

    monkeypatch.setattr(Path, "write_text", refuse)
    report = ProcessReport(process, "staff")
    report.start()

    end = monotonic() + _LONGEST
    while len(tries) < 6 and monotonic() < end:
        sleep(0.001)

    (last,) = read_reports(process.settings)
    report.close()
    assert last.moment > max(refused_at)
