"""What stands against reading a file in, each with the sentence that helps."""

from crm.errors import CrmError, InvalidInputError, NotAllowedError


class FileMissingError(InvalidInputError):
    """Nothing was sent, or a file with nothing in it."""

    message = "Bitte wählen Sie eine Datei aus, in der etwas steht."


class UploadTooLargeError(InvalidInputError):
    """The file is larger than one may send."""

    message = "Die Datei ist größer als %(limit)s MB. Teilen Sie sie auf, oder lassen Sie sie von der Administration einlesen."


class NotCsvError(InvalidInputError):
    """The content is that of another kind of file, whatever its name says."""

    message = (
        "Das ist keine CSV-Datei. Wählen Sie in der Tabellenkalkulation „Speichern unter“ und dort „CSV UTF-8“, "
        "und schicken Sie die neue Datei."
    )


class NoRowsError(InvalidInputError):
    """Only the header is there."""

    message = "Unter den Spaltennamen steht keine Zeile. Prüfen Sie, ob es die richtige Datei ist."


class KindUnknownError(InvalidInputError):
    """The role does not read this in."""

    message = "Bitte wählen Sie, was in der Datei steht."


class NothingAssignedError(InvalidInputError):
    """No column goes anywhere."""

    message = "Ordnen Sie mindestens eine Spalte einem Feld zu."


class ConsentIsNoImportError(InvalidInputError):
    """The purpose of the strip rests on consent, which no file proves."""

    message = (
        "Der Zweck „%(purpose)s“ braucht von jeder Person eine nachweisbare Einwilligung; eine Datei bringt keine mit. "
        "Wechseln Sie oben den Zweck."
    )


class UploadMovedOnError(CrmError):
    """The upload is not in the state that the page showed."""

    message = "Dieser Import ist inzwischen weiter. Öffnen Sie ihn noch einmal aus der Liste."


class UploadGoneError(CrmError):
    """The file is not there any more."""

    message = "Diese Datei gibt es nicht mehr; Lethe behält sie nur bis zum Einlesen, höchstens einen Tag. Laden Sie sie noch einmal hoch."


class ReaderGoneError(NotAllowedError):
    """Whoever sent the file may not read it in any more."""

    message = "Wer die Datei hochgeladen hat, darf das nicht mehr einlesen."
