"""A job that fails harms no other, is counted, and its log line tells nothing about people (Art. 32(1)(b), 5(1)(c) DSGVO)."""

from structlog.testing import capture_logs

from crm.errors import CrmError, UnavailableError
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


class TestRefusal:
    """What only a person can put right is said once, and not every second."""

    def test_is_logged_once_with_its_sentence_and_tried_again_after_a_rest(self):
        told, job, seconds = [], Job(), [0.0]
        attempt = Attempts(lambda _name, number: told.append(number), monotonic=lambda: seconds[0]).make("ledger.seal", job)
        job.error = CrmError()

        with capture_logs() as lines:
            for _ in range(180):
                attempt()
                seconds[0] += 1

        assert [(line["event"], line["sentence"]) for line in lines] == [("job.refused", CrmError.message)]
        assert told == [1, 2, 3, 4]

    def test_that_is_put_right_is_forgotten(self):
        told, job, seconds = [], Job(), [0.0]
        attempt = Attempts(lambda _name, number: told.append(number), monotonic=lambda: seconds[0]).make("ledger.seal", job)

        with capture_logs() as lines:
            for error in (CrmError(), CrmError(), None, CrmError()):
                job.error = error
                attempt()
                seconds[0] += 61

        assert told == [1, 2, 0, 1]
        assert len(lines) == 2
