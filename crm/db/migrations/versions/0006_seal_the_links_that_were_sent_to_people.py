"""Seal the links that were sent to people.

A migration has no keys, so links that are there cannot be sealed. They lapse: whoever follows one reads that its time is over. Those
that show how far a request has come do nothing and go on. What was dropped in by a link and still waits is set aside; the worker
empties the letterbox within seconds, let it finish before the upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("personal_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal", sa.LargeBinary(length=16), nullable=True))
    op.execute("DELETE FROM personal_link WHERE kind <> 'status'")


def downgrade() -> None:
    with op.batch_alter_table("personal_link", schema=None) as batch_op:
        batch_op.drop_column("seal")
