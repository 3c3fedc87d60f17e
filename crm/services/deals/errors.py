"""What can be wrong with a deal."""

from crm.errors import InvalidInputError


class TitleMissingError(InvalidInputError):
    """A deal needs a title."""

    message = "Bitte geben Sie der Verkaufschance einen Titel."


class ChoiceUnknownError(InvalidInputError):
    """A stage, product, region or reason that the rules of work do not have."""

    message = "Diese Auswahl gibt es nicht (mehr). Bitte wählen Sie eine aus der Liste."


class ProbabilityError(InvalidInputError):
    """Not a percentage."""

    message = "Bitte geben Sie eine ganze Zahl von 0 bis 100 an, oder lassen Sie das Feld leer: Dann gilt der Wert der Stufe."


class ExpectedDayError(InvalidInputError):
    """Not a day on which a deal could be closed."""

    message = "Bitte geben Sie einen Tag an, an dem Sie mit dem Abschluss rechnen, zum Beispiel 31.12.2027."


class AmountOutOfBoundsError(InvalidInputError):
    """No amount that a deal can have."""

    message = "Der Betrag muss zwischen 0 und 999.999.999,99 € liegen."


class LossReasonMissingError(InvalidInputError):
    """A deal is lost for a reason, or the reports say nothing."""

    message = "Bitte geben Sie an, warum die Verkaufschance verloren ist."


class NewDealEndedError(InvalidInputError):
    """A new deal is won or lost from the start."""

    message = "Eine neue Verkaufschance beginnt offen. Legen Sie sie an und verschieben Sie sie dann."
