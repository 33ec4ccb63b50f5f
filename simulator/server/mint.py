"""Access tokens the simulator gives out and recognises.

They are JSON Web Tokens whose signature is an HMAC under a key that lives as long as the process,
so that a made-up token is refused without publishing signing keys.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

LIFETIME_SECONDS = 3599


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who a token speaks for."""

    audience: str
    app_id: str
    expires: int


class TokenMint:
    """Makes tokens and reads them back."""

    def __init__(self, tenant_id: str, object_id: str) -> None:
        self._key = secrets.token_bytes(32)
        self._tenant_id = tenant_id
        self._object_id = object_id
        self._known: dict[str, Principal] = {}

    def issue(
        self, *, audience: str, app_id: str, issuer: str, now: datetime, roles: Sequence[str] = ()
    ) -> str:
        """A token for `audience`. `iat` follows the simulated clock, `exp` the real one.

        A client decides by its own (real) clock whether a token is still good, so an expiry in
        simulated time would make it ask again before every request.
        """
        expires = int(time.time()) + LIFETIME_SECONDS
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "aud": audience,
            "iss": issuer,
            "iat": issued,
            "nbf": min(issued, expires - LIFETIME_SECONDS),
            "exp": expires,
            "appid": app_id,
            "azp": app_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": self._object_id,
            "sub": self._object_id,
            "tid": self._tenant_id,
            "roles": list(roles),
            "jti": uuid4().hex,
            "ver": "1.0",
        }
        head = _encode(json.dumps({"typ": "JWT", "alg": "HS256", "kid": "simulator"}).encode())
        signed = f"{head}.{_encode(json.dumps(claims).encode())}"
        return f"{signed}.{self._sign(signed)}"

    def recognise(self, token: str) -> Principal | None:
        """Who the token speaks for; None when this process did not issue it."""
        if token in self._known:
            return self._known[token]
        signed, _, signature = token.rpartition(".")
        if not signed.isascii() or not hmac.compare_digest(
            self._sign(signed).encode(), signature.encode()
        ):
            return None
        claims = json.loads(decode_part(signed.split(".")[1]))
        principal = Principal(
            audience=claims["aud"], app_id=claims["appid"], expires=int(claims["exp"])
        )
        self._known[token] = principal
        return principal

    def audience_of(self, token: str) -> str | None:
        """The audience of a token that is ours and has not expired; None otherwise."""
        principal = self.recognise(token)
        if principal is None or principal.expires < time.time():
            return None
        return principal.audience

    def _sign(self, signed: str) -> str:
        return _encode(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())


def decode_part(part: str) -> bytes:
    """One part of a JSON Web Token, decoded (RFC 7515 section 2). Raises ValueError."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
