"""Keep answers until they are fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_package",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_summary", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_package", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["request_case.id"], name=op.f("fk_answer_package_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_answer_package_subject_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_answer_package")),
    )
    with op.batch_alter_table("answer_package", schema=None) as batch_op:
        batch_op.create_index("ix_answer_package_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "answer_handout",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["request_case.id"], name=op.f("fk_answer_handout_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_answer_handout_subject_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_answer_handout")),
    )
    with op.batch_alter_table("answer_handout", schema=None) as batch_op:
        batch_op.create_index("ix_answer_handout_subject_id", ["subject_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("answer_handout", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_handout_subject_id")

    op.drop_table("answer_handout")
    with op.batch_alter_table("answer_package", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_package_subject_id")

    op.drop_table("answer_package")
