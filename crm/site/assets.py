"""Stylesheet, script and icons, read once and kept compressed in memory.

The address of a file holds a hash of its content, so browsers may keep it for a year and a new release is
seen at once.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

_FOLDER = Path(__file__).parent / "static"
_TEXT = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}
_YEAR = "public, max-age=31536000, immutable"
_SMALLEST_WORTH_COMPRESSING = 512


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    compressed: bytes | None
    media_type: str
    version: str


def install(app: Flask) -> None:
    """Serve the static files of the site package and give templates `asset(name)`."""
    assets = _read(_FOLDER)

    def serve(filename: str) -> Response:
        if filename not in assets:
            abort(404)
        return _answer(assets[filename])

    @cache
    def asset(name: str) -> str:
        """Return the address of a file; built once, because a list shows hundreds of icons."""
        return url_for("static", filename=name, v=assets[name].version)

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve)
    app.jinja_env.globals["asset"] = asset


def _read(folder: Path) -> Mapping[str, Asset]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _load(path) for path in files}


def _load(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = _TEXT.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    worth_it = path.suffix in _TEXT and len(content) >= _SMALLEST_WORTH_COMPRESSING
    return Asset(
        content=content,
        compressed=gzip.compress(content, compresslevel=9, mtime=0) if worth_it else None,
        media_type=media_type,
        version=hashlib.sha256(content).hexdigest()[:12],
    )


def _answer(asset: Asset) -> Response:
    compressed = asset.compressed if request.accept_encodings.quality("gzip") else None
    response = Response(compressed or asset.content, content_type=asset.media_type)
    response.vary.add("Accept-Encoding")
    if compressed:
        response.content_encoding = "gzip"
    response.headers["Cache-Control"] = _YEAR if request.args.get("v") == asset.version else "no-cache"
    response.set_etag(f"{asset.version}{'-gzip' if compressed else ''}")
    response.make_conditional(request)
    return response
