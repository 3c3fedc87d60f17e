"""Keep custom fields and their values."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("title_de", sa.String(length=60), nullable=False),
        sa.Column("title_en", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("field_group", sa.String(length=20), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "field_group IN ('identity', 'email', 'phone', 'address', 'position', 'birth_date')", name=op.f("ck_custom_field_field_group")
        ),
        sa.CheckConstraint("kind <> 'choice' OR length(options) > 4", name=op.f("ck_custom_field_options")),
        sa.CheckConstraint("kind IN ('text', 'number', 'date', 'choice')", name=op.f("ck_custom_field_kind")),
        sa.CheckConstraint("substr(rule, 1, 4) = 'RET-'", name=op.f("ck_custom_field_rule")),
        sa.CheckConstraint("length(purposes) > 4 AND substr(purposes, 1, 2) = '[\"'", name=op.f("ck_custom_field_purposes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("code", name=op.f("uq_custom_field_code")),
    )
    op.create_table(
        "custom_value",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("field_id", sa.String(length=32), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name=op.f("fk_custom_value_field_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_custom_value_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "field_id", name=op.f("pk_custom_value")),
    )
    with op.batch_alter_table("custom_value", schema=None) as batch_op:
        batch_op.create_index("ix_custom_value_field_id", ["field_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("custom_value", schema=None) as batch_op:
        batch_op.drop_index("ix_custom_value_field_id")

    op.drop_table("custom_value")
    op.drop_table("custom_field")
