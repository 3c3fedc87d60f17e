"""What is wrong with a file or a mapping. Each names file and row, and none shows a value from the file."""

from crm.errors import InvalidInputError


class ImportFileError(InvalidInputError):
    """A file cannot be imported as it is; nothing was changed."""

    message = "Die Datei %(file)s lässt sich nicht einlesen."


class FolderMissingError(ImportFileError):
    """The path is no folder."""

    message = "Diesen Ordner gibt es nicht. Geben Sie den Ordner an, in dem die CSV-Dateien des Exports liegen."


class FileNamedError(ImportFileError):
    """The path is a file where a folder is expected."""

    message = "Das ist eine Datei und kein Ordner. Geben Sie den Ordner an, in dem die CSV-Dateien des Exports liegen."


class NoKnownFilesError(ImportFileError):
    """The folder holds nothing we could import."""

    message = "In diesem Ordner liegt keine Datei, die Lethe kennt. Erwartet wird mindestens eine von: %(known)s."


class FileTwiceError(ImportFileError):
    """Two files of the folder hold the same kind of record."""

    message = "Die Datei %(file)s gibt es in diesem Ordner zweimal, nur anders geschrieben. Entfernen Sie eine davon."


class FileUnreadableError(ImportFileError):
    """The file is missing, no ordinary file, or may not be read."""

    message = "Die Datei %(file)s ist nicht lesbar. Prüfen Sie, ob es sie gibt und ob Sie sie lesen dürfen."


class FileChangedError(ImportFileError):
    """The file was changed under our hands."""

    message = (
        "Die Datei %(file)s wurde verändert, während sie gelesen wurde. "
        "Warten Sie, bis der Export fertig ist, und beginnen Sie noch einmal."
    )


class FileTooLargeError(ImportFileError):
    """The file is larger than memory should bear."""

    message = "Die Datei %(file)s ist größer als %(limit)s MB (erreicht in Zeile %(row)s). Teilen Sie sie auf mehrere Importe auf."


class TooManyRowsError(ImportFileError):
    """The file has more rows than one import takes."""

    message = "Die Datei %(file)s hat ab Zeile %(row)s mehr als %(limit)s Datensätze. Teilen Sie sie auf mehrere Importe auf."


class FileEmptyError(ImportFileError):
    """There is not even a header."""

    message = "Die Datei %(file)s ist leer: In Zeile 1 fehlen die Spaltennamen."


class WrongEncodingError(ImportFileError):
    """The bytes are not text in an encoding we can be sure of."""

    message = (
        "Die Datei %(file)s hat in Zeile %(row)s Zeichen, die kein UTF-8 sind; Umlaute würden falsch ankommen. "
        "Exportieren Sie sie noch einmal mit der Kodierung UTF-8."
    )


class GarbledTextError(ImportFileError):
    """Umlauts were destroyed before the file reached us."""

    message = (
        "Die Datei %(file)s enthält in Zeile %(row)s zerstörte Umlaute (zum Beispiel „Ã¼“ statt „ü“): Sie wurde einmal mit falscher "
        "Kodierung geöffnet und gespeichert. Nehmen Sie den ursprünglichen Export."
    )


class WrongDelimiterError(ImportFileError):
    """The cells are separated by another character than expected."""

    message = (
        "Die Datei %(file)s trennt in Zeile %(row)s mit „%(found)s“ statt mit „%(expected)s“. "
        "Nehmen Sie den ursprünglichen Export, ohne ihn in einer Tabellenkalkulation zu speichern."
    )


class WrongQuotingError(ImportFileError):
    """Quotation marks do not fit together."""

    message = "In der Datei %(file)s stimmen in Zeile %(row)s die Anführungszeichen nicht. Nehmen Sie den ursprünglichen Export."


class LineEndsError(ImportFileError):
    """The lines end as no program has written them for twenty years, or a lone carriage return stands in a cell."""

    message = (
        "In der Datei %(file)s endet bei Zeile %(row)s eine Zeile mit einem einzelnen Wagenrücklauf (CR), wie auf alten Macs. "
        "Öffnen Sie die Datei in einer Tabellenkalkulation und speichern Sie sie als „CSV UTF-8“."
    )


class WrongColumnCountError(ImportFileError):
    """A row has more or fewer cells than the header."""

    message = (
        "Die Zeile %(row)s der Datei %(file)s hat %(found)s Spalten, die Kopfzeile aber %(expected)s: "
        "Trennzeichen oder Anführungszeichen stimmen dort nicht. Nehmen Sie den ursprünglichen Export."
    )


class CellTooLargeError(ImportFileError):
    """A cell is larger than any real one can be."""

    message = (
        "In der Datei %(file)s ist in Zeile %(row)s ein Feld länger als %(limit)s Zeichen. Kürzen Sie es oder entfernen Sie die Zeile."
    )


class IdColumnMissingError(ImportFileError):
    """Without the record id a second run would double everybody."""

    message = "In der Datei %(file)s fehlt in Zeile 1 die Spalte „%(column)s“. Exportieren Sie sie mit der Kennung der Datensätze."


class IdMissingError(ImportFileError):
    """A row has no record id."""

    message = "In der Datei %(file)s fehlt in Zeile %(row)s die Kennung (Spalte „%(column)s“). Exportieren Sie sie noch einmal vollständig."


class IdTwiceError(ImportFileError):
    """Two rows claim to be the same record."""

    message = "In der Datei %(file)s steht die Kennung von Zeile %(row)s schon in einer früheren Zeile. Entfernen Sie eine der beiden."


class IdUnusableError(ImportFileError):
    """A record id was cut or is no id."""

    message = (
        "In der Datei %(file)s ist die Kennung in Zeile %(row)s nicht verwendbar: zu lang, oder von einer Tabellenkalkulation gerundet "
        "(wie 1,23E+11). Exportieren Sie die Spalte als Text."
    )


class ColumnTwiceError(ImportFileError):
    """Two columns have the same name."""

    message = "In der Datei %(file)s heißen in Zeile 1 die Spalten %(first)s und %(second)s gleich. Benennen Sie eine davon um."


class MappedColumnMissingError(ImportFileError):
    """The mapping names a column that is not there."""

    message = "In der Datei %(file)s fehlt in Zeile 1 die Spalte „%(column)s“, die Ihre Zuordnung nennt."


class MappingError(InvalidInputError):
    """The mapping itself cannot be used."""

    message = "Die Zuordnung lässt sich nicht verwenden."


class MappingMissingError(MappingError):
    """The file of the mapping is not there, or may not be read."""

    message = "Die Zuordnung %(file)s ist nicht lesbar. Prüfen Sie, ob es die Datei gibt und ob Sie sie lesen dürfen."


class MappingWithoutColumnsError(MappingError):
    """The mapping does not say which column goes where."""

    message = (
        'Der Zuordnung %(file)s fehlt der Abschnitt [columns] mit Zeilen wie „"E-Mail" = "email"“. '
        "Ein Beispiel steht in der Anleitung zum Import."
    )


class OptionNotKnownError(MappingError):
    """The mapping sets something that does not exist."""

    message = "Die Zuordnung setzt „%(option)s“, das es nicht gibt. Erlaubt sind: %(known)s."


class UnknownFieldError(MappingError):
    """The mapping names a field that does not exist."""

    message = "Die Zuordnung nennt für die Spalte „%(column)s“ ein unbekanntes Feld. Erlaubt sind: %(known)s."


class FieldTwiceError(MappingError):
    """Two columns go to one field."""

    message = "Die Zuordnung füllt das Feld „%(target)s“ aus zwei Spalten. Entscheiden Sie sich für eine."


class UnknownOptionError(MappingError):
    """The mapping sets something to a value that does not exist."""

    message = "Die Zuordnung setzt „%(option)s“ auf einen unbekannten Wert. Erlaubt sind: %(known)s."


class ForbiddenColumnError(MappingError):
    """The mapping wants a column that no purpose can justify.

    Source: Art. 5(1)(c), 9, 10 DSGVO.
    """

    message = (
        "Die Spalte „%(column)s“ kann nicht eingelesen werden: Angaben zu Geschlecht, Einkommen, Straftaten, Bonität und zugekaufte "
        "Adressdaten nimmt Lethe grundsätzlich nicht auf. Entfernen Sie sie aus der Zuordnung."
    )
