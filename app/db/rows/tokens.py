"""API tokens: only the SHA-256 of a secret is kept."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.db.engine.tables import api_token
from app.errors import NotFoundError


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A bearer token without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def valid(self, at: datetime) -> bool:
        """Whether it opens anything at this instant."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def add_token(session: Session, made: ApiToken, secret_sha256: str) -> None:
    """Add a token under the digest of its secret."""
    row = {name: getattr(made, name) for name in ApiToken.__slots__}
    row["scopes"] = json.dumps(made.scopes)
    session.execute(insert(api_token).values(**row, secret_sha256=secret_sha256))


def token_of_secret(session: Session, secret_sha256: str) -> ApiToken | None:
    """The token with this secret, valid or not; the caller asks `valid`."""
    asked = select(api_token).where(api_token.c.secret_sha256 == secret_sha256)
    row = session.execute(asked).first()
    return None if row is None else _token(row)


def tokens(session: Session) -> list[ApiToken]:
    """All of them, oldest first, revoked ones included."""
    asked = select(api_token).order_by(api_token.c.created_at, api_token.c.id)
    return [_token(row) for row in session.execute(asked)]


def revoke_token(session: Session, token_id: str, at: datetime) -> bool:
    """Revoke. False if it was revoked before. Raises NotFoundError."""
    asked = select(api_token.c.revoked_at).where(api_token.c.id == token_id)
    row = session.execute(asked).first()
    if row is None:
        raise NotFoundError(f"There is no token {token_id!r}.", code="token_unknown")
    if row.revoked_at is not None:
        return False
    session.execute(update(api_token).where(api_token.c.id == token_id).values(revoked_at=at))
    return True


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    values = row._asdict()
    del values["secret_sha256"]
    return ApiToken(**values | {"scopes": tuple(json.loads(values["scopes"]))})
