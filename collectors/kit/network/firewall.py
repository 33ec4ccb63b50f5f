"""The firewall of a resource: whether networks that are not listed are refused, and who gets in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.kit.network.addresses import Network, network, open_families
from collectors.kit.settings import Absences, quoted, unread
from collectors.kit.spec import Expectations, Item, Judge, Verdict, failed, passed, unknown

ACCESS = "properties.publicNetworkAccess"
LISTS = ("ipRules", "ipv6Rules")
"""Lists of exceptions; one that is left out or null names nobody.

https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties#networkruleset
"""
BYPASSES = frozenset({"None", "AzureServices", "Logging", "Metrics"})
"""What may pass without being listed, joined by commas: services that sign in as themselves, and
the account's own logs and counters. Left out or null, it is AzureServices (same page)."""
RESOURCES = "resourceAccessRules"


def closed_network(rules: str, *, absent: Absences, bypass: str = "") -> Judge:
    """Networks that are not named are refused, and those named are not nearly the Internet.

    Public access that is disabled is closed whatever the firewall says; left out, it is the same as
    Enabled. `rules` is the path of the firewall, `bypass` of what may pass it, where that is not in
    the firewall itself. Microsoft's policies ask for the default action alone.
    """

    def judge(item: Item, _: Expectations) -> Verdict:
        match item[ACCESS]:
            case "Disabled":
                return passed("public network access is disabled")
            case "SecuredByPerimeter":
                return unknown("a network security perimeter decides, which is not read")
            case "Enabled" | None:
                return _firewall(item, rules, bypass or f"{rules}.bypass", absent)
            case _:
                return unread(item, ACCESS)

    return judge


def _firewall(item: Item, rules: str, bypass: str, absent: Absences) -> Verdict:
    match item[rules]:
        case {"defaultAction": "Deny"}:
            return exceptions(item[rules], item["tenantId"], item[bypass])
        case {"defaultAction": "Allow"}:
            return failed("every network may connect (default action Allow, expected Deny)")
        case None:
            return unread(item, rules, absent)
        case _:
            return unread(item, f"{rules}.defaultAction")


def exceptions(rules: Mapping[str, Any], tenant: Any, bypass: Any) -> Verdict:
    """Whether a firewall that denies by default lets in but a few.

    `tenant` is that of the resource. What is seen to be open is, whatever else cannot be read.
    """
    listed = [_networks(name, rules.get(name)) for name in LISTS]
    if open_families(one for found in listed for one in found.networks):
        return failed("the default is to deny, yet the listed addresses are nearly the Internet")
    resources = _resources(rules.get(RESOURCES), tenant)
    if resources.foreign:
        return failed(f"resources of another tenant may connect: {resources.foreign}")
    passing = _passing(bypass)
    if passing is None:
        return unknown(f"Azure returned bypass {quoted(bypass)}, a value not known")
    unread = [why for why in (*(found.unread for found in listed), resources.unread) if why]
    if unread:
        return unknown(unread[0])
    but = ["trusted services of Azure"] if "AzureServices" in passing else []
    but += [resources.named] if resources.named else []
    excepted = f", but for {' and '.join(but)}" if but else ""
    return passed(f"networks that are not listed are refused{excepted}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Addresses:
    networks: tuple[Network, ...] = ()
    unread: str = ""
    """Why there may be more; empty where there are not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resources:
    named: str = ""
    foreign: str = ""
    unread: str = ""


def _networks(name: str, rules: Any) -> _Addresses:
    """Addresses that a list lets in, as far as it can be read."""
    if rules is None:
        return _Addresses()
    cannot = f"Azure returned {name} {quoted(rules)}, which cannot be read"
    if not isinstance(rules, list):
        return _Addresses(unread=cannot)
    found = [_network(rule) for rule in rules]
    readable = tuple(one for one in found if one is not None)
    return _Addresses(networks=readable, unread="" if len(readable) == len(found) else cannot)


def _network(rule: Any) -> Network | None:
    """Allow is the only action there is, and what is meant without one."""
    match rule:
        case {"value": str(value)} if rule.get("action") in (None, "Allow"):
            return network(value)
    return None


def _resources(rules: Any, tenant: Any) -> _Resources:
    """Resources that may connect by their identity. They have to be of the account's own tenant.

    https://learn.microsoft.com/azure/storage/common/storage-network-security-resource-instances
    A pattern instead of a resource lets in whatever is made later: who that is cannot be told.
    """
    if rules is None:
        return _Resources()
    if not isinstance(rules, list):
        return _Resources(unread=f"Azure returned {RESOURCES} {quoted(rules)}, which is no list")
    names: list[str] = []
    unread = ""
    for rule in rules:
        match rule:
            case {"tenantId": str(owner), "resourceId": str(resource)} if owner and resource:
                name = resource.rstrip("/").rsplit("/", 1)[-1][:40]
                if not isinstance(tenant, str) or not tenant:
                    unread = (
                        f"{name} may connect, and Azure did not say whose tenant the account is"
                    )
                elif owner.lower() != tenant.lower():
                    return _Resources(foreign=name)
                elif "*" in resource:
                    unread = f"every resource of a pattern may connect: {resource[-100:]}"
                names.append(name)
            case _:
                unread = f"Azure returned the rule {quoted(rule)}, which cannot be read"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return _Resources(named=f"the resource {names[0]}{more}" if names else "", unread=unread)


def _passing(bypass: Any) -> frozenset[str] | None:
    if bypass is None:
        return frozenset({"AzureServices"})
    if not isinstance(bypass, str):
        return None
    named = frozenset(part.strip() for part in bypass.split(","))
    return named if named <= BYPASSES else None
