"""Is the key store the one of this installation, and is it as new as the data, and the data as new as it?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import ledger
from crm.db import Compartment, in_batches
from crm.models.account import Account
from crm.models.contact import Contact
from crm.models.lawfulness import ObjectionAct, RestrictionAct
from crm.models.request_case import RequestCase
from crm.privacy import consent, objection, restriction
from crm.privacy.actions import Action
from crm.services.accounts import addresses
from crm.services.health.findings import Finding, State
from crm.services.health.stores import Stores
from crm.services.log_signer import log_name
from crm.vault import Inspection, Right, Subject, SubjectState, TamperedError, Vault

_AT_ONCE = 5_000
# Acts that are entered in the journal of the key store before the data say them.
_JOURNALED: tuple[tuple[Right, Callable[[Session], dict[str, int]]], ...] = (
    (Right.OBJECTION, partial(objection.count_acts, acts={ObjectionAct.RAISED})),
    (Right.OBJECTION_LIFTED, partial(objection.count_acts, acts={ObjectionAct.CORRECTED, ObjectionAct.LIFTED})),
    (Right.RESTRICTION, partial(restriction.count_acts, act=RestrictionAct.IMPOSED)),
    (Right.RESTRICTION_LIFTED, partial(restriction.count_acts, act=RestrictionAct.LIFTED)),
    (Right.WITHDRAWAL, consent.count_withdrawn),
)


class KeysUnfit(Finding):
    """Keys that cannot be read, or that are older than the data; the reason says what helps."""

    check = "keys"
    state = State.WRONG
    message = "Die Schlüssel sind nicht benutzbar: %(reason)s"


class KeyStoreForeign(Finding):
    """The data were sealed with another key store."""

    check = "keys"
    state = State.WRONG
    message = (
        "Der Schlüsselspeicher gehört zu einer anderen Installation: Die Daten wurden mit einem anderen versiegelt. "
        "Berichtigen Sie keystore_url, oder holen Sie den Schlüsselspeicher aus der Schlüsselsicherung."
    )


class KeysLost(Finding):
    """Living people whose key the store has never had, or no longer has without a tombstone."""

    check = "keys"
    state = State.WRONG
    message = (
        "Der Schlüsselspeicher ist ein älterer Stand oder wurde verändert: Schlüssel fehlen darin (betroffene Personen: %(count)s). "
        "Holen Sie den aktuellen Stand aus der Schlüsselsicherung."
    )


class TombstonesLost(Finding):
    """Erased people that the key store does not know as erased: an older copy could hold their keys."""

    check = "keys"
    state = State.WRONG
    message = (
        "Der Schlüsselspeicher ist ein älterer Stand: Löschvermerke fehlen darin (betroffene Personen: %(count)s). "
        "Holen Sie den aktuellen Stand aus der Schlüsselsicherung."
    )


class SourcesLost(Finding):
    """Records of erased people that an import would take in again, since the key store no longer recognises them."""

    check = "keys"
    state = State.WRONG
    message = (
        "Der Schlüsselspeicher ist ein älterer Stand oder wurde verändert: Vermerke über Datensätze Gelöschter aus anderen Systemen fehlen "
        "darin (%(count)s). Ein Import könnte Gelöschte wieder aufnehmen. Holen Sie den aktuellen Stand aus der Schlüsselsicherung."
    )


class RightsLost(Finding):
    """Acts that the data know and the journal does not, though it is written first."""

    check = "keys"
    state = State.WRONG
    message = (
        "Der Schlüsselspeicher ist ein älterer Stand, oder jemand hat in der Datenbank etwas eingefügt: Widersprüche, Widerrufe oder "
        "Einschränkungen fehlen darin (betroffene Personen: %(count)s). "
        "Holen Sie den aktuellen Stand aus der Schlüsselsicherung, oder klären Sie, wer die Datenbank geändert hat."
    )


class ErasedPeopleBack(Finding):
    """Data that were set back behind an erasure; the values stay dark, because the keys are gone."""

    check = "keys"
    state = State.WRONG
    message = (
        "Die Datenbank ist älter als der Schlüsselspeicher: Gelöschte stehen wieder darin (betroffene Personen: %(count)s). "
        "Spielen Sie die neueste Sicherung der Daten ein."
    )


@dataclass(slots=True)
class _Keyless:
    """People of whom data and key store say different things."""

    lost: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    unburied: list[str] = field(default_factory=list)


def examine_keys(stores: Stores) -> Iterator[Finding]:
    """Look whether the key store opens what the data hold and knows what the data know.

    Raises:
        KeyUnavailableError, KeysOlderThanDataError: the same refusals that a start gives.
    """
    inspection = stores.vault.inspect()
    with stores.database.reading() as session:
        if _is_of_another_log(session, stores.vault) or inspection.is_unused():
            yield KeyStoreForeign()
            return
        inspection.require_epoch_key()
        stores.vault.check_generation(session)
        if not _opens_staff(session, inspection):
            yield KeyStoreForeign()
            return
    yield from _compare_people(stores, inspection)
    yield from _compare_rights(stores, inspection)
    yield from _compare_sources(stores, inspection)


def examine_keys_alone(stores: Stores) -> Iterator[Finding]:
    """Look whether the epoch key can be had, where no database says what else the key store should hold.

    Raises:
        KeyUnavailableError: the same refusal that a start gives.
    """
    stores.vault.inspect().require_epoch_key()
    yield from ()


def _is_of_another_log(session: Session, vault: Vault) -> bool:
    """Say whether the log was signed in the name of another installation; needs no key."""
    note = ledger.last_checkpoint_note(session.connection())
    return note is not None and ledger.origin_of(note) != log_name(vault.installation_id)


def _opens_staff(session: Session, inspection: Inspection) -> bool:
    """Say whether the key of the installation opens the address of the first account, where there is one."""
    account = session.scalars(select(Account).order_by(Account.created_at, Account.id).limit(1)).first()
    if account is None:
        return True
    if not inspection.has_installation_key():
        return False
    try:
        addresses.email_of(session, account)
    except TamperedError:
        return False
    return True


def _compare_people(stores: Stores, inspection: Inspection) -> Iterator[Finding]:
    found = _Keyless()
    last = ""
    while True:
        with stores.database.reading() as session:
            page = select(Subject.id, Subject.state).where(Subject.id > last).order_by(Subject.id).limit(_AT_ONCE)
            rows = session.execute(page).all()
        _sort_out([(subject_id, SubjectState(state)) for subject_id, state in rows], inspection, found)
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1].id
    known = _without_strangers(stores, inspection, found.lost)
    # Asked again: who was erased between both questions is no longer living now.
    lost, back = _still_living(stores, known), _still_living(stores, found.back)
    if lost:
        yield KeysLost(count=lost)
    if back:
        yield ErasedPeopleBack(count=back)
    if found.unburied:
        yield TombstonesLost(count=len(found.unburied))


def _sort_out(people: list[tuple[str, SubjectState]], inspection: Inspection, found: _Keyless) -> None:
    living = [subject_id for subject_id, state in people if state is SubjectState.LIVING]
    erased = [subject_id for subject_id, state in people if state is SubjectState.ERASED]
    buried = inspection.find_buried(living + erased)
    with_key = inspection.find_with_key(living)
    found.lost += [each for each in living if each not in with_key and each not in buried]
    found.back += [each for each in living if each in buried]
    found.unburied += [each for each in erased if each not in buried]


def _without_strangers(stores: Stores, inspection: Inspection, subject_ids: list[str]) -> list[str]:
    """Leave out who asked for something and is nobody we know: they have the key of their case, and a profile never was.

    Of whose file the period has ended, the tombstone of that key is left.
    """
    with_case_key = inspection.find_with_key(subject_ids, compartment=Compartment.CASE)
    buried = inspection.find_buried(subject_ids, compartment=Compartment.CASE)
    strangers: set[str] = set()
    for some in in_batches(sorted(with_case_key), size=_AT_ONCE):
        asked = select(RequestCase.subject_id).outerjoin(Contact, Contact.subject_id == RequestCase.subject_id)
        with stores.database.reading() as session:
            strangers.update(session.scalars(asked.where(RequestCase.subject_id.in_(some), Contact.subject_id.is_(None))))
    for some in in_batches(sorted(buried), size=_AT_ONCE):
        with stores.database.reading() as session:
            known = set(session.scalars(select(Contact.subject_id).where(Contact.subject_id.in_(some))))
        strangers.update(each for each in some if each not in known)
    return [each for each in subject_ids if each not in strangers]


def _still_living(stores: Stores, subject_ids: list[str]) -> int:
    living = 0
    for some in in_batches(subject_ids, size=_AT_ONCE):
        with stores.database.reading() as session:
            asked = select(Subject.id).where(Subject.id.in_(some), Subject.state == SubjectState.LIVING)
            living += len(session.scalars(asked).all())
    return living


def _compare_rights(stores: Stores, inspection: Inspection) -> Iterator[Finding]:
    missing: set[str] = set()
    for right, count in _JOURNALED:
        with stores.database.reading() as session:
            in_data = count(session)
        in_journal = inspection.count_rights(right)  # read after the data, because it is written before them
        missing |= {subject_id for subject_id, times in in_data.items() if in_journal.get(subject_id, 0) < times}
    if missing:
        yield RightsLost(count=len(missing))


def _compare_sources(stores: Stores, inspection: Inspection) -> Iterator[Finding]:
    """Compare in numbers alone: an entry that named the record would let it be told whose it was."""
    with stores.database.reading() as session:
        entered = ledger.sum_counts(session, Action.ERASURE_KEY_DESTROYED)
    missing = entered - inspection.count_sources()  # read after the log, because they are written before it
    if missing > 0:
        yield SourcesLost(count=missing)
