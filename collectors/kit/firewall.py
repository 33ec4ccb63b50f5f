"""The firewall of a storage account: who is let in although the default is to deny."""

from collections.abc import Mapping
from typing import Any

from collectors.kit.addresses import Network, network, open_families
from collectors.kit.settings import quoted
from collectors.kit.spec import Verdict, failed, passed, unknown

LISTS = ("ipRules", "ipv6Rules")
"""Lists of exceptions; a list that is left out names nobody, the default then decides for all.

https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties#networkruleset
"""
BYPASSES = frozenset({"None", "AzureServices", "Logging", "Metrics"})
"""What may pass without being listed, joined by commas: services that sign in as themselves, and
the account's own logs and counters. Left out, it is AzureServices (same page)."""


def exceptions(rules: Mapping[str, Any]) -> Verdict:
    """Whether a firewall that denies by default lets in but a few."""
    allowed: list[Network] = []
    for name in LISTS:
        named = _networks(rules.get(name, []))
        if named is None:
            return unknown(f"Azure returned {name} {quoted(rules[name])}, which cannot be read")
        allowed += named
    passing = _passing(rules.get("bypass", "AzureServices"))
    if passing is None:
        return unknown(f"Azure returned bypass {quoted(rules['bypass'])}, a value not known")
    if open_families(allowed):
        return failed("the default is to deny, yet the listed addresses are nearly the Internet")
    trusted = ", but for trusted services of Azure" if "AzureServices" in passing else ""
    return passed(f"networks that are not listed are refused{trusted}")


def _networks(rules: Any) -> list[Network] | None:
    """Addresses that the rules let in; None where one of them cannot be read."""
    if not isinstance(rules, list):
        return None
    found = [_network(rule) for rule in rules]
    readable = [one for one in found if one is not None]
    return readable if len(readable) == len(found) else None


def _network(rule: Any) -> Network | None:
    match rule:
        case {"value": str(value), "action": "Allow"}:
            return network(value)
        case {"value": str(value)} if "action" not in rule:
            return network(value)  # Allow is the only action there is.
    return None


def _passing(bypass: Any) -> frozenset[str] | None:
    if not isinstance(bypass, str):
        return None
    named = frozenset(part.strip() for part in bypass.split(","))
    return named if named <= BYPASSES else None
