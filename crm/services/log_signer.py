"""Who signs the log of an installation: a name that holds no address, because it is the log's for ever, and a secret of the key store."""

from crm.ledger import Signer

SECRET = "ledger"  # noqa: S105 - the name of a secret, not one


def log_name(installation_id: str) -> str:
    """Return the origin line of the log of this installation."""
    return f"lethe-{installation_id}"


def make_signer(installation_id: str, secret: bytes) -> Signer:
    """Return the signer of the log of this installation."""
    return Signer(log_name(installation_id), secret)
