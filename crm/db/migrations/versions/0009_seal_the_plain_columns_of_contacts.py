"""Seal the plain columns of contacts and companies.

A migration has no keys: `lethe upgrade` seals the rows that are there in the same transaction, and refuses where it has none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal", sa.LargeBinary(length=16), server_default=sa.text("''"), nullable=False))
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.alter_column("seal", server_default=None)

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal", sa.LargeBinary(length=16)))  # goes with the person that a sole trader is


def downgrade() -> None:
    for table in ("contact", "company"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("seal")
