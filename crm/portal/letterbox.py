"""Drops what was sent into the letterbox; when this returns, it is on the disk."""

from collections.abc import Mapping

from crm.models.intake import IntakeKind
from crm.portal.installation import current_portal
from crm.privacy.intake import letterbox
from crm.site.i18n import current_language


def drop_in(kind: IntakeKind, message: Mapping[str, str]) -> None:
    """Keep a message durably; whether anybody has the address is asked by the worker alone."""
    portal = current_portal()
    with portal.database.writing() as session:
        letterbox.receive(session, kind=kind, message=message, link_hash=None, language=current_language(), now=portal.clock.now())
