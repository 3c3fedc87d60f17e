"""Why a custom field cannot be as somebody wants it."""

from crm.errors import InvalidInputError


class FieldTitleMissingError(InvalidInputError):
    """Nobody could tell what to write into it."""

    message = "Bitte geben Sie eine Bezeichnung in beiden Sprachen an."


class FieldTitleTwiceError(InvalidInputError):
    """Two fields that nobody could tell apart."""

    message = "Ein eigenes Feld mit dieser Bezeichnung gibt es schon."


class FieldForbiddenError(InvalidInputError):
    """It would ask for what is never collected (Art. 5(1)(c), 9, 10 DSGVO)."""

    message = (
        "Solche Angaben nimmt Lethe nicht auf: Gesundheit, Religion, Politik und anderes nach Art. 9 und 10 DSGVO, Geschlecht, Einkommen, "
        "Vorstrafen und Bonität. Ist etwas anderes gemeint, nennen Sie das Feld anders."
    )


class FieldOptionForbiddenError(InvalidInputError):
    """To choose it would say of a person what is never collected (Art. 5(1)(c), 9, 10 DSGVO)."""

    message = (
        "Der Eintrag „%(option)s“ darf nicht zur Wahl stehen: Angaben nach Art. 9 und 10 DSGVO, Geschlecht, Einkommen und Bonität nimmt "
        "Lethe nicht auf. Ist etwas anderes gemeint, nennen Sie den Eintrag anders."
    )


class FieldKindError(InvalidInputError):
    """Not a kind of field."""

    message = "Bitte wählen Sie, was in dem Feld steht."


class FieldGroupError(InvalidInputError):
    """Without a field group, no purpose would open it."""

    message = "Bitte wählen Sie die Feldgruppe, zu der das Feld gehört."


class FieldPurposeMissingError(InvalidInputError):
    """Without a purpose, nothing may be collected (Art. 5(1)(b) DSGVO)."""

    message = "Bitte wählen Sie mindestens einen Zweck. Ohne Zweck darf Lethe nichts erheben."


class FieldPurposeGroupError(InvalidInputError):
    """One of the purposes does not open the field group."""

    message = "Einer der Zwecke öffnet diese Feldgruppe nicht. Wählen Sie eine andere Feldgruppe oder lassen Sie diesen Zweck weg."


class FieldRuleError(InvalidInputError):
    """Without a rule, a value would stay for ever (Art. 5(1)(e) DSGVO)."""

    message = "Bitte wählen Sie die Löschregel, nach der die Werte gehen."


class FieldOptionsError(InvalidInputError):
    """Nothing to choose from, or too much."""

    message = "Eine Auswahl braucht mindestens zwei und höchstens %(most)s Einträge, je Zeile einen."


class FieldOptionTwiceError(InvalidInputError):
    """Two options that nobody could tell apart."""

    message = "Ein Eintrag steht zweimal in der Liste."


class FieldPositionError(InvalidInputError):
    """Not a place in a row."""

    message = "Bitte geben Sie den Platz als ganze Zahl von 0 bis 999 an, zum Beispiel 3."


class TooManyFieldsError(InvalidInputError):
    """More than anybody needs (Art. 5(1)(c) DSGVO)."""

    message = "Mehr als %(most)s eigene Felder sind nicht vorgesehen. Legen Sie zuerst eines still, das Sie nicht mehr brauchen."
