"""What can be wrong with a ticket, each with the sentence that helps."""

from crm.errors import InvalidInputError


class TicketSubjectMissingError(InvalidInputError):
    """A ticket says what it is about."""

    message = "Bitte schreiben Sie in einer Zeile, worum es geht."


class TopicError(InvalidInputError):
    """None of the topics there are."""

    message = "Dieses Thema gibt es nicht (mehr). Bitte wählen Sie eines aus der Liste."


class PriorityError(InvalidInputError):
    """None of the priorities there are."""

    message = "Diese Priorität gibt es nicht (mehr). Bitte wählen Sie eine aus der Liste."


class TicketStateError(InvalidInputError):
    """None of the states there are."""

    message = "Diesen Status gibt es nicht. Bitte wählen Sie einen aus der Liste."


class WayMissingError(InvalidInputError):
    """What was said to or by a customer was said in some way."""

    message = "Bitte wählen Sie, wie es gesagt wurde: per E-Mail, am Telefon oder als Brief."


class ClosedTicketError(InvalidInputError):
    """Nothing is changed about what is closed."""

    message = "Dieses Ticket ist geschlossen. Öffnen Sie es wieder, um es zu ändern."


class NobodyToMailError(InvalidInputError):
    """The ticket is about a company; a mail goes to a person."""

    message = "Dieses Ticket betrifft die Firma und keine Person. Rufen Sie an oder schreiben Sie einen Brief, und halten Sie es hier fest."


class TemplateTitleError(InvalidInputError):
    """A template has a name by which it is chosen."""

    message = "Bitte geben Sie dem Textbaustein einen Namen."


class TemplateTextError(InvalidInputError):
    """A template says something in both languages."""

    message = "Bitte schreiben Sie den Text in beiden Sprachen; Kunden bekommen ihn in ihrer."


class TemplateTooLongError(InvalidInputError):
    """A template is longer than one may be."""

    message = "Der Text ist länger als %(longest)s Zeichen. Kürzen Sie ihn."


class PlaceholderError(InvalidInputError):
    """A word in braces that nothing fills."""

    message = "Den Platzhalter „%(placeholder)s“ gibt es nicht. Möglich sind {name} und {ticket}."


class TicketPageTokenError(InvalidInputError):
    """The address of the page was changed by hand, or its first ticket is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."
