"""A new installation: folders, keys, databases, first account. What is there already is never replaced."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.db import file_of, make_engine, migrate
from crm.errors import CrmError, InvalidInputError, UnavailableError
from crm.models.account import Account
from crm.privacy import intake, purposes
from crm.services.accounts import addresses, create_first_admin, passwords
from crm.settings import Settings
from crm.vault import FileKeyProvider, create_keystore

SETTINGS_FILE = "lethe.toml"
_ONLY_OWNER = 0o600
_ONLY_OWNER_FOLDER = 0o700


class AlreadyInitialisedError(InvalidInputError):
    """Keys or data are there; making them anew would make every person unreadable."""

    message = "In %(folder)s ist schon eine Installation. Es wurde nichts geändert; nennen Sie mit --data-dir einen anderen Ordner."


class FolderUnwritableError(InvalidInputError):
    """Folders or files of an installation cannot be made."""

    message = (
        "Im Ordner %(folder)s lässt sich keine Installation anlegen: Dort darf nicht geschrieben werden, oder es fehlt Platz. "
        "Nennen Sie mit --data-dir einen anderen."
    )


class NotInitialisedError(CrmError):
    """There is no installation to work on."""

    message = "Hier ist noch keine Installation. Legen Sie eine mit „lethe init“ an, oder nennen Sie ihren Ordner mit --data-dir."


class DatabaseUnreachableError(UnavailableError):
    """The server of the business database does not answer."""

    message = "Die Datenbank antwortet nicht. Prüfen Sie die Adresse in den Einstellungen und ob der Server läuft."


class KeyStoreUnreachableError(UnavailableError):
    """The server of the key store does not answer."""

    message = "Der Schlüsselspeicher antwortet nicht. Prüfen Sie die Adresse in den Einstellungen und ob der Server läuft."


def require_possible(settings: Settings, *, email: str, password: str) -> None:
    """Refuse before anything is made, so that a refusal leaves nothing half-made behind.

    Raises:
        AlreadyInitialisedError, DatabaseUnreachableError: the place is taken or out of reach.
        InvalidInputError: address or password of the first account cannot be taken.
    """
    addresses.require_email(email)
    passwords.require_acceptable(password, context=(email, settings.organisation))
    if _is_begun(settings):
        raise AlreadyInitialisedError(folder=settings.data_dir)


def lay_ground(settings: Settings) -> None:
    """Make the folders, the key file, the key store and the empty database with its guards.

    Raises:
        FolderUnwritableError: one of them cannot be made.
    """
    try:
        _make_files(settings)
    except OSError as error:
        raise FolderUnwritableError(folder=settings.data_dir) from error


def _make_files(settings: Settings) -> None:
    for folder in (settings.data_dir, settings.ledger_dir, settings.data_dir / "run", settings.epoch_keys.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=_ONLY_OWNER_FOLDER)
    FileKeyProvider.create(settings.epoch_keys)
    keystore = make_engine(settings.keystore, may_change_schema=True)
    create_keystore(keystore)
    keystore.dispose()
    for file in map(file_of, (settings.database, settings.keystore)):
        if file:
            file.touch(mode=_ONLY_OWNER)
    database = make_engine(settings.database, may_change_schema=True)
    migrate.upgrade(database, afterwards=ledger.install_guards)
    database.dispose()


def furnish(session: Session, *, email: str, password: str, actor: Actor, now: datetime) -> Account:
    """Load the initial policy, open the portal's letterbox, and create the account that every other account comes from."""
    purposes.load_initial(session, actor=actor, now=now)
    intake.publish_key(session, now=now)
    return create_first_admin(session, email=email, password=password, actor=actor, now=now)


def write_settings(settings: Settings) -> Path:
    """Write `lethe.toml` with what cannot be found out otherwise; its presence says that the installation is complete."""
    file = settings.data_dir / SETTINGS_FILE
    file.touch(mode=_ONLY_OWNER)
    # A JSON string is a TOML string.
    lines = [f"{name} = {json.dumps(getattr(settings, name), ensure_ascii=False)}" for name in ("organisation", "language", "time_zone")]
    file.write_text("\n".join(["# Alle Einstellungen: docs/reference/settings.md", *lines, ""]), encoding="utf-8")
    return file


def require_ready(settings: Settings) -> None:
    """Refuse with one sentence where there is no installation, or its databases do not answer.

    Raises:
        NotInitialisedError, DatabaseUnreachableError, KeyStoreUnreachableError: nothing was made or changed.
    """
    is_stored = _is_filled(settings.database, DatabaseUnreachableError) and _is_filled(settings.keystore, KeyStoreUnreachableError)
    if not is_stored:
        raise NotInitialisedError


def require_begun(settings: Settings) -> None:
    """Refuse only where nothing of an installation is there: the examination says itself what is missing of one.

    Raises:
        NotInitialisedError: neither settings nor keys nor data.
    """
    if not _is_begun(settings):
        raise NotInitialisedError


def require_database(settings: Settings) -> None:
    """Refuse where there is no business database; the portal needs no more, so that it starts without any key.

    Raises:
        NotInitialisedError, DatabaseUnreachableError: nothing was made or changed.
    """
    if not _is_filled(settings.database, DatabaseUnreachableError):
        raise NotInitialisedError


def _is_begun(settings: Settings) -> bool:
    """Say whether anything of an installation is there: settings, keys or data."""
    has_files = (settings.data_dir / SETTINGS_FILE).exists() or settings.epoch_keys.exists()
    return has_files or _is_filled(settings.database, DatabaseUnreachableError) or _is_filled(settings.keystore, KeyStoreUnreachableError)


def _is_filled(url: str, unreachable: type[UnavailableError]) -> bool:
    if file := file_of(url):
        return file.is_file()
    engine = make_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    except SQLAlchemyError as error:
        raise unreachable from error
    finally:
        engine.dispose()
