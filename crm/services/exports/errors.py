"""What stands against an export, each with the sentence that helps."""

from crm.errors import CrmError, InvalidInputError, NotAllowedError


class ReasonMissingError(InvalidInputError):
    """Nobody takes data out without saying why."""

    message = "Bitte schreiben Sie, wofür Sie die Datei brauchen; mindestens %(least)s Zeichen."


class ReasonTooLongError(InvalidInputError):
    """A reason is a sentence, no essay."""

    message = "Der Grund ist länger als %(longest)s Zeichen. Kürzen Sie ihn."


class ColumnsMissingError(InvalidInputError):
    """A file needs something in it."""

    message = "Bitte wählen Sie mindestens eine Spalte."


class ColumnNotOpenError(InvalidInputError):
    """The purpose does not open this column."""

    message = "Der Zweck „%(purpose)s“ öffnet diese Spalte nicht. Wählen Sie andere, oder wechseln Sie oben den Zweck."


class NobodyToExportError(InvalidInputError):
    """The list is empty."""

    message = "In dieser Liste steht niemand, den der Zweck zeigt. Ändern Sie die Suche oder die Filter."


class TooManyToExportError(InvalidInputError):
    """More than any export may hold."""

    message = "Das sind mehr als %(most)s Zeilen; so viele verlassen Lethe nie in einer Datei. Grenzen Sie die Liste ein."


class ExportGoneError(CrmError):
    """The file is not there any more."""

    message = (
        "Diese Datei gibt es nicht mehr: Sie ist abgelaufen, oder jemand darin wurde gelöscht, eingeschränkt oder hat widersprochen. "
        "Fordern Sie sie neu an."
    )


class ExportDecidedError(CrmError):
    """Somebody was faster."""

    message = "Über diesen Export ist schon entschieden."


class OwnExportError(NotAllowedError):
    """A second person is somebody else."""

    message = "Ihren eigenen Export gibt jemand anderes frei."
