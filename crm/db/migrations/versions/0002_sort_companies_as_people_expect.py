"""Sort companies as people expect."""

import sqlalchemy as sa
from alembic import op

from crm.db.sort_key import sort_key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_COMPANY = sa.table("company", sa.column("id", sa.String), sa.column("name", sa.String), sa.column("sort_key", sa.LargeBinary))
_BATCH = 1000


def upgrade() -> None:
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sort_key", sa.LargeBinary(), nullable=True))
        batch_op.create_index("ix_company_sort_key", ["sort_key", "id"], unique=False)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Give the companies that are there the key of their name, batch by batch in the order of their ids."""
    keyed = sa.update(_COMPANY).where(_COMPANY.c.id == sa.bindparam("company")).values(sort_key=sa.bindparam("key"))
    last = ""
    while True:
        wanted = sa.select(_COMPANY.c.id, _COMPANY.c.name).where(_COMPANY.c.name.is_not(None), _COMPANY.c.id > last)
        rows = connection.execute(wanted.order_by(_COMPANY.c.id).limit(_BATCH)).all()
        if not rows:
            return
        connection.execute(keyed, [{"company": row.id, "key": sort_key(row.name)} for row in rows])
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_index("ix_company_sort_key")
        batch_op.drop_column("sort_key")
