"""The blueprint that the views of exports share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("exports", __name__)
accept_pseudonyms(bp)
