"""What is kept beside a raw body: the headers that say where it came from, and who asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KEPT = frozenset(
    {
        "client-request-id",
        "content-encoding",
        "content-type",
        "date",
        "etag",
        "request-id",
        "retry-after",
        "x-ms-client-request-id",
        "x-ms-correlation-request-id",
        "x-ms-request-id",
        "x-ms-routing-request-id",
    }
)
KEPT_PREFIXES = ("x-ms-ratelimit-remaining-", "x-ms-user-quota-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """The identity that asked, as its access token names it. None where the token did not say."""

    tenant_id: str | None
    object_id: str | None
    app_id: str | None
    kind: Literal["application", "user", "unknown"]
    token_id_sha256: str | None
    """SHA-256 of the token's own id (`uti` or `jti`): matches a sign-in log, opens nothing."""
    graph_permissions: tuple[str, ...] | None = None
    """Application permissions of Microsoft Graph that its token grants, sorted; None without it."""


def kept_headers(received: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """Provenance headers in lower case; the client request id falls back to the one we sent."""
    kept = {
        name.lower(): value
        for name, value in received.items()
        if name.lower() in KEPT or name.lower().startswith(KEPT_PREFIXES)
    }
    if "x-ms-client-request-id" not in kept and "x-ms-client-request-id" in sent:
        kept["x-ms-client-request-id"] = sent["x-ms-client-request-id"]
    return kept
