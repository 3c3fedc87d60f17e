"""Seal the orders of erasure.

A migration has no keys, so orders that are there stay without a seal: one that is done needs none, and one that still waits is held
back. The worker carries orders out within seconds; let it finish before the upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.drop_column("seal")
