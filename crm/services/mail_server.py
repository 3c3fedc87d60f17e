"""The way to the mail server that the settings name."""

from crm.mail import Transport
from crm.settings import Settings


def make_transport(settings: Settings) -> Transport | None:
    """Return the way to the mail server, or None where none is set.

    Raises:
        RealMailInDemoError: a demonstration is to use a real server.
    """
    if settings.smtp_host is None:
        return None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return Transport(host=settings.smtp_host, port=settings.smtp_port, user=settings.smtp_user, password=password, demo=settings.demo)
