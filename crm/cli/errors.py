"""What only the command line can run into."""

from crm.errors import CrmError, InvalidInputError


class SettingsUnreadableError(InvalidInputError):
    """The settings file may not be read."""

    message = "Die Einstellungen in %(file)s sind nicht lesbar. Prüfen Sie, ob Sie die Datei lesen dürfen."


class UnknownSettingError(InvalidInputError):
    """Somebody set what does not exist; a slip here could switch a protection off unnoticed."""

    message = "Die Einstellung „%(name)s“ gibt es nicht. Alle Einstellungen stehen in docs/reference/settings.md."


class FileUnreadableError(InvalidInputError):
    """A file that was named on the command line cannot be read."""

    message = "Die Datei %(file)s lässt sich nicht lesen: %(reason)s."


class NoRoomError(CrmError):
    """What a command writes has no room, be it its output or a file."""

    message = (
        "Beim Schreiben war kein Speicherplatz mehr frei; die Ausgabe ist unvollständig. Schaffen Sie Platz, "
        "oder leiten Sie die Ausgabe woandershin."
    )


class AddressTakenError(CrmError):
    """Another program listens at the address of a site already."""

    message = "Auf %(address)s wartet schon ein anderes Programm. Beenden Sie es, oder nennen Sie mit --port einen anderen Port."


class AddressUnusableError(CrmError):
    """This machine, or this account, cannot listen at the address of a site."""

    message = "Auf %(address)s lässt sich hier nicht warten. Prüfen Sie die Einstellung host, und nennen Sie mit --port einen Port ab 1024."


class PlanDayError(InvalidInputError):
    """A day on which nothing can have been due."""

    message = "An diesem Tag kann nichts fällig gewesen sein. Nennen Sie einen ab %(first)s."


class RunPausedError(CrmError):
    """Somebody has paused all runs of the Löschkonzept."""

    message = (
        "Bis %(until)s pausieren alle Läufe; es wurde nichts vergessen. Beenden Sie die Pause auf der Seite „Löschsperren“, dann läuft er."
    )


class SiteCannotStartError(CrmError):
    """A site cannot make or read its files, for want of room or rights."""

    message = "Die Seite kann nicht starten (%(reason)s). Prüfen Sie, ob auf den Datenträgern Platz ist und dort geschrieben werden darf."
