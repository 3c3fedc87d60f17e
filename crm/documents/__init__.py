"""Documents: letters and vouchers as PDF. The mechanism knows no CRM: contents in, bytes out."""

from crm.documents.rendering import render

__all__ = ["render"]
