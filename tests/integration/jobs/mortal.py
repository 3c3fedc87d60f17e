"""A worker on an installation of a test, with one more job: a daily one that writes into a diary and takes the time it is told to.

Its log lines go to standard output, one JSON object each, for the test to follow.
"""

import json
import sys
import time
from pathlib import Path

import structlog

from crm.jobs import slots, worker
from crm.jobs.slots import CatchUp, Period, Slotted
from crm.runtime import Runtime
from crm.settings import Settings


def main():
    order = json.loads(sys.argv[1])
    diary = Path(order["diary"])

    def work(slot):
        with diary.open("a", encoding="utf-8") as file:
            file.write(f"begun {slot.name}\n")
        time.sleep(order["takes"])
        with diary.open("a", encoding="utf-8") as file:
            file.write(f"done {slot.name}\n")

    look = slots.find_due

    def say_what_is_due(job, *given, **more):
        due = look(job, *given, **more)
        if job.name == "test":
            structlog.get_logger().info("test.due" if due else "test.nothing_due")
        return due

    slots.find_due = say_what_is_due
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(sys.stdout))
    jobs = worker._jobs
    worker._jobs = lambda *given: (*jobs(*given), Slotted("test", work, Period.DAILY, CatchUp.EVERY))
    runtime = Runtime.open(Settings(**order["settings"]))
    worker.run(runtime, note_failures=lambda _name, _number: None)
    runtime.close()


if __name__ == "__main__":
    main()
