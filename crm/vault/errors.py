"""Why something sealed cannot be opened or written: three names, and what each means for people."""

from crm.errors import CrmError, UnavailableError


class ErasedError(CrmError):
    """The key was destroyed: there is nothing to read any more, and nothing may be written again."""

    message = "Diese Daten wurden gelöscht. Legen Sie die Person bei Bedarf neu an."


class TamperedError(CrmError):
    """A sealed value, its place or a wrapped key is not what Lethe wrote."""

    message = "Ein gespeicherter Wert wurde außerhalb von Lethe verändert und wird nicht angezeigt. Melden Sie es der Administration."


class KeyUnavailableError(UnavailableError):
    """The key provider or the key store is out of reach; the keys themselves still exist."""

    message = (
        "Die Schlüssel sind gerade nicht erreichbar, deshalb bleiben personenbezogene Daten verschlossen. "
        "Es wurde nichts geändert; Widersprüche werden weiter angenommen. Versuchen Sie es gleich noch einmal."
    )


class KeyStoreDamagedError(KeyUnavailableError):
    """The key store does not know any more how far it has come: somebody removed its one row of state."""

    message = (
        "Dem Schlüsselspeicher fehlt die Zeile mit seinem Stand (keystore_state): Er wurde außerhalb von Lethe verändert. "
        "Holen Sie den aktuellen Stand aus der Schlüsselsicherung."
    )


class KeyStoreReadOnlyError(KeyUnavailableError):
    """The key store may be read and not written."""

    message = (
        "Der Schlüsselspeicher lässt sich nicht schreiben: Sein Ordner ist schreibgeschützt. Es wurde nichts geändert; "
        "prüfen Sie, wem der Ordner gehört und ob sein Dateisystem beschreibbar ist."
    )


class KeyStoreFullError(KeyUnavailableError):
    """There is no room for the key store to write."""

    message = "Für den Schlüsselspeicher ist kein Speicherplatz mehr frei. Es wurde nichts geändert; schaffen Sie Platz."


class KeyStoreBrokenError(KeyUnavailableError):
    """The file of the key store is no whole database any more."""

    message = (
        "Die Datei des Schlüsselspeichers ist beschädigt oder keine Datenbank. Beenden Sie Lethe, heben Sie die Datei auf und holen Sie "
        "den aktuellen Stand aus der Schlüsselsicherung."
    )


class KeyFileMissingError(KeyUnavailableError):
    """The file of the epoch keys is not there, or this account may not read it."""

    message = (
        "Die Schlüsseldatei %(file)s fehlt oder ist nicht lesbar; ohne sie bleiben personenbezogene Daten verschlossen. "
        "Holen Sie sie aus der Schlüsselsicherung, oder berichtigen Sie LETHE_KEY_FILE (key_file)."
    )


class KeyFileDamagedError(KeyUnavailableError):
    """The file is there, and holds something else than epoch keys."""

    message = (
        "Die Datei %(file)s enthält keine brauchbaren Schlüssel. "
        "Holen Sie die Schlüsseldatei aus der Schlüsselsicherung, oder berichtigen Sie LETHE_KEY_FILE (key_file)."
    )


class KeyFileExposedError(KeyUnavailableError):
    """Others than its owner may read or write the file of the epoch keys."""

    message = "Die Schlüsseldatei ist auch für andere zugänglich. Setzen Sie ihre Rechte auf 0600 und starten Sie Lethe neu."


class UnknownEpochError(KeyUnavailableError):
    """The provider has no key for this epoch."""

    message = "Zur Epoche %(epoch)s gibt es keinen Schlüssel. Spielen Sie die aktuelle Sicherung der Schlüssel ein."


class WrongEpochKeyError(KeyUnavailableError):
    """The provider's key is not the one this key store was written with."""

    message = (
        "Der Schlüssel der Epoche %(epoch)s gehört nicht zu diesem Schlüsselspeicher. Prüfen Sie, welche Schlüsseldatei eingestellt ist."
    )


class KeysOlderThanDataError(CrmError):
    """The data name keys the key store has never made: it was restored from an older copy."""

    message = (
        "Der Schlüsselspeicher ist älter als die Daten. Spielen Sie die aktuelle Sicherung der Schlüssel ein; vorher startet Lethe nicht."
    )


class JournalFormError(CrmError):
    """A line of the rights journal was written by a newer version."""

    message = (
        "Im Schlüsselspeicher stehen Rechte in Form %(form)s, die diese Version von Lethe nicht kennt. "
        "Es wurde nichts geändert; installieren Sie die neuere Version."
    )
