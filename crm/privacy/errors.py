"""What the law forbids. `article` says where; facts never hold personal data."""

from typing import ClassVar

from crm.errors import CrmError, InvalidInputError, NotAllowedError


class PrivacyError(CrmError):
    """The law forbids what was asked."""

    article: ClassVar[str] = ""


class PurposeNotAllowedError(NotAllowedError):
    """The actor's role does not act for this purpose."""

    message = "Ihre Rolle arbeitet nicht für diesen Zweck. Wechseln Sie oben den Zweck."


class UnknownPurposeError(InvalidInputError):
    """No such purpose is set."""

    message = "Diesen Zweck gibt es nicht. Erlaubt sind: %(known)s."


class NoLawfulBasisError(PrivacyError):
    """No legal basis (Rechtsgrundlage) covers this purpose for this person."""

    article = "Art. 6(1)"
    message = "Für diesen Zweck gibt es bei dieser Person keine Rechtsgrundlage. Wechseln Sie den Zweck, wenn ein anderer passt."


class ObjectedError(PrivacyError):
    """The person objected to this purpose (Widerspruch)."""

    article = "Art. 21"
    message = "Die Person hat diesem Zweck widersprochen. Ihre Daten werden dafür nicht mehr verwendet."


class RestrictedError(PrivacyError):
    """Processing is restricted (Einschränkung)."""

    article = "Art. 18"
    message = "Die Verarbeitung dieser Daten ist eingeschränkt. Fragen beantwortet die Datenschutzkoordination."


class SuppressedError(PrivacyError):
    """The address is on the suppression list and the only purpose is direct marketing."""

    article = "Art. 21(3)"
    message = "Diese Adresse darf keine Werbung mehr bekommen; für Werbung allein wird sie nicht aufgenommen."


class FieldWithoutPurposeError(InvalidInputError):
    """A field is to be stored that the purpose does not need (Datensparsamkeit)."""

    message = "Der Zweck „%(purpose)s“ braucht dieses Feld nicht; es wird nicht gespeichert. Lassen Sie es leer."


class OriginMissingError(InvalidInputError):
    """Where the data came from is not said (Art. 14(2)(f))."""

    message = "Bitte geben Sie an, woher die Daten stammen, zum Beispiel „Visitenkarte, Messe Kassel“."


class LastContactAheadError(InvalidInputError):
    """A last contact that has not happened yet would keep somebody longer than any rule."""

    message = "Der letzte Kontakt liegt in der Zukunft. Geben Sie einen Tag an, der schon war; Geplantes zählt erst, wenn es war."


class StaleVersionError(CrmError):
    """The record was changed since it was opened, by whomever."""

    message = "Inzwischen wurde dieser Datensatz geändert. Ihre Eingaben stehen noch da; vergleichen Sie und speichern Sie erneut."


class WordingMissingError(InvalidInputError):
    """A consent is to be recorded without the words that were agreed to."""

    message = "Eine Einwilligung gilt nur mit dem Wortlaut, dem zugestimmt wurde. Bitte geben Sie ihn an."
