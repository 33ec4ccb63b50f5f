"""The two switches of a storage account's network, and the lists between them.

Recorded on 24 November 2023: public access Disabled together with a default action of Allow, which
then means nothing. An account made without a word has no publicNetworkAccess and allows everybody.
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties#networkruleset
"""

from typing import Any, TypeAlias

from simulator.tenant.kit import Scene

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


def network(scene: Scene, verdict: str) -> dict[str, Any]:
    """Network properties that have the verdict; `as made` when nobody ever set them."""
    if verdict == "as made":
        return _rules("AzureServices", "Allow")
    bypass = scene.pick(BYPASSES, "bypass")
    if verdict == "unknown":
        return {"publicNetworkAccess": "SecuredByPerimeter"} | _rules(bypass, "Deny")
    if verdict == "pass" and scene.share("sealed") < 0.4:
        action = scene.pick(("Allow", "Deny"), "means nothing")
        return {"publicNetworkAccess": "Disabled"} | _rules(bypass, action)
    stated = {"publicNetworkAccess": "Enabled"} if scene.share("stated") < 0.7 else {}
    shapes = SHUT if verdict == "pass" else OPEN
    made = stated | _rules(bypass, *scene.pick(shapes, "let in"))
    if scene.share("scanned") < 0.3:
        made["networkAcls"]["resourceAccessRules"] = [_scanner(scene)]
    return made


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
        "networkAcls": {
            "resourceAccessRules": [],
            "bypass": bypass,
            "defaultAction": action,
            "ipRules": list(four or []),
            "ipv6Rules": list(six or []),
            "virtualNetworkRules": [],
        }
    }
