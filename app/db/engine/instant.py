"""How instants stand in SQL: RFC 3339 UTC text with milliseconds, the same on both engines."""

from datetime import datetime

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from app.evidence.record import instant, utc


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as `2026-11-23T02:00:00.000Z`: ordered as text and in time.

    A naive datetime raises ValueError (SQLAlchemy wraps it in StatementError).
    """

    impl = String(24)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To text."""
        del dialect
        return None if value is None else utc(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """To an aware datetime in UTC."""
        del dialect
        return None if value is None else instant(value)
