"""What the list of recipients does not take."""

from crm.errors import InvalidInputError


class RecipientNameMissingError(InvalidInputError):
    """Nobody said who has the data."""

    message = "Bitte schreiben Sie, wer die Daten bekommen hat."


class RecipientDayError(InvalidInputError):
    """The day on which a recipient was told is missing, before the decision or to come."""

    message = "Bitte geben Sie den Tag der Mitteilung an: frühestens der Tag der Entscheidung, spätestens heute."


class RecipientProofMissingError(InvalidInputError):
    """Nothing proves that a recipient was told."""

    message = (
        "Bitte schreiben Sie, womit sich die Mitteilung belegen lässt, zum Beispiel „E-Mail an datenschutz@…, Kopie in der Akte“, "
        "oder warum sie unmöglich oder unverhältnismäßig ist."
    )
