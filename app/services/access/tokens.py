"""API tokens: shown once, kept as a digest."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.db.rows.tokens import ApiToken, token_of_secret, tokens
from app.errors import NotFoundError, UsageError
from app.evidence.events.access_events import TokenCreated, TokenRevoked
from app.services.home.installation import Ports
from app.services.index.events import record_event

SCOPES = ("evidence:read", "packs:read", "packs:create", "runs:read", "runs:create")
"""What a token may be allowed to do."""
PREFIX = "aev"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewToken:
    """A token at the one moment its secret is known."""

    id: str
    name: str
    secret: str
    """The whole bearer token. It is shown once and cannot be shown again."""

    def __repr__(self) -> str:
        return f"NewToken(id={self.id!r}, name={self.name!r})"


def create_token(
    ports: Ports, name: str, scopes: tuple[str, ...], lifetime: timedelta | None
) -> NewToken:
    """Make a token of 256 random bits. Raises UsageError for an unknown scope."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise UsageError(
            f"scope {', '.join(unknown) or '(none)'} is unknown; there are {', '.join(SCOPES)}"
        )
    token_id = secrets.token_hex(6)
    secret = f"{PREFIX}_{token_id}_{secrets.token_urlsafe(32)}"
    created = TokenCreated(
        id=token_id,
        name=name,
        scopes=scopes,
        secret_sha256=digest(secret),
        expires_at=ports.now() + lifetime if lifetime else None,
    )
    record_event(ports, created, actor="annexa token create")
    return NewToken(id=token_id, name=name, secret=secret)


def revoke(ports: Ports, token_id: str) -> None:
    """A revoked token opens nothing from now on. Raises NotFoundError."""

    def known() -> None:
        with ports.database.read() as session:
            if token_id not in {token.id for token in tokens(session)}:
                raise NotFoundError(
                    f"there is no token {token_id}; see `annexa token list`", code="token_unknown"
                )

    revoked = TokenRevoked(id=token_id)
    record_event(ports, revoked, actor="annexa token revoke", allowed=known)


def list_tokens(ports: Ports) -> list[ApiToken]:
    """All tokens, revoked ones included."""
    with ports.database.read() as session:
        return tokens(session)


def valid_token(ports: Ports, presented: str) -> ApiToken | None:
    """The token presented, if it opens anything now."""
    with ports.database.read() as session:
        found = token_of_secret(session, digest(presented))
    return found if found is not None and found.valid(ports.now()) else None


def digest(secret: str) -> str:
    """SHA-256 of a secret of 256 random bits: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
