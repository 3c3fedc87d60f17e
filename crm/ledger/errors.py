"""What can go wrong with the ledger."""

from crm.errors import CrmError, InvalidInputError, UnavailableError


class LeafTooLargeError(CrmError):
    """An entry would exceed the 64 KiB of the format."""

    message = "Der Protokolleintrag wäre größer als 64 KiB. Teilen Sie den Vorgang in kleinere Schritte."


class SealerBusyError(UnavailableError):
    """Another sealer is at work; there is only one at a time."""

    message = "Das Protokoll wird gerade von einem anderen Prozess versiegelt. Warten Sie einen Augenblick."


class LedgerRolledBackError(CrmError):
    """The database holds less of the log, or another one, than the high-water file has seen."""

    message = (
        "Die Datenbank ist ein älterer oder anderer Stand: Sie enthält %(found)s versiegelte Einträge, bestätigt sind %(expected)s. "
        "Spielen Sie den neuesten Stand ein; vorher wird nichts versiegelt, und Seite und Hintergrunddienst starten nicht."
    )


class HighWaterMissingError(LedgerRolledBackError):
    """The high-water file is gone: a database that was set back would not show any more."""

    message = (
        "Die Höchststandsdatei fehlt, obwohl schon Einträge versiegelt sind. Bis sie wieder da ist, wird nichts versiegelt. "
        "Fehlt nur sie, kopieren Sie „checkpoint“ aus dem Ordner des Protokolls an ihre Stelle."
    )


class HighWaterUnreadableError(CrmError):
    """The high-water file holds no checkpoint of this log."""

    message = (
        "Die Höchststandsdatei enthält keinen Prüfpunkt, den dieses Protokoll unterschrieben hat. Es wird nichts versiegelt. "
        "Prüfen Sie, wer die Datei verändert hat, und stellen Sie sie wieder her."
    )


class LedgerDamagedError(CrmError):
    """The sealed tree does not fit its last checkpoint, so nothing may be built on it."""

    message = "Der versiegelte Teil des Protokolls passt nicht zu seinem letzten Prüfpunkt. Führen Sie `lethe log verify` aus."


class NotSealedError(CrmError):
    """There is no sealed entry with this number."""

    message = "Einen versiegelten Eintrag mit dieser Nummer gibt es nicht."


class NothingSealedError(CrmError):
    """The log has no checkpoint yet."""

    message = "Das Protokoll hat noch keinen Prüfpunkt. Starten Sie den Hintergrunddienst mit `lethe worker`."


class ExportFolderUnwritableError(InvalidInputError):
    """The folder of an export cannot be made or written, or there is no room."""

    message = "In den Ordner %(folder)s lässt sich nicht schreiben. Geben Sie einen anderen an, in dem Sie schreiben dürfen und Platz ist."


class ExportFolderInUseError(InvalidInputError):
    """The folder of an export must be empty, or a reader could not tell what belongs to it."""

    message = "Der Ordner %(folder)s ist nicht leer. Geben Sie einen neuen Ordner an."
