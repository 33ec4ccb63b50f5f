"""Key Vault at the edge of the network: the SDK above it is the real one, so are its messages."""

import base64
import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

KEY_ID = "https://evidence.vault.azure.net/keys/seal/0123456789abcdef0123456789abcdef"
CHALLENGE = (
    "Bearer authorization="
    '"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111", resource="https://vault.azure.net"'
)
DISABLED = {
    "error": {
        "code": "Forbidden",
        "message": "Operation sign is not allowed on a disabled key.",
        "innererror": {"code": "KeyDisabled"},
    }
}
DENIED = {
    "error": {
        "code": "Forbidden",
        "message": "Caller is not authorized to perform action on resource.",
        "innererror": {"code": "ForbiddenByRbac"},
    }
}
THROTTLED = {"error": {"code": "Throttled", "message": "Request was not processed."}}
UNKNOWN = {"error": {"code": "KeyNotFound", "message": "A key with this name was not found."}}


@dataclass
class Vault:
    """One key. Answers as the REST interface does; `refusal` is (status, body) instead."""

    private: ec.EllipticCurvePrivateKey
    refusal: tuple[int, dict[str, Any]] | None = None
    readable: bool = False
    """keys/get is a right of its own, which signing needs not."""
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """In the place of requests.Session.request."""
        place = urlsplit(url)
        self.asked.append(f"{method} {place.hostname}{place.path}")
        if place.hostname == "169.254.169.254":
            return answered(url, 200, MANAGED_IDENTITY)
        if "Authorization" not in more["headers"]:
            return answered(url, 401, {}, {"WWW-Authenticate": CHALLENGE})
        if self.refusal is not None:
            return answered(url, *self.refusal, {"Retry-After": "0"})
        if method == "GET":
            return self._read(url)
        wanted = json.loads(more["data"])
        assert wanted["alg"] == "ES256"
        return answered(url, 200, {"kid": KEY_ID, "value": _text(self._sign(wanted["value"]))})

    def _read(self, url: str) -> requests.Response:
        if not self.readable:
            return answered(url, 403, DENIED)
        numbers = self.private.public_key().public_numbers()
        x, y = (_text(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
        key = {"kid": KEY_ID, "kty": "EC", "crv": "P-256", "x": x, "y": y, "key_ops": ["sign"]}
        return answered(url, 200, {"key": key, "attributes": {"enabled": True}})

    def _sign(self, digest: str) -> bytes:
        data = base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4))
        signature = self.private.sign(data, ec.ECDSA(Prehashed(hashes.SHA256())))
        return b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(signature))


class Identity:
    """A credential whose token no other service would take."""

    def get_token(self, *_scopes: str, **_more: Any) -> AccessToken:
        return AccessToken("a token", 4_000_000_000)


MANAGED_IDENTITY = {
    "access_token": "a token",
    "expires_in": "86400",
    "expires_on": "4000000000",
    "resource": "https://vault.azure.net",
    "token_type": "Bearer",
}


def answered(
    url: str, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> requests.Response:
    """An answer as requests gives it."""
    data = json.dumps(body).encode()
    given = {"Content-Type": "application/json", **(headers or {})}
    response = requests.Response()
    response.status_code, response.url = status, url
    response.headers.update(given)
    response.raw = urllib3.HTTPResponse(
        body=BytesIO(data), status=status, headers=given, preload_content=False
    )
    return response


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
