"""The cases in which a person may demand that processing is restricted, in words: on the page of their rights, and at the desk.

Source: Art. 18(1) DSGVO.
"""

from typing import Final

from crm.privacy.restriction import RestrictionReason
from crm.site.i18n import _l

# The cases of Art. 18(1)(a) to (d) DSGVO.
RESTRICTION_GROUNDS: Final = {
    RestrictionReason.ACCURACY_CONTESTED: _l("Die Person bestreitet die Richtigkeit (lit. a)"),
    RestrictionReason.UNLAWFUL: _l("Unrechtmäßig, die Person will keine Löschung (lit. b)"),
    RestrictionReason.LEGAL_CLAIMS: _l("Die Person braucht die Daten für Ansprüche (lit. c)"),
    RestrictionReason.OBJECTION_PENDING: _l("Widerspruch, noch nicht abgewogen (lit. d)"),
}
