"""A member of staff in front of a running site, as the network sees them: cookies, forms, and the process that answers."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LISTED = re.compile(r'href="/contacts/([0-9a-f]{32})"')
_ATTEMPTS = 200
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_SCRIPT = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Visitor:
    """Asks one process of the site, over a connection that stays with it; several can share one sign-in.

    Attributes:
        process: the id of the process that has to answer; None: whichever does.
    """

    def __init__(self, port: int, *, process: int | None = None, cookies: dict[str, str] | None = None) -> None:
        self.process = process
        self._port = port
        self._cookies = {} if cookies is None else cookies
        self._connection: HTTPConnection | None = None
        self._token: str | None = None

    def with_process(self, process: int) -> "Visitor":
        """Return the same member of staff in front of another process."""
        return Visitor(self._port, process=process, cookies=self._cookies)

    def sign_in(self, email: str, password: str, code: str) -> None:
        """Sign in with both factors."""
        self.send("/sign-in", {"email": email, "password": password}, form="/sign-in", expected=303)
        self.send("/sign-in/code", {"code": code}, form="/sign-in/code", expected=303)

    def get(self, path: str) -> str:
        """Return a page."""
        return self._ask("GET", path, expected=200)

    def send(self, path: str, fields: Mapping[str, str], *, form: str, expected: int, headers: Mapping[str, str] | None = None) -> str:
        """Send a form with the token that the page `form` gave."""
        token = self._token_of(self.get(form))
        return self._ask("POST", path, urlencode({"csrf_token": token, **fields}), {**_FORM, **(headers or {})}, expected=expected)

    def search(self, words: str) -> list[str]:
        """Search as script does while somebody types; return the pseudonyms of the page in their order."""
        self._token = self._token or self._token_of(self.get("/contacts"))
        fields = urlencode({"csrf_token": self._token, "q": words})
        return listed(self._ask("POST", "/contacts/search", fields, {**_FORM, **_SCRIPT}, expected=200))

    def edit(self, subject_id: str, **changes: str) -> None:
        """Open the form of a contact, change some fields and save it."""
        path = f"/contacts/{subject_id}/edit"
        self._ask("POST", path, urlencode({**fields_of(self.get(path)), **changes}), _FORM, expected=303)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def _token_of(self, page: str) -> str:
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError("the page has no form")
        return found[1]

    def _ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None, *, expected: int) -> str:
        for _ in range(_ATTEMPTS):
            connection = self._connection or self._connect()
            if connection is None:
                continue
            try:
                answer, text = self._exchange(connection, method, path, body, headers)
            except (HTTPException, ConnectionError):
                self._connection = None  # the server ends connections that were idle
                continue
            if answer.status != expected:
                raise RuntimeError(f"{method} {path} answered {answer.status}")
            return text
        raise RuntimeError(f"process {self.process} does not answer")

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, body: str | None, headers: Mapping[str, str] | None
    ) -> tuple[HTTPResponse, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        return answer, answer.read().decode()

    def _connect(self) -> HTTPConnection | None:
        """Connect, and keep the connection only if it is the asked process that took it."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("GET", "/staff-notice")
        connection.getresponse().read()
        if self.process is None or _has_other_end(self.process, connection):
            self._connection = connection
            return connection
        connection.close()
        return None


def fields_of(page: str) -> dict[str, str]:
    """Return the fields of the forms of a page with what stands in them."""
    form = _Form()
    form.feed(page)
    return form.fields


def listed(page: str) -> list[str]:
    """Return the pseudonyms that a list shows, in its order."""
    return list(dict.fromkeys(_LISTED.findall(page)))


def _has_other_end(process: int, connection: HTTPConnection) -> bool:
    """Say whether the other end of a local connection is open in a process, as the kernel tells it."""
    if connection.sock is None:
        return False
    ours, theirs = (f":{name[1]:04X}" for name in (connection.sock.getsockname(), connection.sock.getpeername()))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(theirs) and row[2].endswith(ours)}
    return any(_target(each) in sockets for each in Path(f"/proc/{process}/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


class _Form(HTMLParser):
    """The fields of the forms of a page with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name") and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.fields[str(given["name"])] = given.get("value") or ""
        elif tag == "select":
            self._select = given.get("name") or ""
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = given.get("value") or ""
