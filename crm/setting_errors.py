"""What can be wrong with a setting. Each sentence names the setting, the fault and what helps; never the value: it can be a password.

They are `ValueError`s too, because that is what pydantic takes from a validator.
"""

from crm.errors import InvalidInputError


class SettingRefusedError(InvalidInputError, ValueError):
    """A setting has a value that it cannot have."""

    message = "Die Einstellung „%(name)s“ hat einen Wert, der nicht geht. Was erlaubt ist, steht in docs/reference/settings.md."


class SettingMissingError(SettingRefusedError):
    """A setting without a default is not there."""

    message = "Die Einstellung „%(name)s“ fehlt. Geben Sie sie in lethe.toml oder in der Umgebung an."


class SettingNumberError(SettingRefusedError):
    """No whole number, or one out of bounds."""

    message = (
        "Die Einstellung „%(name)s“ ist keine ganze Zahl von %(least)s bis %(most)s. "
        "Geben Sie eine an, oder lassen Sie sie weg; dann gilt %(default)s."
    )


class SettingSwitchError(SettingRefusedError):
    """Neither yes nor no."""

    message = "Die Einstellung „%(name)s“ ist weder true noch false. Geben Sie eines davon an."


class SettingTextError(SettingRefusedError):
    """Something else than text."""

    message = "Die Einstellung „%(name)s“ ist kein Text. Setzen Sie den Wert in lethe.toml in Anführungszeichen."


class SettingLineError(SettingRefusedError):
    """No line of text that can be read."""

    message = (
        "Die Einstellung „%(name)s“ ist leer oder enthält Zeichen, die man nicht sieht. "
        "Schreiben Sie eine Zeile Text, oder lassen Sie sie weg."
    )


class SettingTooLongError(SettingRefusedError):
    """More than there is room for."""

    message = "Die Einstellung „%(name)s“ ist länger als %(longest)s Zeichen. Kürzen Sie sie."


class SettingLanguageError(SettingRefusedError):
    """A language that Lethe does not speak."""

    message = "Die Einstellung „%(name)s“ nennt keine Sprache von Lethe. Geben Sie de oder en an."


class SettingTimeZoneError(SettingRefusedError):
    """No such time zone."""

    message = "Die Einstellung „%(name)s“ nennt keine Zeitzone. Geben Sie eine an wie Europe/Berlin."


class SettingStateError(SettingRefusedError):
    """No such federal state."""

    message = "Die Einstellung „%(name)s“ nennt kein Bundesland. Geben Sie eines davon an: %(known)s."


class SettingOriginError(SettingRefusedError):
    """Not the address of a site."""

    message = (
        "Die Einstellung „%(name)s“ ist keine Adresse einer Seite. Geben Sie sie ohne Pfad an wie https://crm.example.com, "
        "mit Port wie http://localhost:8000."
    )


class SettingWebAddressError(SettingRefusedError):
    """Not the address of a page."""

    message = "Die Einstellung „%(name)s“ ist keine Adresse einer Webseite. Geben Sie sie an wie https://www.example.com/impressum."


class SettingHostError(SettingRefusedError):
    """Neither a name nor a number of a machine."""

    message = (
        "Die Einstellung „%(name)s“ ist kein Rechner. Geben Sie nur seinen Namen oder seine IP-Adresse an, ohne Port und ohne http://."
    )


class SettingMailAddressError(SettingRefusedError):
    """Not a plain mail address."""

    message = "Die Einstellung „%(name)s“ ist keine E-Mail-Adresse. Geben Sie sie ohne Namen an wie datenschutz@example.com."


class SettingDatabaseError(SettingRefusedError):
    """An engine that is not supported."""

    message = (
        "Die Einstellung „%(name)s“ ist keine Adresse einer Datenbank. Geben Sie sie an wie sqlite:///DATEI oder postgresql://SERVER/NAME."
    )


class SettingSitesAlikeError(SettingRefusedError):
    """Staff site and portal have the same address or wait at the same port."""

    message = (
        "Die Einstellungen „staff_origin“ und „portal_origin“ haben dieselbe Adresse oder denselben Port. "
        "Geben Sie jeder Seite ihre eigene, zum Beispiel mit Port 8000 und 8001."
    )


class SettingStoresAlikeError(SettingRefusedError):
    """Keys and data would lie together, and an erasure would reach no copy of them."""

    message = (
        "Die Einstellungen „database_url“ und „keystore_url“ meinen dieselbe Datenbank. "
        "Geben Sie dem Schlüsselspeicher eine eigene; er darf nie mit den Daten gesichert werden."
    )


class SettingFolderError(SettingRefusedError):
    """Not the name of a folder of a mailbox as we can send it."""

    message = "Die Einstellung „%(name)s“ nennt keinen Ordner. Geben Sie seinen Namen ohne Umlaute an wie INBOX oder Lethe."


class SettingDropBoxError(SettingRefusedError):
    """Half a drop mailbox: mail would be sent to an address that nobody empties."""

    message = (
        "Zum Ablagepostfach fehlen Einstellungen: %(missing)s. Geben Sie alle an, oder keine „drop_“-Einstellung; dann ist die Ablage aus."
    )
