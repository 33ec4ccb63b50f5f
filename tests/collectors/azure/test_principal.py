"""The principal is read from claims; the token is not kept."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.azure.principal import principal_of

PERMISSIONS = ("Application.Read.All", "User.Read.All")


def jwt(claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"h.{middle}.s"


def test_claims_name_who_asked() -> None:
    found = principal_of(
        jwt({"tid": "t", "oid": "o", "appid": "a", "idtyp": "app", "uti": "u", "secret": "x"})
    )

    assert (found.tenant_id, found.object_id, found.app_id) == ("t", "o", "a")
    assert found.kind == "application"
    assert found.token_id_sha256 == hashlib.sha256(b"u").hexdigest()


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"idtyp": "user"}, "user"),
        ({"oid": "o", "sub": "o"}, "application"),
        ({"oid": "o", "sub": "p", "scp": "x"}, "user"),
        ({}, "unknown"),
    ],
)
def test_the_kind_is_said_or_unknown(claims: dict[str, str], kind: str) -> None:
    assert principal_of(jwt(claims)).kind == kind


@settings(deadline=None)
@given(st.text())
def test_any_token_gives_a_principal(token: str) -> None:
    assert principal_of(token).kind == "unknown"
    assert principal_of(f"a.{token}.b") is not None


@pytest.mark.parametrize(
    ("claims", "granted"),
    [
        ({"roles": ["User.Read.All", "Application.Read.All"]}, PERMISSIONS),
        ({"idtyp": "app"}, ()),
        ({"roles": "User.Read.All"}, None),
        ({"roles": [1]}, None),
    ],
)
def test_the_token_of_microsoft_graph_names_what_was_granted(
    claims: dict[str, object], granted: tuple[str, ...] | None
) -> None:
    assert principal_of(jwt({}), jwt(claims)).graph_permissions == granted
    assert principal_of(jwt({})).graph_permissions is None
    assert principal_of(jwt({}), "no token").graph_permissions is None
