"""A job that fails harms no other, is counted, and its log line tells nothing about people (Art. 32(1)(b), 5(1)(c) DSGVO)."""

from structlog.testing import capture_logs

from crm.errors import UnavailableError
from crm.jobs.attempts import Attempts


class Job:
    def __init__(self):
        self.error = None

    def __call__(self):
        if self.error:
            raise self.error


def test_failures_in_a_row_are_counted_until_it_works_again():
    told, job = [], Job()
    attempt = Attempts(lambda name, number: told.append((name, number))).make("mail.send", job)

    for error in (None, ValueError(), ValueError(), None, None):
        job.error = error
        attempt()

    assert told == [("mail.send", 1), ("mail.send", 2), ("mail.send", 0)]


def test_the_log_says_where_and_not_what():
    job = Job()
    job.error = ValueError("Ottilie Zwirnemann")

    with capture_logs() as lines:
        Attempts(lambda _name, _number: None).make("mail.send", job)()

    [line] = lines
    assert (line["event"], line["job"], line["reason"]) == ("job.failed", "mail.send", "ValueError")
    assert "test_attempts.__call__" in line["where"]
    assert "Zwirnemann" not in repr(line)


def test_a_store_that_is_out_of_reach_is_no_failure_of_the_job():
    told, job = [], Job()
    job.error = UnavailableError()

    with capture_logs() as lines:
        Attempts(lambda name, number: told.append((name, number))).make("ledger.seal", job)()

    assert (told, [line["event"] for line in lines]) == ([], ["job.postponed"])
