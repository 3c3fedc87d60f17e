"""Let files of requests go: the order of an erasure outlives the file of the request that led to it."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_erasure_job_case_id"), type_="foreignkey")


def downgrade() -> None:
    # Of a file that has gone, the key can only be made again without its number.
    op.execute("UPDATE erasure_job SET case_id = NULL WHERE case_id NOT IN (SELECT id FROM request_case)")
    with op.batch_alter_table("erasure_job", schema=None) as batch_op:
        batch_op.create_foreign_key(op.f("fk_erasure_job_case_id"), "request_case", ["case_id"], ["id"])
