"""What can go wrong, as classes that carry facts.

A use case raises; entry points make the sentence, once, in the reader's language. A message says what
is wrong and then what helps, and never holds personal data.
"""

from typing import ClassVar


class CrmError(Exception):
    """Something that was asked for cannot be done.

    `message` is the German sentence (the source language of the translations) with named
    placeholders; the keyword arguments of the constructor are the facts for them.
    """

    message: ClassVar[str] = "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message % facts if facts else self.message)


class InvalidInputError(CrmError):
    """What was entered cannot be taken as it is; `field` names the place, if there is one."""

    message = "Diese Angabe lässt sich nicht verwenden."

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        super().__init__(**facts)


class NotFoundError(CrmError):
    """There is no such thing, or the actor may not know of it."""

    message = "Das gibt es hier nicht (mehr). Suchen Sie es über die Liste."


class NotAllowedError(CrmError):
    """The actor's role does not permit this."""

    message = "Ihre Rolle darf das nicht. Wenden Sie sich an die Administration, wenn Sie es brauchen."


class UnavailableError(CrmError):
    """A part the answer needs is out of reach at the moment; nothing was changed."""

    message = "Lethe ist gerade nicht vollständig erreichbar. Es wurde nichts geändert; versuchen Sie es gleich noch einmal."
