"""What has arrived at a real mail server, as its readers see it."""

import re
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

_PATIENCE = 40  # seconds, on a loaded machine; an idle one takes three
_PAUSE = 0.05


class Letters:
    """The mailboxes behind a mail server that counts (`tests.support.mail_servers`)."""

    def __init__(self, counter) -> None:
        self._counter = counter

    def to(self, address: str) -> list[EmailMessage]:
        """Return what has arrived for an address, the oldest first."""
        return [message_from_bytes(content, policy=default) for to, content in list(self._counter.messages) if to == address]

    def await_one(self, address: str, subject: str) -> EmailMessage:
        """Wait for the letter with this pattern in its subject; there is one."""
        deadline = time.monotonic() + _PATIENCE
        while not (found := list(self._about(address, subject))):
            if time.monotonic() > deadline:
                pytest.fail(f"No mail about “{subject}” for {address}, only {[str(each['Subject']) for each in self.to(address)]}.")
            time.sleep(_PAUSE)
        [letter] = found
        return letter

    def _about(self, address: str, subject: str) -> Iterator[EmailMessage]:
        return (each for each in self.to(address) if re.search(subject, each["Subject"]))


def text_of(letter: EmailMessage) -> str:
    """Return the text of a letter, with line ends of one kind."""
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def link_in(letter: EmailMessage, path: str) -> str:
    """Return the address in a letter whose path begins with this letter, such as `b` for a confirmation."""
    [link] = re.findall(rf"https?://\S+/{path}/\S+", text_of(letter))
    return link
