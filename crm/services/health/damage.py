"""Are the files of the two databases whole, also where no other examination reads?"""

from collections.abc import Iterator

from crm.db import explaining, file_of, make_engine
from crm.db.errors import DatabaseDamagedError
from crm.services.health.findings import Finding, State
from crm.services.health.keys import KeysUnfit
from crm.settings import Settings
from crm.vault import KeyStoreBrokenError


class DatabaseFileDamaged(Finding):
    """The file of the business database is no whole database any more."""

    check = "database"
    state = State.WRONG
    message = "Die Datei %(file)s ist beschädigt. Beenden Sie Lethe, heben Sie die Datei auf und spielen Sie die neueste Sicherung ein."


def examine_database_file(settings: Settings) -> Iterator[Finding]:
    """Have every page of the business database read.

    Source: Art. 32(1)(b) DSGVO (integrity).
    """
    if not _is_whole(settings.database):
        yield DatabaseFileDamaged(file=file_of(settings.database))


def examine_key_store_file(settings: Settings) -> Iterator[Finding]:
    """Have every page of the key store read.

    Source: Art. 32(1)(b) DSGVO (integrity).
    """
    if not _is_whole(settings.keystore):
        yield KeysUnfit(reason=KeyStoreBrokenError())


def _is_whole(url: str) -> bool:
    """Ask SQLite; a server looks after its own files."""
    if file_of(url) is None:
        return True
    engine = make_engine(url)
    try:
        with explaining(), engine.connect() as connection:
            return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")
    except DatabaseDamagedError:
        return False
    finally:
        engine.dispose()
