"""Why Azure did not answer: read from the error's code wherever it stands.

A code says what to do next (grant a right, register a provider, wait, nothing at all); a status
class does not: ARM uses 400, 404 and 409 for each of these.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit.spec import GapKind
from collectors.kit.strict_json import parse

DEEPEST = 12
"""Levels of nested errors that are looked at; Azure was seen to use four."""

LONGEST = 60
"""Characters of a code that a sentence quotes."""

NOT_APPLICABLE = frozenset(
    {
        "featurenotsupportedforaccount",
        "resourcetypenotsupported",
        "resourcetypenotsupport",
    }
)
"""Codes by which a provider says that a resource cannot have what was asked for, in lower case.

Storage, for a service that the kind of account lacks:
https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
Monitor, for a type without diagnostic settings."""

CODES: Mapping[str, GapKind] = {
    # Rights. https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    "authorizationfailed": GapKind.DENIED,
    "authorization_requestdenied": GapKind.DENIED,
    "accessdenied": GapKind.DENIED,
    "forbidden": GapKind.DENIED,
    "unauthorized": GapKind.DENIED,
    "insufficientaccesserror": GapKind.DENIED,
    "invalidauthenticationtoken": GapKind.DENIED,
    "linkedauthorizationfailed": GapKind.DENIED,
    "denyassignmentauthorizationfailed": GapKind.DENIED,
    "requestdisallowedbypolicy": GapKind.DENIED,
    "authenticationfailed": GapKind.DENIED,
    "authorizationpermissionmismatch": GapKind.DENIED,
    "expiredauthenticationtoken": GapKind.DENIED,
    "invalidauthenticationtokentenant": GapKind.DENIED,
    "authorization_identitynotfound": GapKind.DENIED,
    "authentication_msgraphpermissionmissing": GapKind.DENIED,
    "permissionscopenotgranted": GapKind.DENIED,
    # Log Analytics. https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
    "authorizationrequirederror": GapKind.DENIED,
    "invalidtokenerror": GapKind.DENIED,
    # Licences. https://learn.microsoft.com/graph/errors
    "aadpremiumlicenserequired": GapKind.NOT_LICENSED,
    "tenantlicenserequired": GapKind.NOT_LICENSED,
    "authentication_requestfromnonpremiumtenantorb2ctenant": GapKind.NOT_LICENSED,
    # Providers. https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
    "missingsubscriptionregistration": GapKind.NOT_REGISTERED,
    "missingregistrationfortype": GapKind.NOT_REGISTERED,
    "subscriptionnotregistered": GapKind.NOT_REGISTERED,
    "noregisteredproviderfound": GapKind.NOT_REGISTERED,
    "disallowedprovider": GapKind.NOT_REGISTERED,
    "featurenotregistered": GapKind.NOT_REGISTERED,
    "invalidresourcenamespace": GapKind.NOT_REGISTERED,
    "resourceprovidernotregistered": GapKind.NOT_REGISTERED,
    # Gone. https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    "resourcenotfound": GapKind.GONE,
    "resourcegroupnotfound": GapKind.GONE,
    "subscriptionnotfound": GapKind.GONE,
    "parentresourcenotfound": GapKind.GONE,
    "request_resourcenotfound": GapKind.GONE,
    "pathnotfounderror": GapKind.GONE,
    "workspacenotfounderror": GapKind.GONE,
    "applicationnotfounderror": GapKind.GONE,
    "notfound": GapKind.GONE,
    # Load.
    "toomanyrequests": GapKind.THROTTLED,
    "subscriptionrequeststhrottled": GapKind.THROTTLED,
    "operationnotallowedthrottled": GapKind.THROTTLED,
    "ratelimiting": GapKind.THROTTLED,
    "throttlederror": GapKind.THROTTLED,
    "tenantrequeststhrottled": GapKind.THROTTLED,
    "resourcerequeststhrottled": GapKind.THROTTLED,
    "activitylimitreached": GapKind.THROTTLED,
    "serverbusy": GapKind.THROTTLED,
    "gatewaytimeout": GapKind.TIMEOUT,
    "requesttimeout": GapKind.TIMEOUT,
    "operationtimedout": GapKind.TIMEOUT,
    # The question itself was refused: not a matter of rights.
    "badargumenterror": GapKind.UNAVAILABLE,
    "disallowedoperation": GapKind.UNAVAILABLE,
    "invalidresourcetype": GapKind.UNAVAILABLE,
    "invalidapiversionparameter": GapKind.UNAVAILABLE,
    "responsepayloadtoolarge": GapKind.TRUNCATED,
}
"""What is missing, by code in lower case."""

MEANINGS: Mapping[str, str] = {
    # Kusto, below BadArgumentError. https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
    "sem0100": "a table or column that the query names is not there",
    # Seen in grafana/grafana issue 89818.
    # https://learn.microsoft.com/azure/azure-monitor/logs/basic-logs-query
    "unsupportedapiqueryvalidationerror": "a table of the plan Basic or Auxiliary refuses queries",
    # Seen in SpecterOps/AzureHound issue 65.
    "disallowedoperation": "this kind of subscription cannot hold resources",
}
"""What a code means where its name does not say it, by code in lower case."""

STATUSES: Mapping[int, GapKind] = {
    401: GapKind.DENIED,
    403: GapKind.DENIED,
    404: GapKind.GONE,
    408: GapKind.TIMEOUT,
    410: GapKind.GONE,
    429: GapKind.THROTTLED,
    504: GapKind.TIMEOUT,
}
"""What a status says where no code is known. All others say only that there was no answer."""


def kind_of(status: int | None, codes: tuple[str, ...]) -> GapKind:
    """Why there was no answer, by the first code that is known, else by the status."""
    for code in codes:
        if (known := CODES.get(code.lower())) is not None:
            return known
    return STATUSES.get(status or 0, GapKind.UNAVAILABLE)


def not_applicable(codes: tuple[str, ...]) -> bool:
    """True when Azure said that the resource cannot have what was asked for."""
    return any(code.lower() in NOT_APPLICABLE for code in codes)


def named(codes: tuple[str, ...]) -> str:
    """The outermost code and the one that tells most, with its meaning; empty without a code."""
    if not codes:
        return ""
    telling = next((code for code in codes if code.lower() in MEANINGS), codes[0])
    names = dict.fromkeys(code[:LONGEST] for code in (codes[0], telling))
    meaning = MEANINGS.get(telling.lower())
    return ", ".join(names) + (f" ({meaning})" if meaning else "")


def codes_in(body: bytes) -> tuple[str, ...]:
    """Every error code of an answer, outermost first; none when it is not JSON."""
    try:
        return codes_at(parse(body))
    except ValueError:
        return ()


def codes_at(value: Any) -> tuple[str, ...]:
    """Every error code of a parsed answer, outermost first."""
    return tuple(dict.fromkeys(_codes(value, DEEPEST)))


def _codes(value: Any, left: int) -> Iterator[str]:
    """Codes at the top, under `error`, `innererror`, `details`, and in messages that are JSON."""
    if left == 0:
        return
    if isinstance(value, list):
        for one in value:
            yield from _codes(one, left - 1)
    elif isinstance(value, Mapping):
        facts = {str(key).lower(): inner for key, inner in value.items()}
        code = facts.get("code")
        if isinstance(code, str) and code.strip():
            yield code.strip()
        for key in ("error", "odata.error", "innererror", "details"):
            yield from _codes(facts.get(key), left - 1)
        yield from _codes(_told(facts.get("message")), left - 1)


def _told(message: Any) -> Any:
    """The error inside a message: ARM passes on a provider's answer as text."""
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None
