"""Why Azure did not answer: read from the error's code wherever it stands.

A code says what to do next (grant a right, register a provider, wait, nothing at all); a status
class does not: ARM uses 400, 404 and 409 for each of these.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit.answers.strict_json import parse_body
from collectors.kit.spec import Arm, GapKind, Read

DEEPEST = 12
"""Levels of nested errors that are looked at; Azure was seen to use four."""

LONGEST = 60
"""Characters of a code that a sentence quotes."""

_NO_DIAGNOSTICS = re.compile(r".+/providers/microsoft\.insights/diagnosticsettings")
NOT_APPLICABLE: Mapping[str, re.Pattern[str]] = {
    "featurenotsupportedforaccount": re.compile(
        r".+/providers/microsoft\.storage/storageaccounts/[^/]+/(blob|file|queue|table)services/.+"
    ),
    "resourcetypenotsupported": _NO_DIAGNOSTICS,
    "resourcetypenotsupport": _NO_DIAGNOSTICS,
}
"""Codes by which a provider says that a resource cannot have what was asked for, in lower case, and
what has to be asked for it to be that provider's word.

Storage, for a service that the kind of account lacks:
https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
Monitor, for a type without diagnostic settings."""

SENSELESS = frozenset({400, 404, 409})
"""Statuses under which such a code is believed: a refusal or a full load says nothing of kinds."""

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
    "readonlydisabledsubscription": GapKind.UNAVAILABLE,
    "accountisdisabled": GapKind.UNAVAILABLE,
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
    # https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states
    "readonlydisabledsubscription": "the subscription is disabled",
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

_DECIDING = frozenset({408, 429, 504})
"""Statuses that no code outweighs: the question was not looked at."""
_GENERIC = frozenset({"forbidden", "unauthorized", "accessdenied", "notfound"})
"""Codes that only repeat a status: any other known code of the answer tells more."""
_MAY_BE_GONE = frozenset({400, 404, 409, 410})
"""Statuses under which a code is believed that says that something is gone."""


def kind_of(status: int | None, codes: tuple[str, ...]) -> GapKind:
    """Why there was no answer, by the first code that tells most, else by the status.

    `gone` proves that a resource was removed, so nothing else in the answer may speak against it.
    """
    known = [(code, CODES[code]) for code in map(str.lower, codes) if code in CODES]
    telling = [kind for code, kind in known if code not in _GENERIC]
    kinds = [*telling, *(kind for code, kind in known if code in _GENERIC)]
    by_status = STATUSES.get(status or 0, GapKind.UNAVAILABLE)
    if status in _DECIDING or not kinds:
        return by_status
    if kinds[0] is not GapKind.GONE:
        return kinds[0]
    other = next((kind for kind in kinds if kind is not GapKind.GONE), None)
    return other or (GapKind.GONE if status in _MAY_BE_GONE else by_status)


def not_applicable(
    read: Read, subject: str | None, status: int | None, codes: tuple[str, ...]
) -> bool:
    """True when Azure said that the resource cannot have what was asked for.

    Only the outermost code says so: one further in is part of another refusal.
    """
    if not isinstance(read, Arm) or subject is None or status not in SENSELESS or not codes:
        return False
    asked = NOT_APPLICABLE.get(codes[0].lower())
    path = read.path.replace("{id}", subject).lower()
    return asked is not None and asked.fullmatch(path) is not None


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
        return codes_at(parse_body(body))
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
    text = message.lstrip("\ufeff \t\r\n") if isinstance(message, str) else ""
    if not text.startswith("{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
