"""Handing a kept file over: it is somebody else's, so whatever opens it here may do nothing."""

from io import BytesIO
from typing import Final

from flask import Response, send_file

_HARMLESS: Final = "sandbox; default-src 'none'"


def hand_over(content: bytes, *, name: str, media_type: str) -> Response:
    """Return the answer with a file to be saved; no browser keeps it besides."""
    answer = send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = _HARMLESS
    answer.headers["Cache-Control"] = "no-store"
    return answer
