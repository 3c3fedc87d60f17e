"""By what a record of daily work is met again: the id of its row is the keyed hash of its record.

So a second import finds what is here already without a list of its own, and the id of the other system, which may lead to a
person there, stands nowhere.
"""

from sqlalchemy.orm import Session

from crm.vault import Vault


def row_id(session: Session, system: str, record_id: str) -> str:
    """Return the id that the row of a record has here."""
    return Vault.of(session).source_tag(f"{system}:work", record_id).hex()[:32]
