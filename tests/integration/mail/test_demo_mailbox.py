"""The mailbox of the demonstration, over a real connection: it lives in RAM, from the start to the end."""

import smtplib
import socket
from email.message import EmailMessage

import pytest

from crm.mail import mailbox
from crm.mail.catcher import Catcher


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mailbox"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def send(port, subject):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "lethe@example.com", "k@example.com", subject
    message["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    message.set_content("Guten Tag")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(message)


def subjects(folder):
    return [each.subject for each in mailbox.list_received(folder)]


def test_begins_empty_also_after_a_demonstration_that_was_killed(folder, port):
    mailbox.keep(folder, b"Subject: Von gestern\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n\nGuten Tag\n")

    with Catcher(folder, port=port):
        assert subjects(folder) == []
        send(port, "Von heute")
        assert subjects(folder) == ["Von heute"]


def test_is_gone_when_the_demonstration_ends(folder, port):
    with Catcher(folder, port=port):
        send(port, "Von heute")

    assert not folder.exists()
