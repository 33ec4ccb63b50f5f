"""First tables: the index of runs, records, gaps, verdicts, checkpoints, events, tokens, packs."""

import sqlalchemy as sa
from alembic import op

from app.db.engine.append_only import guard_statements

revision = "2026_11_23_0900"
down_revision = None
branch_labels = None
depends_on = None

GUARDED = {
    "record": ("seq", "record_id"),
    "gap": ("id",),
    "ledger": ("run_id+scope+collector_id",),
    "checkpoint": ("size",),
    "event": ("seq",),
}
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, length: int | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def instant(name: str, *, null: bool = False) -> sa.Column[str]:
    return text(name, 24, null=null)


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def upgrade() -> None:
    _connections_and_runs()
    _evidence()
    _verdicts()
    _log()
    _access_and_packs()
    for statement in guard_statements(op.get_bind().dialect.name, GUARDED):
        op.execute(statement)


def _connections_and_runs() -> None:
    op.create_table(
        "connection",
        text("id", 64),
        text("name", 200),
        text("detail"),
        instant("anchor"),
        text("schedule", 100),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
        sa.UniqueConstraint("name", name="uq_connection_name"),
    )
    op.create_table(
        "run",
        text("id", 36),
        text("connection_id", 64),
        instant("slot"),
        text("state", 20),
        text("reason", 20),
        text("claimed_by", 200),
        instant("started_at", null=True),
        instant("finished_at", null=True),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("connection_id", "slot", name="uq_run_connection_id_slot"),
    )
    op.create_index("ix_run_state", "run", ["state"])
    op.create_table(
        "ledger",
        text("run_id", 36),
        text("scope", 100),
        text("collector_id", 100),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "scope", "collector_id", name="pk_ledger"),
    )


def _evidence() -> None:
    op.create_table(
        "record",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        text("record_id", 64),
        text("run_id", 36),
        text("connection_id", 64),
        instant("slot"),
        text("collector_id", 100),
        text("scope", 100),
        text("outcome", 20),
        text("sha256", 64),
        instant("collected_at"),
        whole("items"),
        whole("pages"),
        whole("announced", null=True),
        whole("seen", null=True),
        text("controls"),
        text("items_sha256", 64, null=True),
        text("verdicts_sha256", 64, null=True),
        text("tool_version", 50),
        sa.PrimaryKeyConstraint("seq", name="pk_record"),
        sa.UniqueConstraint("record_id", name="uq_record_record_id"),
    )
    op.create_index("ix_record_run_id", "record", ["run_id"])
    op.create_index("ix_record_connection_id_slot_seq", "record", ["connection_id", "slot", "seq"])
    op.create_table(
        "gap",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("record_seq", sa.BigInteger(), nullable=False),
        text("connection_id", 64),
        instant("slot"),
        text("collector_id", 100),
        text("scope", 100),
        text("read", 100),
        text("subject", null=True),
        text("kind", 20),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
        sa.ForeignKeyConstraint(["record_seq"], ["record.seq"], name="fk_gap_record_seq"),
    )
    op.create_index("ix_gap_record_seq", "gap", ["record_seq"])
    op.create_index("ix_gap_connection_id_slot", "gap", ["connection_id", "slot"])


def _verdicts() -> None:
    op.create_table(
        "verdict_interval",
        sa.Column("id", COUNTER, nullable=False),
        text("connection_id", 64),
        text("check_id", 150),
        text("subject"),
        text("subject_name"),
        text("status", 10),
        text("reason"),
        instant("first_slot"),
        instant("last_slot"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict_interval"),
        sa.UniqueConstraint(
            "connection_id",
            "check_id",
            "subject",
            "last_slot",
            name="uq_verdict_interval_connection_id_check_id_subject_last_slot",
        ),
    )
    op.create_index(
        "ix_verdict_interval_connection_id_last_slot",
        "verdict_interval",
        ["connection_id", "last_slot"],
    )
    op.create_table(
        "night_count",
        text("connection_id", 64),
        instant("slot"),
        text("check_id", 150),
        whole("passed"),
        whole("failed"),
        whole("unknown"),
        sa.PrimaryKeyConstraint("connection_id", "slot", "check_id", name="pk_night_count"),
    )


def _log() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        text("root", 64),
        text("note_sha256", 64),
        instant("signed_at"),
        instant("stamped_at", null=True),
        text("authority"),
        text("assurance", 50),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        text("kind", 50),
        instant("at"),
        text("actor", 200),
        text("detail"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    op.create_index("ix_event_kind", "event", ["kind"])


def _access_and_packs() -> None:
    op.create_table(
        "api_token",
        text("id", 64),
        text("secret_sha256", 64),
        text("name", 200),
        text("scopes"),
        instant("created_at"),
        instant("expires_at", null=True),
        instant("revoked_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("secret_sha256", name="uq_api_token_secret_sha256"),
    )
    op.create_table(
        "pack",
        text("id", 64),
        text("connection_id", 64),
        instant("period_from"),
        instant("period_to"),
        instant("created_at"),
        text("state", 20),
        text("pdf_path", null=True),
        text("bundle_path", null=True),
        text("bundle_sha256", 64, null=True),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_pack"),
    )
    op.create_index("ix_pack_connection_id", "pack", ["connection_id"])
