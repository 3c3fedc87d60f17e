"""What accounts and sign-ins refuse, each with one sentence."""

from crm.errors import CrmError, InvalidInputError, NotFoundError


class SignInFailedError(InvalidInputError):
    """Wrong address, wrong password, locked, disabled: always the same sentence, because others would tell strangers more."""

    message = (
        "Diese Angaben passen nicht zusammen, oder es waren zu viele Versuche. Prüfen Sie beides, warten Sie einige Minuten "
        "und versuchen Sie es noch einmal."
    )


class CodeWrongError(InvalidInputError):
    """The code of the second factor is wrong, was used before, or there were too many tries."""

    message = (
        "Dieser Code gilt nicht (mehr), oder es waren zu viele Versuche. Warten Sie auf den nächsten und geben Sie seine sechs Ziffern ein."
    )


class PasswordWrongError(InvalidInputError):
    """The current password, asked for again before a change, is wrong, or there were too many tries."""

    message = (
        "Ihr jetziges Passwort stimmt nicht, oder es waren zu viele Versuche. Warten Sie einige Minuten und versuchen Sie es noch einmal."
    )


class PasswordTooShortError(InvalidInputError):
    """The new password is too short."""

    message = "Das Passwort ist zu kurz. Nehmen Sie mindestens %(least)s Zeichen, zum Beispiel vier zufällige Wörter."


class PasswordTooLongError(InvalidInputError):
    """The new password is longer than what is hashed."""

    message = "Das Passwort ist zu lang. Mehr als %(most)s Zeichen gehen nicht."


class PasswordTooCommonError(InvalidInputError):
    """The new password is one of those that are tried first."""

    message = "Dieses Passwort wird beim Erraten als eines der ersten probiert. Nehmen Sie ein anderes, zum Beispiel vier zufällige Wörter."


class PasswordUnrepeatedError(InvalidInputError):
    """The new password was typed in two different ways."""

    message = "Die beiden Eingaben sind verschieden. Bitte tippen Sie das neue Passwort noch einmal in beide Felder."


class PasswordUnchangedError(InvalidInputError):
    """The new password is the old one."""

    message = "Das ist das bisherige Passwort. Bitte nehmen Sie ein neues."


class EmailInvalidError(InvalidInputError):
    """The address is not an e-mail address."""

    message = "Das ist keine E-Mail-Adresse. Sie sieht so aus: name@firma.de"


class EmailTakenError(InvalidInputError):
    """Another account has this address."""

    message = "Es gibt schon ein Konto mit dieser E-Mail-Adresse. Suchen Sie es in der Liste der Konten."


class NameMissingError(InvalidInputError):
    """An account needs a name."""

    message = "Bitte geben Sie an, wie die Person im Programm heißen soll."


class NameUnusableError(InvalidInputError):
    """The name is too long or holds characters that cannot be seen."""

    message = "Der Name hat höchstens %(longest)s Zeichen und keine unsichtbaren. Kürzen Sie ihn oder tippen Sie ihn neu."


class RoleMissingError(InvalidInputError):
    """An account needs at least one role."""

    message = "Bitte wählen Sie mindestens eine Rolle."


class RolesExcludedError(InvalidInputError):
    """Two roles that nobody may hold together (Art. 38(6) DSGVO)."""

    message = (
        "Die Rolle DSB („dpo“) verträgt sich nicht mit „%(other)s“, denn Datenschutzbeauftragte dürfen sich nicht selbst "
        "überwachen. Geben Sie eine der beiden Rollen einer anderen Person."
    )


class RoleNotHeldError(InvalidInputError):
    """Somebody wants to act in a role they do not hold."""

    message = "Diese Rolle haben Sie nicht. Wählen Sie eine Ihrer eigenen Rollen."


class LastAdministratorError(CrmError):
    """Without this account nobody could administer the installation."""

    message = "Das ist das letzte Konto mit der Rolle „admin“. Geben Sie die Rolle erst einer anderen Person."


class OwnAccountError(CrmError):
    """Somebody wants to shut the account they are signed in with."""

    message = "Ihr eigenes Konto können Sie nicht sperren. Bitten Sie eine andere Person mit der Rolle „admin“ darum."


class OwnRolesError(CrmError):
    """Somebody wants to change what they may do themselves."""

    message = (
        "Ihre eigenen Rollen können Sie nicht ändern. Das kann eine andere Person mit der Rolle „admin“; "
        "am Server geht es mit „lethe users roles“."
    )


class AccountNotFoundError(NotFoundError):
    """There is no such account, or it is disabled."""

    message = "Dieses Konto gibt es nicht, oder es ist gesperrt. Sehen Sie in der Liste der Konten nach."


class AccountsExistError(CrmError):
    """The first administrator is to be created where accounts already exist."""

    message = "Diese Installation hat schon Konten. Weitere legt die Administration an, mit `lethe users add` oder im Browser."


class NoEnrolmentError(CrmError):
    """A code is to be confirmed for a second factor that nobody began to set up."""

    message = "Die Einrichtung des zweiten Faktors ist abgelaufen. Bitte beginnen Sie sie noch einmal."


class SignInEndedError(CrmError):
    """The sign-in ended while it was being used."""

    message = "Ihre Anmeldung ist beendet. Bitte melden Sie sich noch einmal an."


class LanguageUnknownError(InvalidInputError):
    """Pages do not exist in this language."""

    message = "Diese Sprache gibt es hier nicht. Wählen Sie Deutsch oder Englisch."
