"""The blueprint of the pages of single rules."""

from flask import Blueprint

bp = Blueprint("concept", __name__)
