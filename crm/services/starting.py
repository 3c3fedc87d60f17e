"""What has to be there before something works on an installation: asked once, before any process is made."""

from crm import ledger
from crm.clock import SystemClock
from crm.db import Database, explaining, make_engine
from crm.services import upgrading
from crm.settings import Settings
from crm.vault import FileKeyProvider, Vault


def require_openable(settings: Settings) -> None:
    """Refuse where the processes of the site could not open people: keys out of reach, exposed, or older than the data.

    The keys are forgotten before this returns, because what is in memory would survive a fork.

    Raises:
        KeyUnavailableError, KeysOlderThanDataError, UnavailableError: what is wrong, and what helps.
    """
    engine, keystore = make_engine(settings.database), make_engine(settings.keystore)
    vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=SystemClock())
    try:
        with Database(engine).reading() as session:
            vault.check_generation(session)
        vault.inspect().require_epoch_key()
    finally:
        vault.close()
        engine.dispose()
        keystore.dispose()


def require_not_set_back(settings: Settings) -> None:
    """Refuse to work on an old copy of the database that somebody put back: the log outside of it knows more.

    Asked by what changes the installation or runs on and on; commands that look at it, such as `lethe doctor`, still
    run. Needs no key.

    Raises:
        LedgerRolledBackError: nothing was made or changed.
    """
    engine = make_engine(settings.database)
    try:
        with explaining(), engine.connect() as connection:
            ledger.require_not_set_back(connection, high_water=settings.high_water)
    finally:
        engine.dispose()


def require_current(settings: Settings) -> None:
    """Refuse a database of another version: this one would answer with errors, or write what the other cannot read.

    Needs no key, so that the portal asks it too.

    Raises:
        SchemaMissingError, SchemaOlderError, SchemaNewerError, DemoOfOtherVersionError: nothing was changed.
    """
    engine = make_engine(settings.database)
    try:
        with explaining(), engine.connect() as connection:
            upgrading.require_current(connection, settings=settings)
    finally:
        engine.dispose()
