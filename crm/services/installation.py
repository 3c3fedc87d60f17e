"""A new installation: folders, keys, databases, first account. What is there already is never replaced."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.db import file_of, make_engine, migrate
from crm.errors import InvalidInputError
from crm.models.account import Account
from crm.privacy import intake, purposes, stocks
from crm.privacy.periods import find_shipped
from crm.services import work_rules
from crm.services.accounts import addresses, create_first_admin, passwords
from crm.services.starting import SETTINGS_FILE, is_begun
from crm.settings import Settings
from crm.vault import FileKeyProvider, create_keystore

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


def require_possible(settings: Settings, *, email: str, password: str) -> None:
    """Refuse before anything is made, so that a refusal leaves nothing half-made behind.

    Raises:
        AlreadyInitialisedError, DatabaseUnreachableError: the place is taken or out of reach.
        InvalidInputError: address or password of the first account cannot be taken.
    """
    addresses.require_email(email)
    passwords.require_acceptable(password, context=(email, settings.organisation))
    if is_begun(settings):
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
    stocks.require_one_rule_each(find_shipped().values())  # a Löschkonzept that leaves something out must not become policy
    purposes.load_initial(session, actor=actor, now=now)
    work_rules.load_initial(session, actor=actor, now=now)
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
