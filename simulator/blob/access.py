"""Who may ask: bearer tokens for the audience of storage."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from simulator.blob.errors import StorageError

AUDIENCE = "https://storage.azure.com"
AudienceOf: TypeAlias = Callable[[str], str | None]
"""The audience of a token that this tenant issued and that has not expired; None otherwise."""


class Gate:
    """Lets requests in that carry a token of this tenant for storage.

    `audience_of` decides which tokens are the tenant's; without it claims are taken at their
    word, which is enough for a blob service that runs alone in a test.
    """

    def __init__(self, tenant_id: str, audience_of: AudienceOf | None) -> None:
        self._tenant_id = tenant_id
        self._audience_of = audience_of or self._claimed

    def admit(self, headers: Mapping[str, str], base_url: str) -> None:
        """Raise StorageError 401, with the challenge that tells clients whom to ask, or 403."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if not scheme:
            raise self._challenge("NoAuthenticationInformation", base_url)
        audience = self._audience_of(token.strip()) if scheme.lower() == "bearer" else None
        if audience is None:
            raise self._challenge("InvalidAuthenticationInfo", base_url)
        if audience.rstrip("/").lower() not in {AUDIENCE, base_url.lower()}:
            raise StorageError(
                403,
                "AuthenticationFailed",
                "Server failed to authenticate the request. Audience validation failed.",
            )

    def _challenge(self, code: str, base_url: str) -> StorageError:
        challenge = (
            f"Bearer authorization_uri={base_url}/{self._tenant_id}/oauth2/authorize"
            f" resource_id={AUDIENCE}"
        )
        return StorageError(
            401,
            code,
            "Server failed to authenticate the request. Please refer to the information in the"
            " www-authenticate header.",
            {"WWW-Authenticate": challenge},
        )

    def _claimed(self, token: str) -> str | None:
        try:
            part = token.split(".")[1]
            claims: dict[str, Any] = json.loads(
                base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            )
        except (IndexError, ValueError):
            return None
        fresh = float(claims.get("exp", 0)) > time.time()
        if not fresh or claims.get("tid") != self._tenant_id:
            return None
        return str(claims.get("aud"))
