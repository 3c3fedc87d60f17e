"""The vault of one process: everything the other floors may ask of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from crm.clock import Clock
from crm.db import Compartment, insert_rows
from crm.vault import destruction, journal, named_secrets, opening, write_guard
from crm.vault.destruction import Destruction
from crm.vault.envelope import DataKey, Place, key_version_of
from crm.vault.epochs import LEASE, EpochKeys
from crm.vault.errors import KeysOlderThanDataError, TamperedError
from crm.vault.freshness import Freshness
from crm.vault.inspection import Inspection
from crm.vault.intake import IntakeKey, open_intake
from crm.vault.journal import RightsEntry
from crm.vault.key_cache import KeyCache, KeyId
from crm.vault.key_making import KeyMaker
from crm.vault.keyring import Keyring
from crm.vault.named_secrets import (
    INSTALLATION,
    INTAKE,
    SOURCE,
    SUPPRESSION,
    THROTTLE,
    NamedSecrets,
    site_secret,
)
from crm.vault.opening import Columns
from crm.vault.padding import Padding
from crm.vault.provider import KeyProvider
from crm.vault.store import KeyStore
from crm.vault.tables import Subject, SubjectState
from crm.vault.tags import SealedRow, Tags

EQUIPMENT: Final = "vault"
_PATIENCE: Final = 10.0


class Vault:
    """Seals, opens and forgets. Open one per process, after the fork; threads share it.

    Nothing is read when it is made, so that a process whose key provider is down still takes objections in.
    """

    def __init__(self, *, keystore: Engine, provider: KeyProvider, clock: Clock, lease: timedelta = LEASE) -> None:
        self._store = KeyStore(keystore)
        self._epochs = EpochKeys(self._store, provider, clock=clock, lease=lease)
        self._cache = KeyCache()
        self._freshness = Freshness(self._store, self._epochs, forget=self._forget)
        self._keyring = Keyring(self._store, self._epochs, self._cache, self._freshness)
        self._maker = KeyMaker(self._store, self._epochs, self._keyring)
        self._secrets = NamedSecrets(self._store, self._epochs, self._freshness, clock=clock)
        self._tags = Tags(self._secrets)
        self.row_seal, self.bears_seal = self._tags.row_seal, self._tags.bears_seal

    @staticmethod
    def of(session: Session) -> "Vault":
        """Return the vault of the process that opened this session."""
        return cast("Vault", session.info[EQUIPMENT])

    @property
    def installation_id(self) -> str:
        """The random name of this installation."""
        return self._store.installation_id

    def inspect(self) -> Inspection:
        """Return what may be asked of the key store without changing it."""
        return Inspection(self._store, self._epochs, self._secrets)

    def prepare(self) -> None:
        """Make the secrets every installation needs; afterwards the intake works without the key provider."""
        for name in (INSTALLATION, INTAKE, SUPPRESSION, THROTTLE, SOURCE, *SealedRow):
            self._secrets.newest(name)

    def refresh(self) -> None:
        """Forget keys that were destroyed elsewhere or whose lease has ended; belongs to the start of each transaction."""
        self._freshness.check()

    def close(self) -> None:
        """Forget every key."""
        self._forget()
        self._epochs.clear()

    def check_generation(self, session: Session) -> None:
        """Refuse to work with a key store older than the data.

        Raises:
            KeysOlderThanDataError: the data name a key number the key store has not reached.
        """
        if (session.execute(select(func.max(Subject.key_number))).scalar() or 0) > self._store.state().high_water:
            raise KeysOlderThanDataError

    def create(self, session: Session, subject_ids: Sequence[str], *, compartments: Collection[Compartment], now: datetime) -> None:
        """Make new people with keys for these compartments; their write has begun.

        The keys are durable before the first row is written: data without a key would be lost, a key without
        data is swept.
        """
        numbers = self._maker.make_missing(subject_ids, compartments, now=now)
        rows = [
            {"id": each, "state": SubjectState.LIVING.value, "write_seq": 0, "key_number": numbers.get(each, 0), "created_at": now}
            for each in subject_ids
        ]
        insert_rows(session.connection(), Subject, rows)
        write_guard.note_begun(session, subject_ids)

    def add_keys(self, session: Session, subject_ids: Sequence[str], *, compartments: Collection[Compartment], now: datetime) -> None:
        """Make the keys that living people lack for these compartments; their write has begun.

        A compartment other than the profile gets a new key after its old one was destroyed by its rule.

        Raises:
            ErasedError: one of these people is erased.
        """
        self.begin_write(session, subject_ids)
        numbers = self._maker.make_missing(subject_ids, compartments, now=now)
        if numbers:
            session.execute(update(Subject), [{"id": each, "key_number": number} for each, number in numbers.items()])

    def begin_write(self, session: Session, subject_ids: Sequence[str]) -> None:
        """Begin a write about these people, or refuse; needed once per transaction before `seal`.

        Raises:
            ErasedError: one of them is being erased, is erased, or never existed.
        """
        write_guard.begin_write(session, subject_ids)

    # Writes to what is kept beyond an erasure begin with this one.
    begin_kept_write = staticmethod(write_guard.begin_kept_write)

    def sweep_orphans(self, session: Session, *, older_than: datetime) -> int:
        """Remove keys made before `older_than` whose subject was never written; return how many."""
        return self._maker.sweep_orphans(session, older_than=older_than)

    def seal(self, session: Session, place: Place, content: bytes, *, padding: Padding = Padding.FIELDS) -> bytes:
        """Seal `content` for `place`.

        Raises:
            ErasedError, KeyUnavailableError: the key was destroyed, or cannot be had at the moment.
        """
        return self.seal_many(session, [(place, content)], padding=padding)[0]

    def seal_many(self, session: Session, contents: Sequence[tuple[Place, bytes]], *, padding: Padding = Padding.FIELDS) -> list[bytes]:
        """Seal several values, in order; fails like `seal`."""
        keys: dict[KeyId, DataKey] = {}
        for subject_id, compartment in {(place.subject_id, place.compartment) for place, _ in contents}:
            write_guard.require_begun(session, subject_id, compartment)
            keys[subject_id, compartment] = self._keyring.get(subject_id, compartment).newest
        return [keys[place.subject_id, place.compartment].seal(place, content, padding) for place, content in contents]

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Open what was sealed for `place`.

        Raises:
            TamperedError: the value or its place was changed.
            ErasedError, KeyUnavailableError: the key was destroyed, or cannot be had at the moment.
        """
        return opening.open_one(self._keyring, place, sealed)

    def open_many(self, sealed: Sequence[tuple[Place, bytes]]) -> list[bytes]:
        """Open many values, in order; the first failure ends it."""
        return opening.open_many(self._keyring, sealed)

    def open_rows(self, where: Columns, rows: Sequence[Sequence[Any]]) -> list[list[bytes]]:
        """Open rows of a pseudonym and its sealed columns, without what is empty; the first failure ends it."""
        return opening.open_rows(self._keyring, where, rows)

    def prefetch(self, subject_ids: Iterable[str], compartment: str) -> None:
        """Read the keys of many people before they are used one by one."""
        self._keyring.prefetch(subject_ids, compartment)

    def seal_bound(
        self, session: Session, subject_id: str, compartment: str, content: bytes, *, context: bytes, padding: Padding = Padding.TEXT
    ) -> bytes:
        """Seal `content` so that it opens only together with `context`, such as the leaf of a log entry."""
        write_guard.require_begun(session, subject_id, compartment)
        return self._keyring.get(subject_id, compartment).newest.seal_bound(context, content, padding)

    def open_bound(self, subject_id: str, compartment: str, sealed: bytes, *, context: bytes) -> bytes:
        """Open what `seal_bound` sealed with the same `context`; fails like `open`."""
        return self._keyring.key_for(subject_id, compartment, sealed).open_bound(context, sealed)

    def seal_own(self, table: str, column: str, row_id: str, content: bytes) -> bytes:
        """Seal what belongs to the installation and to nobody's file, such as staff addresses."""
        key, place = named_secrets.own_key(self._secrets.newest(INSTALLATION)), named_secrets.own_place(table, column, row_id)
        return key.seal(place, content, Padding.FIELDS)

    def open_own(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """Open what `seal_own` sealed for the same place; fails like `open`."""
        version = key_version_of(sealed)
        secret = next((each for each in self._secrets.live(INSTALLATION) if each.version == version), None)
        if secret is None:
            raise TamperedError
        return named_secrets.own_key(secret).open(named_secrets.own_place(table, column, row_id), sealed)

    # Let nothing more be written about these people, committed before `destroy`; and note that their erasure is complete.
    mark_erasing = staticmethod(write_guard.mark_erasing)
    mark_erased = staticmethod(write_guard.mark_erased)

    def destroy(
        self,
        subject_ids: Sequence[str],
        *,
        compartments: Collection[Compartment],
        clock: Callable[[], datetime],
        source_tags: Iterable[bytes] = (),
        patience: float = _PATIENCE,
    ) -> list[Destruction]:
        """Destroy the keys of these compartments for good; repeating it after a crash finishes it.

        Call it outside of a writing unit of work: it waits until nobody reads the key store's old pages. What
        is not stamped *removed* within `patience` seconds is by the next `finish_destructions`.

        Source: Art. 17(1) DSGVO.
        """
        destruction.order(self._store, subject_ids, compartments=compartments, source_tags=source_tags, now=clock())
        self.finish_destructions(clock=clock, patience=patience)
        return self.find_destructions(subject_ids)

    def finish_destructions(self, *, clock: Callable[[], datetime], patience: float = _PATIENCE) -> bool:
        """Complete every destruction a crash or a reader has interrupted; return whether none is left."""
        finished = destruction.remove(self._store, clock=clock, patience=patience)
        self.refresh()
        return finished

    def find_destructions(self, subject_ids: Sequence[str]) -> list[Destruction]:
        """Return when which keys of these people were destroyed, for proofs of erasure."""
        return destruction.find_destructions(self._store, subject_ids)

    def note_rights(self, entries: Sequence[RightsEntry]) -> None:
        """Enter restrictions, objections and withdrawals durably, before the data change."""
        journal.note_rights(self._store, entries)

    def read_rights(self, *, after: int = 0) -> Iterator[RightsEntry]:
        """Yield what was entered after the act with sequence `after`, in order, for the replay after a restore."""
        return journal.read_rights(self._store, after=after)

    def find_erased_sources(self, tags: Sequence[bytes]) -> set[bytes]:
        """Return which of these source tags belong to somebody erased."""
        return journal.find_erased_sources(self._store, tags)

    def lookup_tag(self, field: str, value: str) -> bytes:
        """Return the tag under which a normalised value is stored for exact look-ups."""
        return self._tags.lookup(field, value)

    def lookup_tags(self, field: str, value: str) -> list[bytes]:
        """Return the tags to ask for when looking a normalised value up."""
        return self._tags.lookups(field, value)

    def suppression_tags(self, value: str) -> list[bytes]:
        """Return the tags a normalised address can have on the suppression list, the newest first."""
        return self._tags.suppressions(value)

    def throttle_tag(self, value: str) -> bytes:
        """Return the tag under which attempts are counted."""
        return self._tags.throttle(value)

    def source_tag(self, system: str, record_id: str) -> bytes:
        """Return the tag by which an erased record of another system is recognised."""
        return self._tags.source(system, record_id)

    def form_tag(self, token: str, content: str) -> bytes:
        """Return the tag by which the same form with the same content is recognised."""
        return self._tags.form(token, content)

    def secret(self, name: str) -> bytes:
        """Return the 32 random bytes kept under this name, made when it is first asked for."""
        return self._secrets.newest(site_secret(name)).raw

    def intake_key(self) -> IntakeKey:
        """Return the public half of the intake key pair; needs no key once `prepare` has run."""
        found = self._secrets.find_public(INTAKE)
        if found is None:
            self._secrets.newest(INTAKE)
            return self.intake_key()
        return IntakeKey(*found)

    def open_intake(self, sealed: bytes, *, row_id: str) -> bytes:
        """Open what was sealed to the intake key for this row; fails like `open`."""
        return open_intake(self._secrets, sealed, row_id=row_id)

    def _forget(self) -> None:
        self._cache.clear()
        self._secrets.clear()
