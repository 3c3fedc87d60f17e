"""Are sealed values what Lethe wrote? A sample is opened without being shown, and compared with the log."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from crm.actor import Actor
from crm.db import Database
from crm.privacy import integrity
from crm.services.health.findings import Finding, State, in_both, some_of

_MOST_PEOPLE = 25_000  # opened in seconds; of more, a sample


class SealedValuesTampered(Finding):
    """Values that do not open: changed, moved, or sealed with a key that is not theirs."""

    check = "sealed_values"
    state = State.WRONG
    message = (
        "Geprüft sind %(values)s versiegelte Werte von %(people)s der %(living)s Personen. "
        "Nicht zu öffnen, weil außerhalb von Lethe verändert: %(count)s (Kennung %(subjects)s). "
        "Stellen Sie sie aus einer Sicherung wieder her."
    )


class SealedValuesPutBack(Finding):
    """Values that open and are not the ones the log names as the newest."""

    check = "sealed_values"
    state = State.WRONG
    message = (
        "Verglichen sind %(compared)s versiegelte Werte von %(people)s der %(living)s Personen mit dem Protokoll. Nicht die zuletzt "
        "eingetragenen, sondern ältere: %(count)s (Kennung %(subjects)s). Prüfen Sie die Angaben, und klären Sie die Ursache."
    )


class SealedValuesMissing(Finding):
    """Values that the log names as the newest and that are not there: emptied, or gone with their row."""

    check = "sealed_values"
    state = State.WRONG
    message = (
        "Verglichen sind %(compared)s versiegelte Werte von %(people)s der %(living)s Personen mit dem Protokoll. "
        "Eingetragen und nicht mehr da, weil außerhalb von Lethe geleert: %(count)s (Kennung %(subjects)s). "
        "Stellen Sie sie aus einer Sicherung wieder her."
    )


class PeopleVanished(Finding):
    """People who were taken in, whom nobody erased, and of whom the database holds nothing."""

    check = "sealed_values"
    state = State.WRONG
    message = (
        "Personen, die laut Protokoll aufgenommen und nie gelöscht wurden, fehlen in der Datenbank: %(count)s (Kennung %(subjects)s). "
        "Stellen Sie sie aus einer Sicherung wieder her, und klären Sie, wer sie entfernt hat."
    )


class SealedValuesUnexamined(Finding):
    """Without the right keys nothing opens, and that says nothing about the values."""

    check = "sealed_values"
    state = State.HINT
    message = "Die versiegelten Werte sind nicht geprüft, weil der Schlüsselspeicher nicht passt."


class SealedValuesSound(Finding):
    """What was opened opens, and is what the log says."""

    check = "sealed_values"
    state = State.OK
    message = (
        "Geprüft sind %(values)s versiegelte Werte von %(people)s der %(living)s Personen: "
        "Alle lassen sich öffnen, %(compared)s stimmen mit dem Protokoll überein. "
        "Nicht verglichen: %(uncovered)s, weil kein Eintrag sie nennt, und %(left_out)s, weil sie nicht in der Stichprobe sind."
    )


def examine_sealed_values(database: Database, *, actor: Actor, now: datetime, at_most: int = _MOST_PEOPLE) -> Iterator[Finding]:
    """Examine all living people, or a random sample of `at_most`; leaves an entry in the log.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    with database.reading() as session:
        sample, total = integrity.choose(session, at_most=at_most), integrity.count_values(session)
        vanished = integrity.find_vanished(session)
    found = _examine(database, sample.subject_ids, actor=actor, now=now)
    again = _examine(database, found.suspects, actor=actor, now=now) if found.suspects else found
    facts = {"values": found.values, "compared": found.compared, "people": len(sample.subject_ids), "living": sample.living}
    wrong: list[Finding] = [
        kind(**facts, count=sum(counts.values()), subjects=some_of(counts)) for kind, counts in _both_times(found, again) if counts
    ]
    if vanished:
        wrong.append(PeopleVanished(count=len(vanished), subjects=some_of(vanished)))
    left_out = max(0, total - found.values)
    yield from wrong or [SealedValuesSound(**facts, uncovered=found.values - found.compared, left_out=left_out)]


def _both_times(found: integrity.Examined, again: integrity.Examined) -> Iterator[tuple[type[Finding], dict[str, int]]]:
    yield SealedValuesTampered, in_both(found.unopened, again.unopened)
    yield SealedValuesPutBack, in_both(found.put_back, again.put_back)
    yield SealedValuesMissing, in_both(found.missing, again.missing)


def _examine(database: Database, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> integrity.Examined:
    with database.reading() as session:
        return integrity.examine(session, subject_ids=subject_ids, actor=actor, now=now)
