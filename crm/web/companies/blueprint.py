"""The blueprint that the views of companies share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("companies", __name__)
accept_pseudonyms(bp)
