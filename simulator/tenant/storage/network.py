"""The two switches of a storage account's network, and the lists between them.

Recorded on 24 November 2023: public access Disabled together with a default action of Allow, which
then means nothing. An account made without a word has no publicNetworkAccess and allows everybody.
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties#networkruleset
"""

from typing import Any, TypeAlias

from simulator.tenant.kit import ABSENT, Scene

Addresses: TypeAlias = list[dict[str, str]]
Shape: TypeAlias = tuple[str, Addresses, Addresses]
"""Default action, and what the lists of IPv4 and IPv6 let in."""
OFFICE = [{"value": "203.0.113.0/28", "action": "Allow"}]
HALVES = [{"value": value, "action": "Allow"} for value in ("0.0.0.0/1", "128.0.0.0/1")]
SIXTEENTHS = [{"value": value, "action": "Allow"} for value in ("64.0.0.0/4", "80.0.0.0/4")]
EVERY_IPV6 = [{"value": "2000::/3", "action": "Allow"}]
SHUT: tuple[Shape, ...] = (("Deny", [], []), ("Deny", OFFICE, []))
OPEN: tuple[Shape, ...] = (
    ("Allow", [], []),
    ("Allow", [], []),
    ("Deny", HALVES, []),
    ("Deny", SIXTEENTHS, []),
    ("Deny", [], EVERY_IPV6),
)
BYPASSES = ("AzureServices", "AzureServices", "None", "Logging, Metrics, AzureServices")


def as_it_was_made() -> dict[str, Any]:
    """Network properties that nobody ever set."""
    return {"networkAcls": _rules("AzureServices", "Allow")}


def shut(scene: Scene) -> dict[str, Any]:
    """Network properties that let in nobody, or known addresses only."""
    bypass = scene.pick(BYPASSES, "bypass")
    if scene.share("sealed") < 0.4:
        action = scene.pick(("Allow", "Deny"), "means nothing")
        return {"publicNetworkAccess": "Disabled", "networkAcls": _rules(bypass, action)}
    stated = {"publicNetworkAccess": "Enabled"} if scene.share("stated") < 0.7 else {}
    return stated | {"networkAcls": _listed(scene, bypass, SHUT)}


def opened(scene: Scene) -> dict[str, Any]:
    """The change that lets everybody in."""
    stated = "Enabled" if scene.share("stated") < 0.7 else ABSENT
    rules = _listed(scene, scene.pick(BYPASSES, "bypass"), OPEN)
    return {"properties.publicNetworkAccess": stated, "properties.networkAcls": rules}


def in_a_perimeter(scene: Scene) -> dict[str, Any]:
    """The change that leaves to a network security perimeter whom it lets in."""
    return {
        "properties.publicNetworkAccess": "SecuredByPerimeter",
        "properties.networkAcls": _rules(scene.pick(BYPASSES, "bypass"), "Deny"),
    }


def _listed(scene: Scene, bypass: str, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    rules = _rules(bypass, *scene.pick(shapes, "let in"))
    return rules | {
        "resourceAccessRules": [_scanner(scene)] if scene.share("scanned") < 0.3 else []
    }


def _scanner(scene: Scene) -> dict[str, str]:
    """The rule that Defender for Storage adds for its scanner; recorded on 22 May 2025.

    https://learn.microsoft.com/azure/storage/common/storage-network-security-resource-instances
    """
    scanner = "providers/Microsoft.Security/datascanners/storageDataScanner"
    place = f"/subscriptions/{scene.place.subscription.id}"
    return {"tenantId": scene.estate.tenant_id, "resourceId": f"{place}/{scanner}"}


def _rules(
    bypass: str, action: str, four: Addresses | None = None, six: Addresses | None = None
) -> dict[str, Any]:
    return {
        "resourceAccessRules": [],
        "bypass": bypass,
        "defaultAction": action,
        "ipRules": list(four or []),
        "ipv6Rules": list(six or []),
        "virtualNetworkRules": [],
    }
