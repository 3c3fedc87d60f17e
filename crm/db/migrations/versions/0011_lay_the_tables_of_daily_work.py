"""Lay the tables of daily work: deals, activities, invoices, tickets, campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_starts_on"), ["starts_on"], unique=False)

    op.create_table(
        "campaign_member",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("segment", sa.String(length=40), nullable=True),
        sa.Column("has_responded", sa.Boolean(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("responded_on", sa.Date(), nullable=True),
        sa.Column("response_way", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_member_campaign_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_campaign_member_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_member")),
        sa.UniqueConstraint("campaign_id", "subject_id", name=op.f("uq_campaign_member_campaign_id_subject_id")),
    )
    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_member_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "campaign_release",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_release_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_release")),
    )
    with op.batch_alter_table("campaign_release", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_release_campaign_id", ["campaign_id", "released_at"], unique=False)

    op.create_table(
        "deal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("loss_reason", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name=op.f("ck_deal_customer")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_deal_company_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_deal_owner_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_deal_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index("ix_deal_closed_on", ["closed_on"], unique=False)
        batch_op.create_index("ix_deal_ended", ["stage", "closed_on", "id", "amount_cents"], unique=False)
        batch_op.create_index(
            "ix_deal_figures",
            ["stage", "owner_id", "product", "region", "expected_on", "amount_cents", "probability", "subject_id"],
            unique=False,
        )
        batch_op.create_index("ix_deal_company_id", ["company_id"], unique=False)
        batch_op.create_index("ix_deal_owner_id", ["owner_id", "stage"], unique=False)
        batch_op.create_index("ix_deal_stage", ["stage", "expected_on", "id"], unique=False)
        batch_op.create_index("ix_deal_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("ended_as", sa.String(length=12), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("dunning_level", sa.Integer(), nullable=False),
        sa.Column("dunned_on", sa.Date(), nullable=True),
        sa.Column("payments", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_positions", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name=op.f("ck_invoice_customer")),
        sa.CheckConstraint("paid_cents >= 0 AND dunning_level BETWEEN 0 AND 4", name=op.f("ck_invoice_figures")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_invoice_company_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_invoice_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_company_id", ["company_id", "is_open", "due_on"], unique=False)
        batch_op.create_index("ix_invoice_is_open", ["is_open", "due_on", "id", "subject_id", "gross_cents", "paid_cents"], unique=False)
        batch_op.create_index("ix_invoice_issued_on", ["issued_on", "id"], unique=False)
        batch_op.create_index("ix_invoice_keep_until", ["keep_until"], unique=False)
        batch_op.create_index("ix_invoice_subject_id", ["subject_id", "is_open", "due_on"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("topic", sa.String(length=20), nullable=True),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_subject", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name=op.f("ck_ticket_customer")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_ticket_company_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_ticket_owner_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_ticket_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_company_id", ["company_id", "state"], unique=False)
        batch_op.create_index("ix_ticket_owner_id", ["owner_id", "state"], unique=False)
        batch_op.create_index("ix_ticket_closed_at", ["closed_at", "state", "solve_by", "id"], unique=False)
        batch_op.create_index("ix_ticket_subject_id", ["subject_id", "state"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("company_id", sa.String(length=32), nullable=True),
        sa.Column("deal_id", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_activity_company_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_activity_deal_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_activity_owner_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_activity_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_company_id", ["company_id"], unique=False)
        batch_op.create_index("ix_activity_deal_id", ["deal_id"], unique=False)
        batch_op.create_index("ix_activity_owner_id", ["owner_id", "done_at", "due_on"], unique=False)
        batch_op.create_index("ix_activity_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "deal_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("deal_id", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_move_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_move")),
    )
    with op.batch_alter_table("deal_move", schema=None) as batch_op:
        batch_op.create_index("ix_deal_move_deal_id", ["deal_id", "moved_at"], unique=False)

    op.create_table(
        "ticket_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_ticket_entry_subject_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_entry_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_entry")),
    )
    with op.batch_alter_table("ticket_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_entry_subject_id", ["subject_id"], unique=False)
        batch_op.create_index("ix_ticket_entry_ticket_id", ["ticket_id", "said_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_entry_ticket_id")
        batch_op.drop_index("ix_ticket_entry_subject_id")

    op.drop_table("ticket_entry")
    with op.batch_alter_table("deal_move", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_move_deal_id")

    op.drop_table("deal_move")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_subject_id")
        batch_op.drop_index("ix_activity_owner_id")
        batch_op.drop_index("ix_activity_deal_id")
        batch_op.drop_index("ix_activity_company_id")

    op.drop_table("activity")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_subject_id")
        batch_op.drop_index("ix_ticket_closed_at")
        batch_op.drop_index("ix_ticket_owner_id")
        batch_op.drop_index("ix_ticket_company_id")

    op.drop_table("ticket")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_subject_id")
        batch_op.drop_index("ix_invoice_keep_until")
        batch_op.drop_index("ix_invoice_issued_on")
        batch_op.drop_index("ix_invoice_is_open")
        batch_op.drop_index("ix_invoice_company_id")

    op.drop_table("invoice")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_subject_id")
        batch_op.drop_index("ix_deal_stage")
        batch_op.drop_index("ix_deal_owner_id")
        batch_op.drop_index("ix_deal_company_id")
        batch_op.drop_index("ix_deal_figures")
        batch_op.drop_index("ix_deal_ended")
        batch_op.drop_index("ix_deal_closed_on")

    op.drop_table("deal")
    with op.batch_alter_table("campaign_release", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_release_campaign_id")

    op.drop_table("campaign_release")
    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_member_subject_id")

    op.drop_table("campaign_member")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_starts_on"))

    op.drop_table("campaign")
