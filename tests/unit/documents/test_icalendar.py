"""Calendars: what RFC 5545 demands of every line, and that no text means anything but itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.documents.icalendar import CalendarEvent, escape, fold, write

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def event(**facts):
    return CalendarEvent(
        **{"uid": "a@lethe", "title": "Anruf", "starts": date(2026, 12, 1), "stamped_at": AT, "url": "https://x.example/", **facts}
    )


def unfolded(calendar):
    return calendar.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_day_is_a_day_and_keeps_nobody_from_a_meeting():
    lines = unfolded(write([event()], name="Fälliges", program="Lethe"))

    assert "DTSTART;VALUE=DATE:20261201" in lines
    assert "DTEND;VALUE=DATE:20261202" in lines
    assert "TRANSP:TRANSPARENT" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


@pytest.mark.parametrize(
    ("local", "starts", "ends"),
    [
        (datetime(2026, 12, 1, 14, 30, tzinfo=BERLIN), "20261201T133000Z", "20261201T140000Z"),  # winter
        (datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN), "20260701T123000Z", "20260701T130000Z"),  # summer
    ],
)
def test_a_time_on_the_wall_is_told_in_universal_time(local, starts, ends):
    lines = unfolded(write([event(starts=local)], name="x", program="Lethe"))

    assert f"DTSTART:{starts}" in lines
    assert f"DTEND:{ends}" in lines


def test_text_means_only_itself():
    assert escape("A;B,C\\D\nE\r") == "A\\;B\\,C\\\\D\\nE"
    title = "Anruf: Nix;AG\r\nEND:VCALENDAR"

    lines = unfolded(write([event(title=title)], name="x", program="Lethe"))

    assert "SUMMARY:Anruf: Nix\\;AG\\nEND:VCALENDAR" in lines
    assert lines.count("END:VCALENDAR") == 1


@given(st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=400))
def test_no_line_is_longer_than_75_octets_and_none_loses_a_character(text):
    folded = fold(text)

    pieces = folded.split(b"\r\n")
    assert pieces.pop() == b""
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert b"".join([pieces[0], *(piece[1:] for piece in pieces[1:])]).decode() == text
