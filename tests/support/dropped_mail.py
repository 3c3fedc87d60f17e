"""Mail as staff drop it: sent with the drop address in BCC, forwarded in the ways of several programs, redirected."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

DROP = "ablage-7f3kq9x2m5w8@firma.example"
VERA = "vera.kunze@firma.example"
CUSTOMER = "wehmeier@example.com"


def compose(
    now: datetime, *, text="Guten Tag,\n\nanbei das Angebot.", html=None, message_id=None, attachments=(), **headers
) -> EmailMessage:
    """Return a mail from Vera to a customer, as it was delivered; headers are given as `to=…`, and left out with None."""
    message = EmailMessage(policy=SMTP)
    given = {
        "from": VERA,
        "to": CUSTOMER,
        "subject": "Angebot 4711",
        "date": format_datetime(now),
        "message-id": message_id or make_msgid(),
        "delivered-to": DROP,
    }
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value is not None:
            message[name] = value
    if text is not None:
        message.set_content(text)
    if html is not None:
        (message.add_alternative if text is not None else message.set_content)(html, subtype="html")
    for name in attachments:
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename=name)
    return message


def forwarded_as_part(now, inner, **headers):
    """Return a mail to the drop address that carries another one."""
    outer = compose(now, **{"to": DROP, "subject": "Fwd: Anfrage", "text": "Zur Ablage.", **headers})
    outer.add_attachment(inner)
    return outer


OUTLOOK = """\
Bitte ablegen.

-- \n\
Vera Kunze

________________________________
Von: Katharina Wehmeier <wehmeier@example.com>
Gesendet: Montag, 23. November 2026 09:12
An: Vera Kunze <vera.kunze@firma.example>
Betreff: Anfrage Förderband

Guten Tag Frau Kunze,

wir brauchen ein Band.

Von: Vera Kunze <vera.kunze@firma.example>
Gesendet: Freitag, 20. November 2026 10:00
An: Katharina Wehmeier <wehmeier@example.com>
Betreff: Alt

Ganz alter Text.
"""
GMAIL = """\
---------- Forwarded message ---------
From: Katharina Wehmeier <wehmeier@example.com>
Date: Mon, Nov 23, 2026 at 9:12 AM
Subject: Anfrage Förderband
To: <vera.kunze@firma.example>


wir brauchen ein Band.
"""
THUNDERBIRD = """\


-------- Weitergeleitete Nachricht --------
Betreff: \tAnfrage Förderband
Datum: \tMon, 23 Nov 2026 09:12:00 +0100
Von: \tKatharina Wehmeier <wehmeier@example.com>
An: \tvera.kunze@firma.example



wir brauchen ein Band.
"""
APPLE = """\

> Anfang der weitergeleiteten Nachricht:
>
> Von: Katharina Wehmeier <wehmeier@example.com>
> Betreff: Anfrage Förderband
> Datum: 23. November 2026 um 09:12:00 MEZ
> An: vera.kunze@firma.example
>
> wir brauchen ein Band.
"""
