"""The public portal: where people outside the company use their rights. Its own application, its own cookie."""

from crm.portal.factory import create_app

__all__ = ["create_app"]
