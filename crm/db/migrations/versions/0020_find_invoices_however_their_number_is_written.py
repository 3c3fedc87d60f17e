"""Find invoices however their number is written, by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INVOICE = sa.table("invoice", sa.column("id"), sa.column("number"), sa.column("number_key"))


def upgrade() -> None:
    with op.batch_alter_table("invoice") as table:
        table.add_column(sa.Column("number_key", sa.String(length=80), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("invoice") as table:
        table.alter_column("number_key", existing_type=sa.String(length=80), nullable=False)
        table.create_unique_constraint(op.f("uq_invoice_number_key"), ["number_key"])


def downgrade() -> None:
    with op.batch_alter_table("invoice") as table:
        table.drop_constraint(op.f("uq_invoice_number_key"), type_="unique")
        table.drop_column("number_key")


def _fill(connection: sa.Connection) -> None:
    """Give each invoice its key; of two that were written apart by their letters alone, the later keeps apart by its id."""
    taken: set[str] = set()
    keys = []
    for invoice_id, number in connection.execute(sa.select(_INVOICE.c.id, _INVOICE.c.number).order_by(_INVOICE.c.id)).all():
        key = number.casefold()
        key = f"{number.casefold()} {invoice_id}" if key in taken else key
        taken.add(key)
        keys.append({"of": invoice_id, "key": key})
    if keys:
        connection.execute(sa.update(_INVOICE).where(_INVOICE.c.id == sa.bindparam("of")).values(number_key=sa.bindparam("key")), keys)
