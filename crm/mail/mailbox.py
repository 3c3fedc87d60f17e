"""The mailbox of the demonstration: what Lethe sends lands in RAM on this machine and nowhere else."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that arrived."""

    to: str
    subject: str
    text: str
    sent_at: datetime


def keep(folder: Path, content: bytes) -> None:
    """Keep one mail as it arrived; the oldest make room."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    older = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    for file in older[: max(len(older) - _KEPT + 1, 0)]:
        file.unlink(missing_ok=True)
    file = folder / f"{secrets.token_hex(8)}.eml"
    file.touch(mode=0o600)
    file.write_bytes(content)


def empty(folder: Path) -> None:
    """Forget every mail: the mailbox begins empty with each start, and nothing stays in RAM after the end."""
    shutil.rmtree(folder, ignore_errors=True)


def list_received(folder: Path) -> Sequence[Received]:
    """Return what arrived, the newest first."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [_read(file.read_bytes()) for file in files]


def _read(content: bytes) -> Received:
    message = message_from_bytes(content, _class=EmailMessage, policy=default)
    body = message.get_body(preferencelist=("plain",))
    return Received(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
        sent_at=parsedate_to_datetime(str(message["Date"])),
    )
