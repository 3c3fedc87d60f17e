"""A mail server that takes everything and remembers it, where no wire is needed."""

from contextlib import contextmanager

from crm.mail import MailState, Outcome


class MailServer:
    """The server and a line to it in one."""

    is_usable = True

    def __init__(self):
        self.taken = []

    @contextmanager
    def connect(self):
        yield self

    def hand_over(self, message):
        self.taken.append(message)
        return Outcome(MailState.ACCEPTED, 250)

    def subjects(self):
        return [message["Subject"] for message in self.taken]
