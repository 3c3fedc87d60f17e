"""QR codes as SVG inside the page: no image request, no inline style, nothing a cache could keep."""

from io import BytesIO

import segno
from markupsafe import Markup


def draw(content: str) -> Markup:
    """Return the QR code of `content`, dark on white in both themes, because scanners expect it so.

    It has a view box and no size of its own, so that it shrinks on a phone instead of being cut off.
    """
    drawing = BytesIO()
    code = segno.make(content, error="m")
    code.save(drawing, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, dark="#000", light="#fff")
    return Markup(drawing.getvalue().decode())  # noqa: S704 - drawn by segno from numbers; `content` itself is not in it
