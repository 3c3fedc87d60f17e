"""What can be wrong with an invoice, each with the sentence that helps."""

from crm.errors import InvalidInputError


class InvoiceNumberError(InvalidInputError):
    """An invoice has a number, by which it is found on the phone."""

    message = "Bitte geben Sie die Rechnungsnummer an."


class InvoiceNumberTakenError(InvalidInputError):
    """Another invoice has this number."""

    message = "Eine Rechnung mit dieser Nummer gibt es schon; Groß- und Kleinschreibung zählen nicht. Prüfen Sie die Nummer."


class InvoiceSourceError(InvalidInputError):
    """Not a place where invoices are kept."""

    message = "Bitte wählen Sie, wo die Rechnung selbst aufbewahrt wird."


class IssuedDayError(InvalidInputError):
    """Not a day on which this invoice can have been issued."""

    message = "Bitte geben Sie den Tag der Rechnung an, zum Beispiel 31.10.2026; er liegt nicht in der Zukunft."


class DueDayError(InvalidInputError):
    """An invoice is due on its day or later."""

    message = "Bitte geben Sie an, wann die Rechnung fällig ist; das ist am Tag der Rechnung oder danach."


class NetAboveGrossError(InvalidInputError):
    """Net is what is left of gross without the tax."""

    message = "Der Nettobetrag darf nicht höher sein als der Bruttobetrag."


class PositionsDoNotAddUpError(InvalidInputError):
    """The positions do not make the sum."""

    message = "Die Positionen ergeben nicht den Nettobetrag. Prüfen Sie die Beträge."


class PositionTextError(InvalidInputError):
    """An amount for nothing."""

    message = "Bitte schreiben Sie zu jedem Betrag, wofür er ist."


class DutyOverError(InvalidInputError):
    """The period of the duty has ended: there is no ground to keep the invoice of a person any more (Art. 5(1)(e))."""

    message = "Die Aufbewahrungsfrist dieser Rechnung ist abgelaufen; sie wird nicht mehr gebraucht."


class PaidTooMuchError(InvalidInputError):
    """More than is owed."""

    message = "Das ist mehr, als offen ist. Erfassen Sie höchstens den offenen Betrag."


class PaymentDayError(InvalidInputError):
    """Not a day on which somebody can have paid."""

    message = "Bitte geben Sie den Tag der Zahlung an; er liegt nicht vor der Rechnung und nicht in der Zukunft."


class NotOpenError(InvalidInputError):
    """Nothing is owed any more."""

    message = "Diese Rechnung ist nicht mehr offen."


class NotDueYetError(InvalidInputError):
    """Nobody is dunned before the day."""

    message = "Diese Rechnung ist noch nicht fällig; gemahnt wird erst danach."


class DunnedEnoughError(InvalidInputError):
    """There is no level above."""

    message = "Die höchste Mahnstufe ist erreicht. Buchen Sie die Rechnung aus, oder übergeben Sie sie."


class InvoiceEndError(InvalidInputError):
    """None of the ends there are."""

    message = "Bitte wählen Sie, ob die Rechnung storniert oder ausgebucht wird."


class InvoicePageTokenError(InvalidInputError):
    """The address of the page was changed by hand, or its first invoice is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."
