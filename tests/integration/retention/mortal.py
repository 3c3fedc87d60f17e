"""A process that runs the Löschkonzept and is killed between two batches; started by `test_killed.py`."""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from crm.clock import SettableClock
from crm.privacy.erasure import eraser, run
from crm.runtime import Runtime
from crm.settings import Settings


def main():
    order = json.loads(sys.argv[1])
    paths = {name: Path(order["settings"][name]) for name in ("data_dir", "key_file", "index_dir")}
    clock = SettableClock(datetime.fromisoformat(order["now"]))
    runtime = Runtime.open(Settings(**{**order["settings"], **paths}), clock=clock)
    run._AT_ONCE, run._UNITS_IN_A_ROUND = order["at_once"], 1
    finish, calls = eraser.finish, iter(range(1_000))

    def die_before(*args, **options):
        if next(calls) == order["dies_before"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return finish(*args, **options)

    eraser.finish = die_before
    run.catch_up(runtime.database, vault=runtime.vault, clock=clock.now)


if __name__ == "__main__":
    main()
