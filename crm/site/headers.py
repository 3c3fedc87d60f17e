"""What every answer tells the browser: run only our own files, keep nothing, tell nobody.

Source: Art. 32(1)(b) DSGVO.
"""

from typing import Final

from flask import Flask, Response

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# same-origin: other sites learn no address, but a form behind TLS still says where it was sent from.
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)",
}
_HSTS: Final = "max-age=31536000"


def install(app: Flask, *, behind_tls: bool) -> None:
    """Set the headers on every answer of `app`; pages are stored nowhere unless a view says so itself."""

    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if behind_tls:
            response.headers["Strict-Transport-Security"] = _HSTS
        return response

    app.after_request(add)
