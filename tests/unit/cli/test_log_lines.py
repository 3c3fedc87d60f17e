"""Log lines hold no personal data (Art. 5(1)(c), 32(1) DSGVO)."""

import io
import json
import sys

import pytest
import structlog

from crm.cli import log_lines


def redacted(**line):
    return log_lines.redact(None, "info", line)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("erika.muster@example.com", "[address]"),
        ("sent to <erika@example.com>", "sent to <[address]>"),
        (b"sealed", "[6 bytes]"),
        ("x" * 301, "[301 characters]"),
        ("x" * 300, "x" * 300),
        (7, 7),
        (None, None),
    ],
)
def test_what_could_be_personal_is_taken_out(value, shown):
    assert redacted(value=value) == {"value": shown}


def test_an_exception_keeps_its_lines_and_loses_addresses():
    text = "Traceback\n" + "line\n" * 100 + "ValueError: erika@example.com"

    assert redacted(exception=text)["exception"].endswith("ValueError: [address]")


def test_lines_go_to_standard_error_as_json(monkeypatch):
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    log_lines.configure()

    structlog.get_logger().info("worker.started", jobs=3)

    line = json.loads(errors.getvalue())
    assert (line["event"], line["jobs"], line["level"]) == ("worker.started", 3, "info")
