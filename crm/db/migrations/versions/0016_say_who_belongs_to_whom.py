"""Say which company belongs to which, and what people are at companies."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_company_parent_id"), "company", ["parent_id"], ["id"])
        batch_op.create_index("ix_company_parent_id", ["parent_id"], unique=False)
    op.create_table(
        "affiliation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_affiliation_company_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_affiliation_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sa.UniqueConstraint("subject_id", "company_id", "capacity", name=op.f("uq_affiliation_subject_id_company_id_capacity")),
    )
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.create_index("ix_affiliation_company_id", ["company_id"], unique=False)


def downgrade() -> None:
    op.drop_table("affiliation")
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_index("ix_company_parent_id")
        batch_op.drop_constraint(batch_op.f("fk_company_parent_id"), type_="foreignkey")
        batch_op.drop_column("parent_id")
