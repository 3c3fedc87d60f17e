"""A program that empties the drop mailbox and dies by SIGKILL at the point it is told to: also before what it sends to the IMAP server."""

import imaplib
from datetime import datetime

from crm.cli import log_lines
from crm.clock import SettableClock
from crm.jobs.dropping import fetch
from crm.runtime import Runtime
from crm.settings import Settings
from tests.support.mortal import Life, live_by_orders


def live(order):
    log_lines.configure()  # away from standard output, which is for answers
    runtime = Runtime.open(Settings(**order["settings"]), clock=SettableClock(datetime.fromisoformat(order["now"])))
    Life(order.get("dies_before")).watch(imaplib.IMAP4, "send")
    fetch(runtime)


if __name__ == "__main__":
    live_by_orders(live)
