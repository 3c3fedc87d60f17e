"""Mail servers as they misbehave: real ones on loopback that count, and one that speaks from a script."""

import socket
import ssl
import threading
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crm.mail import Transport
from tests.support.live_site import free_ports


class Counter:
    """A mail server that takes everything, or answers what it is told to; it keeps whom every message was for."""

    def __init__(self):
        self.messages = []
        self.reply = "250 OK"
        self.recipient_replies = {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        reply = self.recipient_replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.messages.append((envelope.rcpt_tos[0], envelope.content))
        return self.reply

    @property
    def recipients(self):
        return [to for to, _content in self.messages]


@contextmanager
def counting_server(*, host="127.0.0.1", tls=None, **options):
    """Start a real mail server; yields (counter, transport)."""
    counter, [port] = Counter(), free_ports(1)
    controller = Controller(counter, hostname=host, port=port, tls_context=tls, **options)
    controller.start()
    try:
        yield counter, Transport(host=host, port=port, patience=10, patience_at_end=10)
    finally:
        controller.stop()


class ScriptedServer:
    """A mail server that goes silent or hangs up at one point: greeting, mail, data, content, end.

    Args:
        point: where it misbehaves; `content`: within the data, `end`: after them, before the answer.
        hangs: it goes silent instead of hanging up.
    """

    def __init__(self, point, *, hangs):
        self._point, self._hangs = point, hangs
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self.connections = 0
        self.transport = Transport(host="127.0.0.1", port=self._socket.getsockname()[1], patience=0.5, patience_at_end=0.5)
        self._thread = threading.Thread(target=self._serve, daemon=True)

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
            self.connections += 1
            with connection:
                self._speak(connection)

    def _speak(self, connection):
        stream = connection.makefile("rwb")
        try:
            if not self._misbehaves("greeting", connection):
                _say(stream, "220 scripted")
                while (line := stream.readline()) and self._answer(line, stream, connection):
                    pass
        except OSError:
            return

    def _answer(self, line, stream, connection):
        """Answer one line of the conversation; False ends it."""
        word = line[:4].lower().strip().decode()
        if self._misbehaves(word, connection):
            return False
        if word == "data":
            _say(stream, "354 go on")
            if self._misbehaves("content", connection):
                return False
            while stream.readline() not in {b".\r\n", b""}:
                pass
            if self._misbehaves("end", connection):
                return False
        _say(stream, "250 OK")
        return True

    def _misbehaves(self, point, connection):
        if point != self._point:
            return False
        if self._hangs:
            self._ended.wait(5)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # breaks off instead of saying goodbye
        return True


def _say(stream, text):
    stream.write(f"{text}\r\n".encode())
    stream.flush()


def self_signed(folder, *, host, now, days):
    """Return a TLS context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - days)
        .not_valid_after(now + days)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
