"""Who a token speaks for: claims read for the record, the token itself never kept."""

import base64
import hashlib
import json
from typing import Any, Literal

from collectors.azure.transport.provenance import Principal


def principal_of(token: str, graph_token: str | None = None) -> Principal:
    """Claims of an access token, unverified: Azure verifies it, we only name who asked.

    `graph_token` is that of Microsoft Graph: its claim `roles` names what was granted there.

    Claim names: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
    A token that is not a JWT yields a principal of nothing but None.
    """
    claims = _claims(token)
    token_id = _text(claims, "uti") or _text(claims, "jti")
    return Principal(
        tenant_id=_text(claims, "tid"),
        object_id=_text(claims, "oid"),
        app_id=_text(claims, "appid") or _text(claims, "azp"),
        kind=_kind(claims),
        token_id_sha256=hashlib.sha256(token_id.encode()).hexdigest() if token_id else None,
        graph_permissions=None if graph_token is None else _roles(_claims(graph_token)),
    )


def _roles(claims: dict[str, Any]) -> tuple[str, ...] | None:
    """None for a token that is none of an application; one without any role has no such claim."""
    if not claims:
        return None
    roles = claims.get("roles", [])
    named = isinstance(roles, list) and all(isinstance(one, str) for one in roles)
    return tuple(sorted(roles)) if named else None


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _kind(claims: dict[str, Any]) -> Literal["application", "user", "unknown"]:
    match claims.get("idtyp"):
        case "app":
            return "application"
        case "user":
            return "user"
    # Without idtyp (an optional claim) an application's own token has the subject as object id.
    if claims.get("oid") is not None and claims.get("oid") == claims.get("sub"):
        return "application"
    return "user" if "scp" in claims else "unknown"
