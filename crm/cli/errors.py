"""What only the command line can run into."""

from crm.errors import InvalidInputError


class SettingsUnreadableError(InvalidInputError):
    """The settings file is no TOML."""

    message = "Die Einstellungen in %(file)s sind nicht lesbar: %(reason)s."


class UnknownSettingError(InvalidInputError):
    """Somebody set what does not exist; a slip here could switch a protection off unnoticed."""

    message = "Die Einstellung „%(name)s“ gibt es nicht. Alle Einstellungen stehen in docs/reference/settings.md."


class SettingRefusedError(InvalidInputError):
    """A setting has a value that it cannot have. The value is not shown: it could be a secret."""

    message = "Die Einstellung „%(name)s“ hat einen Wert, der nicht geht: %(reason)s."


class FileUnreadableError(InvalidInputError):
    """A file that was named on the command line cannot be read."""

    message = "Die Datei %(file)s lässt sich nicht lesen: %(reason)s."
