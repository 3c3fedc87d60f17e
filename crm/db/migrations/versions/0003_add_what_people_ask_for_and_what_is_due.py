"""Add what people ask for, what is due and what is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_case_counter")),
    )
    op.create_table(
        "intake_key",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_intake_key")),
    )
    op.create_table(
        "intake_message",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("sealed_message", sa.LargeBinary(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_intake_message")),
        sa.UniqueConstraint("id", name=op.f("uq_intake_message_id")),
    )
    with op.batch_alter_table("intake_message", schema=None) as batch_op:
        batch_op.create_index("ix_intake_message_set_aside_at", ["set_aside_at"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "lift_notice",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("mail_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_lift_notice_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "reason", name=op.f("pk_lift_notice")),
    )
    op.create_table(
        "mail_count",
        sa.Column("tag", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_mail_count")),
    )
    op.create_table(
        "pending_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("address_tag", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed_request", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_request")),
    )
    with op.batch_alter_table("pending_request", schema=None) as batch_op:
        batch_op.create_index("ix_pending_request_address_tag", ["address_tag"], unique=False)
        batch_op.create_index("ix_pending_request_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "retention_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("doubt", sa.String(length=20), nullable=True),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
        sa.UniqueConstraint("day", name=op.f("uq_retention_run_day")),
    )
    op.create_table(
        "personal_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("suppression_tag", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_personal_link_subject_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_personal_link")),
    )
    with op.batch_alter_table("personal_link", schema=None) as batch_op:
        batch_op.create_index("ix_personal_link_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_personal_link_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "request_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("objects_too", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("execute_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_mail_id", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_request", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_decision", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_request_case_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_case")),
        sa.UniqueConstraint("number", name=op.f("uq_request_case_number")),
    )
    with op.batch_alter_table("request_case", schema=None) as batch_op:
        batch_op.create_index("ix_request_case_state", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_request_case_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "retained_document",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.String(length=40), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_retained_document_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "id", name=op.f("pk_retained_document")),
    )
    with op.batch_alter_table("retained_document", schema=None) as batch_op:
        batch_op.create_index("ix_retained_document_keep_until", ["keep_until"], unique=False)

    op.create_table(
        "retention_due",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_retention_due_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "kind", "object_id", name=op.f("pk_retention_due")),
    )
    with op.batch_alter_table("retention_due", schema=None) as batch_op:
        batch_op.create_index("ix_retention_due_due_on", ["due_on"], unique=False)

    op.create_table(
        "retention_keep",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("kept_by", sa.String(length=40), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_retention_keep_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_retention_keep")),
    )
    op.create_table(
        "case_subject",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("found_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["request_case.id"], name=op.f("fk_case_subject_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_case_subject_subject_id")),
        sa.PrimaryKeyConstraint("case_id", "subject_id", name=op.f("pk_case_subject")),
    )
    with op.batch_alter_table("case_subject", schema=None) as batch_op:
        batch_op.create_index("ix_case_subject_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "erasure_job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.String(length=40), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["request_case.id"], name=op.f("fk_erasure_job_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_erasure_job_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_job")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_erasure_job_subject_id")),
    )
    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.create_index("ix_erasure_job_step", ["step"], unique=False)

    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("mail_id", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("answer", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_message_subject_id"), ["subject_id"], unique=False)

    with op.batch_alter_table("suppression_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_suppression_entry_until"), ["until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("suppression_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suppression_entry_until"))
        batch_op.drop_column("until")

    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_message_subject_id"))
        batch_op.drop_column("answered_at")
        batch_op.drop_column("answer")
        batch_op.drop_column("mail_id")
        batch_op.drop_column("subject_id")

    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.drop_index("ix_erasure_job_step")

    op.drop_table("erasure_job")
    with op.batch_alter_table("case_subject", schema=None) as batch_op:
        batch_op.drop_index("ix_case_subject_subject_id")

    op.drop_table("case_subject")
    op.drop_table("retention_keep")
    with op.batch_alter_table("retention_due", schema=None) as batch_op:
        batch_op.drop_index("ix_retention_due_due_on")

    op.drop_table("retention_due")
    with op.batch_alter_table("retained_document", schema=None) as batch_op:
        batch_op.drop_index("ix_retained_document_keep_until")

    op.drop_table("retained_document")
    with op.batch_alter_table("request_case", schema=None) as batch_op:
        batch_op.drop_index("ix_request_case_subject_id")
        batch_op.drop_index("ix_request_case_state")

    op.drop_table("request_case")
    with op.batch_alter_table("personal_link", schema=None) as batch_op:
        batch_op.drop_index("ix_personal_link_subject_id")
        batch_op.drop_index("ix_personal_link_expires_at")

    op.drop_table("personal_link")
    op.drop_table("retention_run")
    with op.batch_alter_table("pending_request", schema=None) as batch_op:
        batch_op.drop_index("ix_pending_request_expires_at")
        batch_op.drop_index("ix_pending_request_address_tag")

    op.drop_table("pending_request")
    op.drop_table("mail_count")
    op.drop_table("lift_notice")
    op.drop_table("job_run")
    with op.batch_alter_table("intake_message", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_message_set_aside_at")

    op.drop_table("intake_message")
    op.drop_table("intake_key")
    op.drop_table("case_counter")
