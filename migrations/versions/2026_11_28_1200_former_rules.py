"""Verdicts of former rules beside those of today's: nights that were judged again."""

import sqlalchemy as sa
from alembic import op

from app.db.engine.append_only import guard_statements

revision = "2026_11_28_1200"
down_revision = "2026_11_23_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record", sa.Column("rules_sha256", sa.String(64)))
    for name, kind in (
        ("former_status", sa.String(10)),
        ("former_reason", sa.Text()),
        ("former_since", sa.String(24)),
    ):
        op.add_column("verdict_interval", sa.Column(name, kind))
    op.create_table(
        "rejudged",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rules_sha256", sa.String(64), nullable=False),
        sa.Column("verdicts_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "record_seq", name="pk_rejudged"),
    )
    op.create_index("ix_rejudged_record_seq", "rejudged", ["record_seq"])
    guarded = {"rejudged": ("event_seq+record_seq",)}
    for statement in guard_statements(op.get_bind().dialect.name, guarded):
        op.execute(statement)
