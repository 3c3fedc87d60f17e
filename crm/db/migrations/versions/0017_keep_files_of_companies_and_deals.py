"""Keep files of companies and deals."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("deal_id", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("company_id IS NOT NULL OR deal_id IS NOT NULL", name=op.f("ck_customer_file_matter")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_customer_file_company_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_customer_file_deal_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_customer_file_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_file")),
    )
    with op.batch_alter_table("customer_file", schema=None) as batch_op:
        batch_op.create_index("ix_customer_file_company_id", ["company_id"], unique=False)
        batch_op.create_index("ix_customer_file_deal_id", ["deal_id"], unique=False)
        batch_op.create_index("ix_customer_file_subject_id", ["subject_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("customer_file", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_file_subject_id")
        batch_op.drop_index("ix_customer_file_deal_id")
        batch_op.drop_index("ix_customer_file_company_id")

    op.drop_table("customer_file")
