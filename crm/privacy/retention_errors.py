"""What is wrong with a change of a Löschregel, in sentences at the field.

Source: Art. 5(1)(e), 5(2), 38(1) DSGVO.
"""

from crm.errors import InvalidInputError


class PeriodFaultError(InvalidInputError):
    """Nothing can be kept for this long."""

    message = "Geben Sie eine ganze Zahl an, höchstens 100 Jahre. Zählt die Regel ab Jahresende, sind nur Monate oder Jahre möglich."


class ShorterThanDutyError(InvalidInputError):
    """A statute demands more."""

    message = "Das ist kürzer, als das Gesetz verlangt. Die Frist beträgt mindestens %(months)s Monate."


class LongerThanDefaultError(InvalidInputError):
    """It may be right, and somebody has to answer for it."""

    message = "Diese Frist ist länger als der Vorschlag. Werden die Daten so lange gebraucht, setzen Sie hier den Haken und begründen es."


class RuleReasonMissingError(InvalidInputError):
    """Nobody says why."""

    message = "Bitte schreiben Sie, warum die Regel geändert wird; das steht im Löschkonzept."


class EffectiveDayError(InvalidInputError):
    """Not a day from which something can hold."""

    message = "Bitte geben Sie einen Tag von heute an bis in zwei Jahren an."


class OpinionMissingError(InvalidInputError):
    """Nobody says whether the data protection officer was asked."""

    message = "Bitte wählen Sie, was die oder der DSB dazu sagt."


class OpinionTextMissingError(InvalidInputError):
    """There is an objection, and nobody says which."""

    message = "Bitte schreiben Sie, was die oder der DSB einwendet; davon abzuweichen braucht einen Grund, der darauf antwortet."


class DpoThereError(InvalidInputError):
    """Somebody is there to be asked."""

    message = "Es gibt eine Datenschutzbeauftragte oder einen Datenschutzbeauftragten mit Konto. Fragen Sie, und wählen Sie die Antwort."


class NoDpoError(InvalidInputError):
    """Nobody is there to have said anything."""

    message = "Niemand hat ein Konto als DSB. Wählen Sie „keine oder kein DSB benannt“, oder lassen Sie ein Konto anlegen."


class FrameFaultError(InvalidInputError):
    """Not one of the choices."""

    message = "Bitte wählen Sie einen Eintrag aus der Liste."


class OwnOpinionMissingError(InvalidInputError):
    """The officer says nothing."""

    message = "Bitte wählen Sie, ob Sie zustimmen oder Einwände haben."


class OwnOpinionTextMissingError(InvalidInputError):
    """The officer objects, and does not say to what."""

    message = "Bitte schreiben Sie, was Sie einwenden; wer davon abweicht, muss darauf antworten."
