"""The way to a mailbox that is emptied by IMAP: a bounded part of each message, and each is deleted once it is settled.

Source: RFC 3501; RFC 4315 (deleting one message and no other); RFC 9051, 11.1 (TLS).
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4, IMAP4_SSL, Internaldate2tuple
from socket import SHUT_RDWR, socket
from ssl import create_default_context
from time import mktime
from typing import Any, Final

from crm.errors import CrmError, UnavailableError
from crm.mail.transport import THIS_MACHINE, RealMailInDemoError

_IMPLICIT_TLS: Final = 993
_LARGEST_ANSWER: Final = 16 * 1024 * 1024  # far more than is ever asked for
_UID: Final = re.compile(rb"\bUID (\d+)\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)\b")
_FLAGS: Final = re.compile(rb"\bFLAGS \(([^()]{0,1000})\)")
# How often a message was begun is marked beside it, by flags that every server knows and no reader sets in this order: it outlives
# who dies over it, and goes with it.
_TRIES: Final = (r"\Flagged", r"\Draft", r"\Answered")
# What `imaplib` raises besides its own errors where a server answers with something that is no IMAP.
_GARBLED: Final = (ValueError, TypeError, IndexError)


class InboxUnreachableError(UnavailableError):
    """The server does not answer, broke off, offers no TLS, or has a certificate that does not hold; nothing is lost."""

    message = "Das Ablagepostfach antwortet nicht. Es wird später noch einmal geleert."


class InboxRefusedError(CrmError):
    """The server answers and does not let us in, or not to this folder."""

    message = (
        "Der IMAP-Server lehnt die Anmeldung am Ablagepostfach ab, oder der Ordner fehlt oder darf nicht geändert werden. "
        "Prüfen Sie drop_user, drop_password_file und drop_folder."
    )


@contextmanager
def _explaining() -> Iterator[None]:
    """Tell a server that is out of reach from one that says no."""
    try:
        yield
    except IMAP4.readonly as error:
        raise InboxRefusedError from error
    except (OSError, IMAP4.abort, *_GARBLED) as error:
        raise InboxUnreachableError from error
    except IMAP4.error as error:
        raise InboxRefusedError from error


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that lies in the mailbox.

    Attributes:
        uid: its name in this mailbox; it never means another message.
        size: octets, as the server counts them.
        arrived_at: when the server took it; None where it does not say.
        tries: how often it was begun and not settled, as far as it was marked.
    """

    uid: str
    size: int
    arrived_at: datetime | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A mailbox and how to reach it. Off this machine it is not spoken to without TLS and a certificate that holds.

    Args:
        patience: seconds for each answer of the server.
        patience_in_all: seconds for everything on one line; a server that answers a byte at a time does not hold us longer.
    """

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    demo: bool = False
    patience: float = 20.0
    patience_in_all: float = 240.0

    def __post_init__(self) -> None:
        """Refuse a demonstration that would read real mail.

        Raises:
            RealMailInDemoError: the server is not on this machine.
        """
        if self.demo and self.host not in THIS_MACHINE:
            raise RealMailInDemoError

    @contextmanager
    def connect(self) -> Iterator["InboxLine"]:
        """Open the mailbox.

        Raises:
            InboxUnreachableError: no answer, no TLS, a certificate that does not hold, or a line that breaks.
            InboxRefusedError: the sign-in fails, or the folder is not there or cannot be changed.
        """
        line = self._open()
        try:
            yield line
        finally:
            line.close()

    @_explaining()
    def _open(self) -> "InboxLine":
        server = self._greet()
        try:
            return self._enter(server)
        except BaseException:
            _close(server)
            raise

    def _greet(self) -> IMAP4:
        if self.port == _IMPLICIT_TLS:
            return _TLSServer(
                self.host, self.port, ssl_context=create_default_context(), timeout=self.patience, in_all=self.patience_in_all
            )
        return _Server(self.host, self.port, timeout=self.patience, in_all=self.patience_in_all)

    def _enter(self, server: IMAP4) -> "InboxLine":
        """Sign in and open the folder."""
        if self.host not in THIS_MACHINE and self.port != _IMPLICIT_TLS:
            server.starttls(create_default_context())  # a server that does not offer it is not spoken to
        if "AUTH=PLAIN" in server.capabilities:
            server.authenticate("PLAIN", lambda _challenge: f"\0{self.user}\0{self.password}".encode())
        else:
            server.login(_quoted(self.user), self.password)
        told = b" ".join(_require(server.capability()))  # many servers say what they can do only to who has signed in
        answer, found = server.select(_quoted(self.folder))
        if answer != "OK":
            raise InboxRefusedError
        return InboxLine(server, int(found[0] or b"0"), can_name_one=b"UIDPLUS" in told.split())


class InboxLine:
    """A mailbox that is open.

    Attributes:
        count: messages that were there when it was opened.
    """

    def __init__(self, server: IMAP4, count: int, *, can_name_one: bool) -> None:
        self._server = server
        self._can_name_one = can_name_one
        self.count = count

    @_explaining()
    def find_oldest(self, most: int) -> list[Waiting]:
        """Return the oldest messages, read or not: somebody may have looked into the mailbox."""
        if not self.count:
            return []
        rows = _require(self._server.fetch(f"1:{min(self.count, most)}", "(UID RFC822.SIZE FLAGS INTERNALDATE)"))
        return [each for each in map(_waiting, rows) if each]

    @_explaining()
    def read(self, uid: str, most: int) -> bytes | None:
        """Return the beginning of a message, which stays unread; None when somebody else has deleted it."""
        rows = _require(self._server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)"))
        return next((row[1][:most] for row in rows if isinstance(row, tuple)), None)

    @_explaining()
    def read_heads(self, uids: Sequence[str], most: int) -> dict[str, bytes]:
        """Return the beginnings of the heads of messages by their names; they stay unread, and what was deleted is missing."""
        rows = _require(self._server.uid("FETCH", ",".join(uids), f"(BODY.PEEK[HEADER]<0.{most}>)"))
        # A server says the name of a message before its text or behind it.
        ends = [row if isinstance(row, bytes) else b"" for row in rows[1:]] + [b""]
        texts = [(row[0] + b" " + end, row[1]) for row, end in zip(rows, ends, strict=True) if isinstance(row, tuple)]
        return {found[1].decode(): text[:most] for said, text in texts if (found := _UID.search(said))}

    @_explaining()
    def mark(self, uid: str, tries: int) -> None:
        """Mark how often a message was begun and not settled; a server that refuses keeps it from nothing."""
        flags = " ".join(_TRIES[:tries])
        try:
            self._server.uid("STORE", uid, "FLAGS.SILENT", f"({flags})")
        except IMAP4.abort:
            raise
        except IMAP4.error:
            return

    @_explaining()
    def remove(self, uids: Sequence[str]) -> None:
        """Delete messages for good, and no other where the server can do that."""
        named = ",".join(uids)
        _require(self._server.uid("STORE", named, "+FLAGS.SILENT", r"(\Deleted)"))
        _require(self._server.uid("EXPUNGE", named) if self._can_name_one else self._server.expunge())

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        _close(self._server)


class _Guarded(IMAP4):
    """Takes no more in one piece than is ever asked for, and hangs up when its time is over, whatever the server does."""

    def __init__(self, *given: Any, in_all: float, **more: Any) -> None:
        self._watch = threading.Timer(in_all, self._hang_up)
        self._watch.daemon = True
        super().__init__(*given, **more)

    def open(self, *given: Any, **more: Any) -> None:
        super().open(*given, **more)
        self._watch.start()

    def read(self, size: int) -> bytes:
        if size > _LARGEST_ANSWER:
            raise IMAP4.abort("more than was asked for")
        return super().read(size)

    def shutdown(self) -> None:
        self._watch.cancel()
        super().shutdown()

    def _hang_up(self) -> None:
        """Wake who waits for the server; closing the line here would wait for them."""
        with suppress(OSError):
            socket.shutdown(self.sock, SHUT_RDWR)


class _Server(_Guarded):
    """A server that is greeted in the clear."""


class _TLSServer(_Guarded, IMAP4_SSL):
    """A server that is greeted by TLS."""


def _close(server: IMAP4) -> None:
    with suppress(OSError, IMAP4.error, *_GARBLED):
        server.logout()
    with suppress(OSError):
        server.shutdown()


def _require(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what a server answered.

    Raises:
        IMAP4.abort: it did not do it.
    """
    said, rows = answer
    if said != "OK":
        raise IMAP4.abort(said)
    return [row for row in rows if row is not None]


def _waiting(row: Any) -> Waiting | None:
    said = row[0] if isinstance(row, tuple) else row
    uid, size, flags = _UID.search(said), _SIZE.search(said), _FLAGS.search(said)
    if not (uid and size):
        return None
    set_flags = flags[1].decode("latin-1").split() if flags else []
    tries = next((number for number, each in enumerate(_TRIES) if each not in set_flags), len(_TRIES))
    return Waiting(uid[1].decode(), int(size[1]), _moment_in(said), tries)


def _moment_in(said: bytes) -> datetime | None:
    with suppress(LookupError, ValueError, OverflowError):
        found = Internaldate2tuple(said)
        return datetime.fromtimestamp(mktime(found), UTC) if found else None
    return None


def _quoted(text: str) -> str:
    """Return a text as IMAP wants one that may hold blanks (RFC 3501, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
