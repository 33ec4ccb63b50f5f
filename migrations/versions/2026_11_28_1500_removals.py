"""Proofs that something is gone: what a deviation may end by without a pass."""

import sqlalchemy as sa
from alembic import op

from app.db.engine.append_only import guard_statements

revision = "2026_11_28_1500"
down_revision = "2026_11_28_1200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True),
        sa.Column("record_seq", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.String(64), nullable=False),
        sa.Column("slot", sa.String(24), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_seq"], ["record.seq"], name="fk_removal_record_seq_record"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_removal"),
    )
    op.create_index("ix_removal_record_seq", "removal", ["record_seq"])
    op.create_index("ix_removal_connection_id_slot", "removal", ["connection_id", "slot"])
    for statement in guard_statements(op.get_bind().dialect.name, {"removal": ("id",)}):
        op.execute(statement)
