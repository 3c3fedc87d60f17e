"""What a request does not allow; facts never hold personal data."""

from crm.errors import InvalidInputError, NotAllowedError
from crm.privacy.errors import PrivacyError


class CoordinatorOnlyError(NotAllowedError):
    """Requests are decided by the coordinator alone; the data protection officer advises (Art. 38(6), 39)."""

    message = "Anträge bearbeitet die Datenschutzkoordination. Ihre Rolle kann sie eröffnen oder lesen."


class CaseStateError(PrivacyError):
    """The case is not where this act belongs any more."""

    article = "Art. 12(3)"
    message = "Der Fall ist inzwischen weiter. Sehen Sie unten, was geschehen ist; es wurde nichts geändert."


class CaseChangedError(PrivacyError):
    """Somebody else changed the case since the page was opened."""

    article = "Art. 12(3)"
    message = (
        "Inzwischen hat jemand anderes an diesem Fall gearbeitet. Es wurde nichts geändert; sehen Sie den neuen Stand und "
        "entscheiden Sie erneut. Ihre Eingaben stehen noch da."
    )


class CaseTamperedError(PrivacyError):
    """The case is not what acts made of it: somebody wrote SQL."""

    article = "Art. 5(1)(f), 32(1)(b)"
    message = (
        "Dieser Fall wurde außerhalb von Lethe geändert: Betroffene, Entscheidung oder Zeitpunkt sind nicht die eingetragenen. "
        "Es wird nichts gelöscht und nichts beantwortet. Melden Sie es der Administration; „lethe doctor“ sagt mehr."
    )


class IdentityOpenError(PrivacyError):
    """Nothing is decided while it is in doubt, or unsaid, whose request this is."""

    article = "Art. 12(6)"
    message = "Klären Sie zuerst, ob der Antrag von dieser Person kommt, und halten Sie fest, woran Sie es erkennen."


class IdentityNoteMissingError(InvalidInputError):
    """It is not said how somebody was recognised."""

    message = "Bitte schreiben Sie in Stichworten, woran Sie die Person erkennen. Eine Ausweiskopie brauchen Sie nicht."


class ReasonMissingError(InvalidInputError):
    """A decision that refuses, or keeps what the proposal lets go, needs a reason; the person reads it (Art. 12(4))."""

    message = "Sie behalten Daten anders als vorgeschlagen oder lehnen ab. Bitte begründen Sie es in einem Satz; er steht in der Antwort."


class RefusalReasonMissingError(ReasonMissingError):
    """Who refuses a copy says why; the person reads it (Art. 12(4))."""

    message = (
        "Bitte begründen Sie die Ablehnung in einem Satz; er steht in der Antwort. Die Beweislast liegt bei uns (Art. 12 Abs. 5 DSGVO)."
    )


class ErasureReasonMissingError(ReasonMissingError):
    """A decision that erases what the proposal keeps needs a reason; it is for those who answer for it, not for the person."""

    message = (
        "Sie löschen, was der Vorschlag behält. Bitte begründen Sie es in einem Satz; er bleibt bei der Entscheidung und "
        "steht nicht in der Antwort."
    )


class ChoiceNotPossibleError(InvalidInputError):
    """This is not possible for this kind of data."""

    message = "Das ist für diese Datenart nicht möglich. Wählen Sie eine der angebotenen Möglichkeiten."


class UnderHoldError(InvalidInputError):
    """A hold forbids to erase this kind of data for now."""

    message = "Diese Daten stehen unter einer Löschsperre. Sie bleiben, bis jemand die Sperre auf der Seite „Löschsperren“ beendet."


class ChoiceMissingError(InvalidInputError):
    """Nobody chose what becomes of a kind of data."""

    message = "Zu dieser Datenart fehlt Ihre Entscheidung. Es wurde nichts entschieden; wählen Sie eine der angebotenen Möglichkeiten."


class NotesGoTooError(InvalidInputError):
    """Notes lie under the same key as the profile."""

    message = "Notizen liegen unter demselben Schlüssel wie das Profil: Wird es gelöscht, gehen sie mit. Wählen Sie für beide dasselbe."


class NobodyFoundError(InvalidInputError):
    """There is nobody whose data could be erased or kept."""

    message = "Zu diesem Fall gehört noch niemand. Fügen Sie die Person hinzu, oder antworten Sie, dass wir keine Daten haben."


class SeveralPersonsError(PrivacyError):
    """The case is about people of different names; one letter would tell one of them about the other, and the other nothing."""

    article = "Art. 5(1)(f), 12(3)"
    message = (
        "Zu diesem Fall gehören Personen mit verschiedenen Namen, und jede bekommt ihre eigene Antwort. Nehmen Sie unter „Um wen es geht“ "
        "die anderen heraus; wer auch gelöscht werden will, bekommt auf der Kontaktseite einen eigenen Fall. Es wurde nichts entschieden."
    )


class CaseUnreadableError(PrivacyError):
    """A part of a case does not open: somebody wrote SQL."""

    article = "Art. 5(1)(f), 32(1)(b)"
    message = (
        "Ein Teil dieses Falls wurde außerhalb von Lethe verändert und lässt sich nicht mehr öffnen; was lesbar ist, steht unten. "
        "Es wurde nichts geändert. Melden Sie es der Administration; „lethe doctor“ sagt mehr."
    )


class SecondPersonError(PrivacyError):
    """Who decides does not agree to the own decision."""

    article = "Art. 5(2), 32(4)"
    message = "Dieser Entscheidung muss jemand anderes zustimmen als die Person, die sie getroffen hat."


class CaseOpenAlreadyError(InvalidInputError):
    """A case is open that this one may repeat."""

    message = (
        "Dazu ist schon ein Fall offen. Ist es derselbe Antrag, brauchen Sie keinen zweiten; "
        "ist es ein weiterer, kreuzen Sie das an und eröffnen Sie ihn."
    )


class PackageMissingError(InvalidInputError):
    """Nothing was composed that could go out, or it is gone."""

    message = "Zu diesem Fall ist keine Kopie zusammengestellt, oder ihre Zeit ist um. Stellen Sie sie zuerst zusammen."


class PackageStaleError(PrivacyError):
    """The case is about others than those whose data were composed."""

    article = "Art. 5(1)(d), (f)"
    message = (
        "Zu diesem Fall gehören inzwischen andere Personen. Stellen Sie die Kopie neu zusammen und sehen Sie sie an, bevor sie hinausgeht."
    )


class NotOfferedError(InvalidInputError):
    """A list was answered with something that does not stand in it."""

    message = "Das steht hier nicht zur Wahl. Bitte wählen Sie eine der angebotenen Möglichkeiten."


class ReceiptDayError(InvalidInputError):
    """The day of receipt is missing, in the future or too long ago."""

    message = "Bitte geben Sie den Tag an, an dem der Antrag bei uns ankam; er liegt nicht in der Zukunft."


class NotRestrictedError(PrivacyError):
    """A restriction was to be lifted that does not stand; perhaps somebody was faster."""

    article = "Art. 18(3)"
    message = "Diese Einschränkung besteht nicht mehr. Die Seite zeigt, was jetzt gilt; es geht keine E-Mail hinaus."


class LetGoReasonMissingError(InvalidInputError):
    """Nobody says why data need not be kept any more."""

    message = "Bitte wählen Sie, warum die Daten nicht länger aufbewahrt werden müssen."


class KeptNoLongerError(PrivacyError):
    """No decision keeps the person, or their day has come; perhaps somebody was faster."""

    article = "Art. 17(3)"
    message = "Diese Person wird nicht mehr aufbewahrt. Die Seite zeigt, was jetzt gilt; es geht keine E-Mail hinaus."


class ToldDayError(InvalidInputError):
    """The day on which a person was told that a restriction ends is missing, or before the restriction began."""

    message = "Bitte geben Sie den Tag an, an dem die Person es erfahren hat: frühestens der Tag der Einschränkung, spätestens heute."


class PostedDayError(InvalidInputError):
    """The day on which an answer was posted is missing, to come, or before the answer was written."""

    message = (
        "Bitte geben Sie den Tag an, an dem die Antwort abgeschickt wurde: "
        "frühestens der Tag, an dem sie geschrieben wurde, spätestens heute."
    )


class AddresseeMissingError(InvalidInputError):
    """Nobody knows where the answer should go."""

    message = "Wohin geht die Antwort? Bitte geben Sie einen Namen und eine E-Mail-Adresse oder Anschrift an."


class ExtensionReasonMissingError(InvalidInputError):
    """It is not said why the answer takes longer."""

    message = "Bitte schreiben Sie in einem Satz, warum die Antwort länger dauert; er steht in der Mitteilung an die Person."


class ExtensionUntoldError(InvalidInputError):
    """No e-mail address is known, so somebody has to tell the person before the period is extended."""

    message = (
        "Zu diesem Fall ist keine E-Mail-Adresse bekannt. Teilen Sie die Verlängerung mit ihren Gründen per Brief mit und "
        "tragen Sie ein, an welchem Tag seit dem Eingang Sie ihn abgeschickt haben."
    )


class ExtensionTooLateError(PrivacyError):
    """The first month is over: the person was to be told within it."""

    article = "Art. 12(3)"
    message = (
        "Verlängern ließ sich die Frist nur im ersten Monat, bis zum %(day)s. Antworten Sie jetzt, auch wenn Sie ablehnen oder "
        "erst einen Teil erledigt haben."
    )


class ExtendedBeforeError(PrivacyError):
    """The period is extended once."""

    article = "Art. 12(3)"
    message = (
        "Die Frist ist schon verlängert; ein zweites Mal sieht das Gesetz nicht vor. Die Antwort muss bis zum %(day)s abgeschickt sein."
    )


class TextTooLongError(InvalidInputError):
    """A text is longer than its field takes."""

    message = "Das ist länger als %(longest)s Zeichen. Bitte kürzen Sie es."


class WayToPersonMissingError(InvalidInputError):
    """No e-mail address of the person is known."""

    message = "Zu dieser Person ist keine E-Mail-Adresse bekannt. Sagen Sie es ihr per Brief oder Telefon und tragen Sie es dann hier ein."


class ClaimReasonMissingError(ReasonMissingError):
    """Who does not follow a claim, or a part of it, says why; the person reads it (Art. 12(4))."""

    message = "Bitte begründen Sie in einem Satz, warum wir dem nicht folgen; er steht in der Antwort (Art. 12 Abs. 4 DSGVO)."


class WeighingMissingError(InvalidInputError):
    """An objection is refused without saying what speaks for the person."""

    message = (
        "Schreiben Sie, was für die Person spricht: ihre besondere Situation, wie sie sie schildert. "
        "Ohne Abwägung lässt sich ein Widerspruch nicht ablehnen (Art. 21 Abs. 1 DSGVO)."
    )


class PurposesUnchosenError(InvalidInputError):
    """Nobody chose which processing ends."""

    message = "Bitte kreuzen Sie an, welche Verarbeitung endet. Soll keine enden, lehnen Sie den Widerspruch unten ab."


class NothingRightError(InvalidInputError):
    """No field says what is right."""

    message = "Bitte tragen Sie in mindestens ein Feld ein, was richtig ist. Ist alles richtig, wie es dasteht, lehnen Sie unten ab."


class PersonChangedError(PrivacyError):
    """What the person's entry says was changed since it was compared with what the person says is right."""

    article = "Art. 16"
    message = "Inzwischen wurden die Daten dieser Person geändert. Vergleichen Sie noch einmal; Ihre Eingaben stehen noch da."
