"""Keep who is a prospect.

Of people who are there it is known where an import found the time of a prospect to be up, and where every record they came from
is a lead of Salesforce. Whom a mapping called a prospect cannot be told any more. The days follow with `lethe retention refresh`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CONTACT = sa.table("contact", sa.column("subject_id", sa.String), sa.column("is_prospect", sa.Boolean))
_TASK = sa.table("privacy_task", sa.column("subject_id", sa.String), sa.column("kind", sa.String))
_RECORD = sa.table("source_record", *(sa.column(name, sa.String) for name in ("system", "record_id", "subject_id")))
_IS_LEAD = sa.and_(_RECORD.c.system == "salesforce", sa.func.substr(_RECORD.c.record_id, 1, 3) == "00Q")  # the prefix of its leads


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_prospect", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.alter_column("is_prospect", server_default=None)
    found_overdue = sa.select(_TASK.c.subject_id).where(_TASK.c.kind == "time_up")
    came_in = sa.select(_RECORD.c.subject_id).where(_RECORD.c.subject_id.is_not(None))
    known = sa.or_(_CONTACT.c.subject_id.in_(found_overdue), _only_leads(came_in))
    op.execute(sa.update(_CONTACT).where(known).values(is_prospect=True))


def _only_leads(came_in: sa.Select[str]) -> sa.ColumnElement[bool]:
    return sa.and_(_CONTACT.c.subject_id.in_(came_in.where(_IS_LEAD)), _CONTACT.c.subject_id.not_in(came_in.where(~_IS_LEAD)))


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("is_prospect")
