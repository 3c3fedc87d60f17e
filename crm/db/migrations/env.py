"""What Alembic runs for each command; the connection comes from `crm.db.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, MigrationScript

from crm.db.base import UtcDateTime

# Types and defaults of our own, by name, as the functions that stand for them in revisions.
_STAND_INS = {"TransactionId": "transaction_number()", "CurrentTransactionId": "current_transaction()"}


def render(_kind: str, value: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write what is our own as something that does not change when the code does."""
    if isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    stand_in = _STAND_INS.get(type(getattr(value, "arg", value)).__name__)
    if stand_in:
        autogenerate.imports.add(f"from crm.db.migrations.transaction_number import {stand_in.removesuffix('()')}")
    return stand_in or False


def leave_out_meanings(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Leave out what tables say about themselves: a revision is about the database alone, and the classification changes on."""
    for script in scripts:
        for operation in script.upgrade_ops.ops if script.upgrade_ops else ():
            if isinstance(operation, CreateTableOp):
                operation.info = {}


attributes = context.config.attributes
connection = attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=attributes["metadata"],
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    process_revision_directives=leave_out_meanings,
)
with context.begin_transaction():
    context.run_migrations()
