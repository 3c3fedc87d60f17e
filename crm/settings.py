"""Settings of an installation: `lethe.toml` in the data directory, then the environment (`LETHE_…`)."""

import os
import tomllib
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from crm.mail_address import is_possible
from crm.setting_errors import (
    SettingDatabaseError,
    SettingDropBoxError,
    SettingFolderError,
    SettingHostError,
    SettingLanguageError,
    SettingLineError,
    SettingMailAddressError,
    SettingOriginError,
    SettingSitesAlikeError,
    SettingStateError,
    SettingStoresAlikeError,
    SettingTimeZoneError,
    SettingWebAddressError,
)
from crm.toml_file import read_toml
from crm.web_address import are_alike, is_host, is_origin, is_web_address

LANGUAGES = ("de", "en")
FEDERAL_STATES = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")


class Settings(BaseSettings):
    """Everything that can be set. Wrong or unknown settings stop the start with one sentence."""

    model_config = SettingsConfigDict(env_prefix="LETHE_", frozen=True, extra="forbid")

    data_dir: Path = Field(description="Folder of this installation: database, key store, ledger files.")
    database_url: str | None = Field(default=None, description="Business database; default: `lethe.sqlite` in the data directory.")
    keystore_url: str | None = Field(
        default=None, description="Key store, never the same database; default: `keys/keystore.sqlite` in the data directory."
    )
    key_file: Path | None = Field(
        default=None, description="File of the epoch keys; put it on another volume. Default: `keys/epoch.keys` in the data directory."
    )
    high_water_file: Path | None = Field(
        default=None,
        description="File that remembers the size of the sealed ledger; put it on another volume. Default: `ledger/high-water`.",
    )
    organisation: str = Field(
        default="Lethe",
        max_length=200,
        description="Name of the controller (Verantwortlicher), shown on every page. The page *Einrichtung* sets it anew, and with it "
        "the facts down to `imprint_url` and `federal_state`; once it was saved, what it says holds.",
    )
    organisation_address: str | None = Field(
        default=None,
        max_length=400,
        description="Street, postcode and town of the controller in one line, with commas; stands on letters and on the portal.",
    )
    authority: str | None = Field(
        default=None,
        max_length=400,
        description="Name and address of the competent supervisory authority, named in answers; none: they name the right in general.",
    )
    privacy_email: str | None = Field(default=None, description="E-mail address for data protection requests, shown on the portal.")
    privacy_phone: str | None = Field(
        default=None, max_length=40, description="Telephone number for data protection requests, shown on the portal."
    )
    imprint_url: str | None = Field(default=None, description="Address of the imprint (Impressum), linked from the portal.")
    language: str = Field(default="de", description="Language of pages before anybody chose one: `de` or `en`.")
    time_zone: str = Field(default="Europe/Berlin", description="Time zone of the controller: days of deadlines, times on pages.")
    federal_state: str | None = Field(
        default=None,
        description="Federal state of the controller, such as `NI`: its holidays move deadlines. None: holidays of all Germany only.",
    )
    staff_origin: str = Field(
        default="http://localhost:8000", description="Address of the staff site as browsers see it; links are made from it."
    )
    portal_origin: str = Field(default="http://localhost:8001", description="Address of the public portal as browsers see it.")
    host: str = Field(default="127.0.0.1", description="Address the servers listen on.")
    proxies: int = Field(
        default=0, ge=0, le=5, description="Number of own proxies before the servers, whose `X-Forwarded-For` is believed; 0: none."
    )
    staff_workers: int = Field(default=2, ge=1, le=64, description="Processes of the staff site.")
    portal_workers: int = Field(default=2, ge=1, le=64, description="Processes of the portal.")
    threads: int = Field(default=4, ge=1, le=64, description="Threads of each server process.")
    index_dir: Path = Field(default=Path("/dev/shm"), description="RAM file system of the search index.")  # noqa: S108 - a RAM disk, private by mode 0700
    idle_minutes: int = Field(default=30, ge=1, le=1440, description="Minutes without a request after which a sign-in ends.")
    signin_hours: int = Field(default=10, ge=1, le=168, description="Hours after which a sign-in ends in any case.")
    smtp_host: str | None = Field(default=None, description="Mail server; none: mail is not sent.")
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Port of the mail server.")
    smtp_user: str | None = Field(default=None, description="User at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    mail_from: str = Field(default="lethe@localhost", description="Sender address of mail from Lethe.")
    drop_address: str | None = Field(
        default=None,
        description="Secret address that staff put into BCC; mail to it is filed as notes. Needs the other `drop_` settings; none: off.",
    )
    drop_host: str | None = Field(default=None, description="IMAP server of the mailbox that `drop_address` leads to.")
    drop_port: int = Field(default=993, ge=1, le=65_535, description="Port of the IMAP server; any other than 993 speaks STARTTLS.")
    drop_user: str | None = Field(default=None, description="User at the IMAP server.")
    drop_password_file: Path | None = Field(default=None, description="File that holds the password at the IMAP server, in one line.")
    drop_folder: str = Field(default="INBOX", max_length=200, description="Folder of the mailbox; every message in it is taken out.")
    demo: bool = Field(
        default=False, description="Demonstration with invented data: one-click roles, no real mail. Set by `lethe demo` only."
    )

    @field_validator("time_zone")
    @classmethod
    def _require_time_zone(cls, value: str, field: ValidationInfo) -> str:
        try:
            ZoneInfo(value)  # a list of all zones would be read from a thousand files
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingTimeZoneError(name=field.field_name) from None
        return value

    @field_validator("federal_state")
    @classmethod
    def _require_federal_state(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is not None and value not in FEDERAL_STATES:
            raise SettingStateError(name=field.field_name, known=", ".join(FEDERAL_STATES))
        return value

    @field_validator("language")
    @classmethod
    def _require_language(cls, value: str, field: ValidationInfo) -> str:
        if value not in LANGUAGES:
            raise SettingLanguageError(name=field.field_name)
        return value

    @field_validator("organisation", "organisation_address", "authority", "privacy_phone", "smtp_user", "drop_user")
    @classmethod
    def _require_line(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is not None and not (value.strip() and value.isprintable()):
            raise SettingLineError(name=field.field_name)
        return value

    @field_validator("staff_origin", "portal_origin")
    @classmethod
    def _require_origin(cls, value: str, field: ValidationInfo) -> str:
        if not is_origin(value):
            raise SettingOriginError(name=field.field_name)
        return value

    @field_validator("imprint_url")
    @classmethod
    def _require_web_address(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is not None and not is_web_address(value):
            raise SettingWebAddressError(name=field.field_name)
        return value

    @field_validator("host", "smtp_host", "drop_host")
    @classmethod
    def _require_host(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is not None and not is_host(value):
            raise SettingHostError(name=field.field_name)
        return value

    @field_validator("mail_from", "privacy_email", "drop_address")
    @classmethod
    def _require_mail_address(cls, value: str | None, field: ValidationInfo) -> str | None:
        local, at, domain = (value or "").rpartition("@")
        if value is not None and not (local and at and domain and value.split() == [value] and is_possible(local, domain)):
            raise SettingMailAddressError(name=field.field_name)
        return value

    @field_validator("drop_folder")
    @classmethod
    def _require_folder(cls, value: str, field: ValidationInfo) -> str:
        if not (value.strip() and value.isascii() and value.isprintable()):
            raise SettingFolderError(name=field.field_name)
        return value

    @field_validator("database_url", "keystore_url")
    @classmethod
    def _require_known_engine(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is not None and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise SettingDatabaseError(name=field.field_name)
        return value

    @model_validator(mode="after")
    def _require_places_of_their_own(self) -> Self:
        if are_alike(self.staff_origin, self.portal_origin):
            raise SettingSitesAlikeError
        if self.database == self.keystore:
            raise SettingStoresAlikeError
        return self

    @model_validator(mode="after")
    def _require_whole_drop_box(self) -> Self:
        needed = ("drop_address", "drop_host", "drop_user", "drop_password_file")
        missing = [name for name in needed if getattr(self, name) is None]
        if missing and len(missing) < len(needed):
            raise SettingDropBoxError(missing=", ".join(missing))
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'lethe.sqlite'}"

    @property
    def keystore(self) -> str:
        return self.keystore_url or f"sqlite:///{self.data_dir / 'keys' / 'keystore.sqlite'}"

    @property
    def epoch_keys(self) -> Path:
        return self.key_file or self.data_dir / "keys" / "epoch.keys"

    @property
    def ledger_dir(self) -> Path:
        return self.data_dir / "ledger"

    @property
    def high_water(self) -> Path:
        return self.high_water_file or self.ledger_dir / "high-water"


def load_settings(data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings of the installation in `data_dir`, or in `LETHE_DATA_DIR`, or in `var/lethe`.

    What the caller passes wins over the environment, and the environment over the file, so that a container
    can override a file and a command both.

    Raises:
        TomlFaultError, TomlEncodingError, OSError: the file cannot be understood, or read.
    """
    folder = data_dir or Path(os.environ.get("LETHE_DATA_DIR", "var/lethe"))
    file = folder / "lethe.toml"
    stored = read_toml(file) if file.exists() else {}
    from_file = {name: value for name, value in stored.items() if f"LETHE_{name.upper()}" not in os.environ}
    return Settings(**{**from_file, "data_dir": folder, **overrides})


def initial_policy(name: str) -> dict[str, Any]:
    """Return the initial policy in `config/<name>.toml`, from the wheel or from the checkout."""
    package = Path(__file__).parent
    folder = package / "config" if (package / "config").is_dir() else package.parent / "config"
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
