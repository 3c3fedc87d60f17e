"""Keep of which campaign an export holds links."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("export_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_export_file_campaign_id"), "campaign", ["campaign_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("export_file", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_export_file_campaign_id"), type_="foreignkey")
        batch_op.drop_column("campaign_id")
