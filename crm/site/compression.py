"""Compresses pages, with a random length, so that the length tells nobody what is in them.

A page that holds a secret and repeats what a stranger put into its address can be guessed letter by letter
from its compressed length (BREACH). Cookies with SameSite, searches that are sent as POST and tokens signed
anew every second leave little to guess; a comment of random length in the gzip header takes the rest.
"""

import secrets
import struct
import zlib
from typing import Final

from flask import Flask, Response, request

_COMPRESSIBLE: Final = frozenset({"text/html", "text/plain", "application/json", "image/svg+xml"})
_SMALLEST: Final = 1024
_LONGEST_COMMENT: Final = 96
_LEVEL: Final = 3  # the usual 6 makes a list a tenth shorter and takes several times as long
_HEADER: Final = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"  # deflate, a comment follows, no time, any system


def install(app: Flask) -> None:
    """Compress the pages of `app` for browsers that can take it."""
    app.after_request(_compress)


def gzip_with_random_length(content: bytes) -> bytes:
    """Return `content` as gzip whose length differs from call to call."""
    comment = secrets.token_hex(_LONGEST_COMMENT)[: secrets.randbelow(_LONGEST_COMMENT)].encode("ascii")
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(content) + deflate.flush()
    return _HEADER + comment + b"\x00" + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def _compress(response: Response) -> Response:
    if response.mimetype not in _COMPRESSIBLE or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if not request.accept_encodings.quality("gzip") or response.content_encoding or len(content) < _SMALLEST:
        return response
    response.set_data(gzip_with_random_length(content))
    response.content_encoding = "gzip"
    return response
