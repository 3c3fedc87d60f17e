"""The blueprint that the views of imports share."""

from typing import Final

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("imports", __name__)
accept_pseudonyms(bp)

# Larger than a file may be, so that one that is a little too large is answered by a sentence at its field.
UPLOADS: Final = {"imports.keep": 24 * 1024 * 1024}
