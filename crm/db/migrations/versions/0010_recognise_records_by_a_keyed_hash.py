"""Recognise records of another system by a keyed hash.

A migration has no keys to make one, and an id that stood readable is in every copy of the database: whoever has such rows takes
the people in anew (as with revision 0004). Rows that only recognise a form that was sent twice go.
"""

import sqlalchemy as sa
from alembic import op

from crm.db.errors import RecordsReadableError, RecordsTaggedError
from crm.errors import CrmError

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_RECORD = sa.table("source_record", sa.column("system", sa.String))
_PRIMARY_KEY = "pk_source_record"


def upgrade() -> None:
    _refuse_where(RecordsReadableError)
    _replace("record_id", sa.Column("record_tag", sa.LargeBinary(), nullable=False))


def downgrade() -> None:
    _refuse_where(RecordsTaggedError)
    _replace("record_tag", sa.Column("record_id", sa.String(length=64), nullable=False))


def _refuse_where(refusal: type[CrmError]) -> None:
    of_others = sa.exists(_RECORD.select()).where(_RECORD.c.system != "form")
    if op.get_bind().execute(sa.select(of_others)).scalar():
        raise refusal
    op.execute(sa.delete(_RECORD))


def _replace(old: str, new: sa.Column[object]) -> None:
    with op.batch_alter_table("source_record", schema=None) as batch_op:
        batch_op.drop_constraint(_PRIMARY_KEY, type_="primary")
        batch_op.drop_column(old)
        batch_op.add_column(new)
        batch_op.create_primary_key(_PRIMARY_KEY, ["system", new.name])
