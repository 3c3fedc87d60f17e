"""Bind sign-ins to what the program wrote.

A migration has no keys, and who can vouch for rows that SQL may have changed before? So nobody stays signed in: every
row goes, people sign in again, and what was signed in and out when stands in the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.delete(sa.table("sign_in")))
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("row_tag", sa.LargeBinary(length=16), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("row_tag")
