"""Seal where data came from.

A migration has no keys, and what was readable stays readable in every copy that was made of it: sealing it afterwards would promise
what cannot be kept. So nothing is carried over: who has people of whom it is readable is told to take them in anew, and keeps them
(docs/decisions/0020-where-data-came-from-is-sealed.md).
"""

import sqlalchemy as sa
from alembic import op

from crm.db.errors import OriginsReadableError, OriginsSealedError
from crm.errors import CrmError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CONTACT = sa.table("contact", sa.column("subject_id", sa.String))
_GROUND = sa.table("ground_event", sa.column("origin", sa.String))


def upgrade() -> None:
    _refuse_where(sa.exists(_CONTACT.select()), OriginsReadableError)
    _refuse_where(sa.exists(_GROUND.select()).where(_GROUND.c.origin != ""), OriginsReadableError)
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_origin", sa.LargeBinary(), nullable=False))
        batch_op.drop_column("origin")

    with op.batch_alter_table("ground_event", schema=None) as batch_op:
        batch_op.drop_column("origin")


def _refuse_where(found: sa.Exists, refusal: type[CrmError]) -> None:
    if op.get_bind().execute(sa.select(found)).scalar():
        raise refusal


def downgrade() -> None:
    _refuse_where(sa.exists(_CONTACT.select()), OriginsSealedError)
    with op.batch_alter_table("ground_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=200), server_default="", nullable=False))  # as of the erased
    with op.batch_alter_table("ground_event", schema=None) as batch_op:
        batch_op.alter_column("origin", server_default=None)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=200), nullable=False))
        batch_op.drop_column("sealed_origin")
