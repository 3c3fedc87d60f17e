"""A program that delivers what is in the outbox and dies by SIGKILL at the point it is told to: also before what it sends to the mail
server or reads from it.
"""

import smtplib
from datetime import datetime

from crm.cli import log_lines
from crm.clock import SettableClock
from crm.mail import Transport
from crm.privacy import post
from crm.runtime import Runtime
from crm.settings import Settings
from tests.support.mortal import Life, live_by_orders


def live(order):
    log_lines.configure()  # away from standard output, which is for answers
    now = datetime.fromisoformat(order["now"])
    runtime = Runtime.open(Settings(**order["settings"]), clock=SettableClock(now))
    Life(order.get("dies_before")).watch(smtplib.SMTP, "send", "getreply")
    post.deliver(runtime.database, Transport(host="127.0.0.1", port=order["port"]), sender="lethe@firma.example", now=now)


if __name__ == "__main__":
    live_by_orders(live)
