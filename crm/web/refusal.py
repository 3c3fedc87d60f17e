"""The page that says what stands against showing a person, and which purposes of the role are in the strip instead."""

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.privacy.errors import PrivacyError, RestrictedError
from crm.site.errors import sentence_of, status_of
from crm.web.desk import Desk, purpose_links, strip_of


def refuse(desk: Desk, error: PrivacyError) -> ResponseReturnValue:
    """Say what stands against it; a restriction holds for every purpose, so no other is offered."""
    is_restricted = isinstance(error, RestrictedError)
    page = render_template(
        "contacts/refused.html",
        strip=strip_of(desk, shown=0),
        message=sentence_of(error),
        restricted=is_restricted,
        offers=() if is_restricted else purpose_links(desk.others),
        rights_url=None,
    )
    return page, status_of(error)
