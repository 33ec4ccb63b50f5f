"""Tokens: one for each audience and night, and refusals told apart without telling secrets."""

import asyncio
import ssl
import time
from typing import Any, Self

import aiohttp
from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError

from collectors.azure.clouds import Cloud
from collectors.azure.identity.sign_in import code_of, did_not_answer, is_busy, kind_of, refused
from collectors.kit import GapKind
from collectors.kit.errors import GatewayError

_REFRESH_SECONDS = 300


class AudienceRefusedError(AzureError):
    """The sign-in service gives tokens, but none for this audience."""

    def __init__(self, message: str, kind: GapKind) -> None:
        super().__init__(message)
        self.kind = kind
        """denied, or throttled where it only asks to come again."""


class Entrance:
    """Wraps a credential for the pipelines: caches, asks once at a time, explains failures.

    Implements azure-core's AsyncTokenCredential and AsyncSupportsTokenInfo.
    """

    def __init__(self, credential: AsyncTokenCredential, cloud: Cloud) -> None:
        self._credential = credential
        self._kind = kind_of(credential)
        self._cloud = cloud
        self._main = scope_of(cloud.resource_manager_audience)
        self._tokens: dict[str, AccessToken] = {}
        self._lock = asyncio.Lock()

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token for one scope.

        Raises GatewayError when nothing can be had, AudienceRefusedError when Resource Manager
        would have got one.
        """
        scope = scopes[0]
        async with self._lock:
            token = self._tokens.get(scope)
            if token is None or options.get("claims") or self._is_old(token):
                token = self._tokens[scope] = await self._ask(scope, options)
            return token

    async def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """The same, in the form azure-core asks for first."""
        token = await self.get_token(*scopes, **(options or {}))
        return AccessTokenInfo(token.token, token.expires_on)

    async def main_token(self) -> str:
        """Token for Resource Manager."""
        return (await self.get_token(self._main)).token

    async def close(self) -> None:
        """Close the credential's own connections."""
        await self._credential.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    def _is_old(self, token: AccessToken) -> bool:
        # Wall clock on purpose, as azure-identity's: a token lives in Azure's time, not the run's.
        return token.expires_on - time.time() < _REFRESH_SECONDS

    async def _ask(self, scope: str, options: dict[str, Any]) -> AccessToken:
        try:
            return await self._credential.get_token(scope, **options)
        except ClientAuthenticationError as error:
            await self._only_this_audience(scope, error)
            raise refused(error, self._cloud, self._kind) from None
        except AzureError as error:
            raise unreachable(error, self._cloud.authority, self._cloud) from None

    async def _only_this_audience(self, scope: str, error: ClientAuthenticationError) -> None:
        if scope == self._main:
            return
        if self._main not in self._tokens:
            self._tokens[self._main] = await self._ask(self._main, {})
        code = code_of(error)
        kind = GapKind.DENIED
        if is_busy(error):
            kind = GapKind.THROTTLED
        elif did_not_answer(error):
            kind = GapKind.UNAVAILABLE
        said = f"No token for {scope} ({code or 'no code given'})."
        raise AudienceRefusedError(said, kind) from None


def scope_of(audience: str) -> str:
    """OAuth scope that asks for everything granted at an audience."""
    return audience.rstrip("/") + "/.default"


def unreachable(error: BaseException, address: str, cloud: Cloud) -> GatewayError:
    """The sentence for a host that cannot be talked to: an untrusted certificate, or no answer."""
    if untrusted(error):
        trusted = f"the authorities in {cloud.ca_file}" if cloud.ca_file else "this machine's CAs"
        return GatewayError(
            "untrusted_ca",
            f"{address} shows a certificate that {trusted} did not issue; set ca_file to the CA of "
            "that cloud, or have a TLS proxy's CA installed.",
        )
    return GatewayError(
        "unreachable",
        f"{address} does not answer ({type(_root(error)).__name__}); check the address, the "
        "network and the proxy.",
    )


def untrusted(error: BaseException) -> bool:
    """Whether a failure, or what caused it, was a certificate nobody vouches for."""
    here: BaseException | None = error
    while here is not None:
        if isinstance(here, ssl.SSLCertVerificationError | aiohttp.ClientConnectorCertificateError):
            return True
        here = here.__cause__ or getattr(here, "inner_exception", None)
    return False


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
