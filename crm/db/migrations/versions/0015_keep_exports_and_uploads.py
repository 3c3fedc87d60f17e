"""Keep exports until they expire and uploads until they are read in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "export_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("requested_by", sa.String(length=32), nullable=False),
        sa.Column("requested_in", sa.String(length=20), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_export_file_decided_by")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_export_file_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_file")),
    )
    with op.batch_alter_table("export_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_file_expires_on"), ["expires_on"], unique=False)
        batch_op.create_index("ix_export_file_requested_by", ["requested_by", "requested_at"], unique=False)
        batch_op.create_index("ix_export_file_state", ["state", "requested_at"], unique=False)

    op.create_table(
        "import_upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uploaded_by", sa.String(length=32), nullable=False),
        sa.Column("uploaded_in", sa.String(length=20), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_options", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_report", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_file", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_refused", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_import_upload_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
    )
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.create_index("ix_import_upload_state", ["state", "uploaded_at"], unique=False)
        batch_op.create_index("ix_import_upload_uploaded_by", ["uploaded_by"], unique=False)

    op.create_table(
        "export_line",
        sa.Column("export_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("sealed_line", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_export_line_company_id")),
        sa.ForeignKeyConstraint(["export_id"], ["export_file.id"], name=op.f("fk_export_line_export_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_export_line_subject_id")),
        sa.PrimaryKeyConstraint("export_id", "position", name=op.f("pk_export_line")),
    )
    with op.batch_alter_table("export_line", schema=None) as batch_op:
        batch_op.create_index("ix_export_line_subject_id", ["subject_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("export_line", schema=None) as batch_op:
        batch_op.drop_index("ix_export_line_subject_id")

    op.drop_table("export_line")
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.drop_index("ix_import_upload_uploaded_by")
        batch_op.drop_index("ix_import_upload_state")

    op.drop_table("import_upload")
    with op.batch_alter_table("export_file", schema=None) as batch_op:
        batch_op.drop_index("ix_export_file_state")
        batch_op.drop_index("ix_export_file_requested_by")
        batch_op.drop_index(batch_op.f("ix_export_file_expires_on"))

    op.drop_table("export_file")
    op.drop_table("import_mapping")
