"""Mailboxes as they are and as they misbehave: a real IMAP server of others on loopback, and one that speaks from a script."""

import imaplib
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from crm.mail import Inbox
from tests.support.live_site import free_ports

USER, PASSWORD = "demouser", 'Kaktus "17" \\ Ofen'
# Each sign-in costs it half a million rounds of a hash; tests sign in hundreds of times.
_PROGRAM = """
import sys
from pysasl.hashing import BuiltinHash
BuiltinHash.__init__.__kwdefaults__["rounds"] = 1
from pymap.main import main
sys.exit(main())
"""
_PATIENCE = 20


class ImapServer:
    """A mailbox on a server that is not ours (`pymap`), in memory."""

    def __init__(self, port):
        self.port = port

    def inbox(self, **overrides):
        given = {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD, "patience": 10, "patience_in_all": 60}
        return Inbox(**given | overrides)

    def put(self, content, *, flags=None, arrived_at=None):
        """Deliver a message."""
        with self._open() as box:
            assert box.append("INBOX", flags, arrived_at, content)[0] == "OK"

    def contents(self):
        """Return the messages that lie there, the oldest first."""
        with self._open() as box:
            rows = box.fetch("1:*", "(BODY.PEEK[])")[1] if int(box.select("INBOX")[1][0]) else []
            return [row[1] for row in rows if isinstance(row, tuple)]

    def empty(self):
        with self._open() as box:
            if int(box.select("INBOX")[1][0]):
                box.store("1:*", "+FLAGS", r"(\Deleted)")
                box.expunge()

    @contextmanager
    def _open(self):
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            box.authenticate("PLAIN", lambda _challenge: f"\0{USER}\0{PASSWORD}".encode())
            yield box
        finally:
            box.logout()


@pytest.fixture(scope="session")
def running_imap_server():
    """The program, once for all tests of a process."""
    [port] = free_ports(1)
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        server = ImapServer(port)
        _await(server)
        yield server
        process.kill()  # there is nothing in it to be saved


@pytest.fixture
def imap_server(running_imap_server):
    """A mailbox with nothing in it."""
    running_imap_server.empty()
    return running_imap_server


def _await(server):
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return server.contents()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class ScriptedImapServer:
    """A server that goes silent, hangs up, refuses or drips at one command.

    Args:
        point: `greeting`, or a command: `capability`, `login`, `select`, `fetch`, `store`, `expunge`.
        manner: `hangs`, `drops`, `refuses`, `drips`, `babbles` or `floods`.
        tls: what it is spoken to by, from the first octet.
        message: the only message in the mailbox.
    """

    def __init__(self, point, manner, message=b"", *, tls=None):
        self._point, self._manner, self._message, self._tls = point, manner, message, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ended = threading.Event()
        self.said = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def inbox(self, **overrides):
        given = {"host": "127.0.0.1", "port": self.port, "user": "u", "password": "p"}
        return Inbox(**given | {"patience": 0.5, "patience_in_all": 1.5} | overrides)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._ended.set()
        self._socket.close()

    def _serve(self):
        while not self._ended.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._secure_and_speak(connection)

    def _secure_and_speak(self, connection):
        if self._tls is None:
            self._speak(connection)
            return
        with suppress(OSError), self._tls.wrap_socket(connection, server_side=True) as secured:
            self._speak(secured)

    def _speak(self, connection):
        stream = connection.makefile("rwb")
        try:
            if not self._misbehaves("greeting", "*", stream, connection):
                _say(stream, "* OK scripted")
                while (line := stream.readline()) and self._answer(line.decode(), stream, connection):
                    pass
        except OSError:
            return

    def _answer(self, line, stream, connection):
        tag, word, *_rest = line.split()
        word = line.split()[2] if word.upper() == "UID" else word
        self.said.append(word.lower())
        if self._misbehaves(word.lower(), tag, stream, connection):
            return self._manner in {"refuses", "babbles"}
        if word == "CAPABILITY":
            _say(stream, "* CAPABILITY IMAP4rev1")
        elif word == "SELECT":
            _say(stream, "* 1 EXISTS")
        elif word == "FETCH" and "SIZE" in line:
            _say(stream, f"* 1 FETCH (UID 7 RFC822.SIZE {len(self._message)})")
        elif word == "FETCH" and "HEADER" in line:
            head = self._message.partition(b"\r\n\r\n")[0][: int(line.rpartition("<0.")[2].partition(">")[0])]
            stream.write(b"* 1 FETCH (BODY[HEADER]<0> {%d}\r\n%b UID 7)\r\n" % (len(head), head))
        elif word == "FETCH":
            beginning = self._message[: int(line.rpartition("<0.")[2].partition(">")[0])]
            stream.write(b"* 1 FETCH (UID 7 BODY[]<0> {%d}\r\n%b)\r\n" % (len(beginning), beginning))
        _say(stream, f"{tag} OK done")
        return word != "LOGOUT"

    def _misbehaves(self, point, tag, stream, connection):
        if point != self._point:
            return False
        if self._manner == "hangs":
            self._ended.wait(5)
        elif self._manner == "refuses":
            _say(stream, f"{tag} NO not now")
        elif self._manner == "babbles":
            _say(stream, f"* 1 FETCH ({'x' * 40}\r\n\x00\xff)(\r\n{tag} OK what")
        elif self._manner == "floods":
            _say(stream, "* 1 FETCH (UID 7 RFC822.SIZE {1000000000}")
        elif self._manner == "drips":
            while not self._ended.wait(0.1):
                stream.write(b"*")
                stream.flush()
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # breaks off instead of saying goodbye
        return True


def _say(stream, text):
    stream.write(f"{text}\r\n".encode("latin-1"))
    stream.flush()
