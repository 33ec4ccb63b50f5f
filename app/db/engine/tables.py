"""The tables of the index. What creates them is migrations/; a test holds the two together."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.db.engine.instant import Instant

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_Counter = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only for INTEGER PRIMARY KEY."""

connection = Table(
    "connection",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("detail", Text, nullable=False),
    Column("anchor", Instant, nullable=False),
    Column("schedule", String(100), nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("connection_id", String(64), nullable=False),
    Column("slot", Instant, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("reason", String(20), nullable=False),
    Column("claimed_by", String(200), nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("detail", Text, nullable=False),
    UniqueConstraint("connection_id", "slot"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("scope", String(100), primary_key=True),
    Column("collector_id", String(100), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", String(64), nullable=False, unique=True),
    Column("run_id", String(36), nullable=False, index=True),
    Column("connection_id", String(64), nullable=False),
    Column("slot", Instant, nullable=False),
    Column("collector_id", String(100), nullable=False),
    Column("scope", String(100), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("collected_at", Instant, nullable=False),
    Column("items", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("announced", Integer),
    Column("seen", Integer),
    Column("controls", Text, nullable=False),
    Column("items_sha256", String(64)),
    Column("verdicts_sha256", String(64)),
    Column("tool_version", String(50), nullable=False),
    Column("rules_sha256", String(64)),
    Index(None, "connection_id", "slot", "seq"),
)

gap = Table(
    "gap",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("record_seq", BigInteger, ForeignKey("record.seq"), nullable=False, index=True),
    Column("connection_id", String(64), nullable=False),
    Column("slot", Instant, nullable=False),
    Column("collector_id", String(100), nullable=False),
    Column("scope", String(100), nullable=False),
    Column("read", String(100), nullable=False),
    Column("subject", Text),
    Column("kind", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "connection_id", "slot"),
)

removal = Table(
    "removal",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("record_seq", BigInteger, ForeignKey("record.seq"), nullable=False, index=True),
    Column("connection_id", String(64), nullable=False),
    Column("slot", Instant, nullable=False),
    Column("subject", Text, nullable=False),
    Index(None, "connection_id", "slot"),
)

rejudged = Table(
    "rejudged",
    metadata,
    Column("event_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("record_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("rules_sha256", String(64), nullable=False),
    Column("verdicts_sha256", String(64), nullable=False),
    Index(None, "record_seq"),
)

verdict_interval = Table(
    "verdict_interval",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("connection_id", String(64), nullable=False),
    Column("check_id", String(150), nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_slot", Instant, nullable=False),
    Column("last_slot", Instant, nullable=False),
    Column("former_status", String(10)),
    Column("former_reason", Text),
    Column("former_since", Instant),
    UniqueConstraint("connection_id", "check_id", "subject", "last_slot"),
    Index(None, "connection_id", "last_slot"),
)

night_count = Table(
    "night_count",
    metadata,
    Column("connection_id", String(64), primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("check_id", String(150), primary_key=True),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("note_sha256", String(64), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("stamped_at", Instant),
    Column("authority", Text, nullable=False),
    Column("assurance", String(50), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(50), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("detail", Text, nullable=False),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

pack = Table(
    "pack",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("connection_id", String(64), nullable=False, index=True),
    Column("period_from", Instant, nullable=False),
    Column("period_to", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("pdf_path", Text),
    Column("bundle_path", Text),
    Column("bundle_sha256", String(64)),
    Column("detail", Text, nullable=False),
)
