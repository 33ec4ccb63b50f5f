"""Key vaults: whether what is deleted stays, and who reaches what they hold, from where.

That a vault logs who used it (AuditEvent) is asked by `logging.diagnostic_settings`.
"""

from collectors.kit import Check, Collector, Owner, rows
from collectors.kit.absence import absent, documented
from collectors.kit.network.firewall import closed_network
from collectors.kit.network.private_endpoints import CONNECTIONS, private_endpoint
from collectors.kit.settings import all_of, at_least, toggle
from collectors.kit.verdicts import Status

VAULT = "Microsoft.KeyVault/vaults"
PURGE, RBAC = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53", "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5"
SOFT, NETWORK = "1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d", "55615ac9-af46-4a59-874e-391cc3dfb490"
LINK = "a6abeaec-4d90-4a02-805f-6b26c4d3fbe9"
PROTECTED, DELETED = "properties.enablePurgeProtection", "properties.enableSoftDelete"
ROLES, ACLS = "properties.enableRbacAuthorization", "properties.networkAcls"
ABSENT = documented(
    VAULT,
    "https://pypi.org/project/azure-mgmt-keyvault/14.1.0/",
    "2026-11-28",
    "2019-09-01",
    absent(PROTECTED, "what is deleted can then be destroyed at once", Status.FAIL, agrees=PURGE),
    # True for new vaults; one of the years before does not say it, and may have none.
    absent(DELETED, "vaults are made with soft delete", Status.PASS, differs=SOFT),
    absent(ROLES, "access policies of the vault then decide, not roles", Status.FAIL, agrees=RBAC),
    absent(ACLS, "every network may then connect", Status.FAIL, agrees=NETWORK),
    absent(CONNECTIONS, "it has no private endpoint then", Status.FAIL, agrees=LINK),
)
COLLECTOR = Collector(
    id="keys.vaults",
    title="Key vaults",
    owner=Owner.SECURITY,
    absent=ABSENT,
    reads={"vaults": rows(VAULT)},
    checks=(
        Check(
            id="purge_protection",
            title="Key vaults cannot be purged before their time",
            judge=toggle(
                PROTECTED,
                passes="purge protection is on",
                fails="what is deleted can be destroyed at once",
                absent=ABSENT,
            ),
            controls=("A.8.13", "A.8.24"),
            remedy="az keyvault update --name <name> --enable-purge-protection true",
            policy=PURGE,
            differs="the rule asks for soft delete too, which `soft_delete` does here",
        ),
        Check(
            id="soft_delete",
            title="Deleted keys and secrets can be restored",
            judge=all_of(
                at_least(
                    "properties.softDeleteRetentionInDays",
                    "soft_delete_days",
                    "what is deleted can be restored for {} days",
                ),
                toggle(DELETED, passes="", fails="what is deleted is lost", absent=ABSENT),
            ),
            controls=("A.8.13",),
            expectation="soft_delete_days",
            remedy="az keyvault create --retention-days 90: the days of a vault are fixed",
            policy=SOFT,
            differs="the rule asks whether it is on: fewer days than expected fail here",
        ),
        Check(
            id="roles_decide",
            title="Roles decide who uses a key vault, not access policies",
            judge=toggle(
                ROLES,
                passes="access is given by roles",
                fails="access policies of the vault decide, which no review of roles sees",
                absent=ABSENT,
            ),
            controls=("A.5.15", "A.8.3"),
            remedy="az keyvault update --name <name> --enable-rbac-authorization true",
            policy=RBAC,
        ),
        Check(
            id="closed_network",
            title="Key vaults refuse networks that are not listed",
            judge=closed_network(ACLS, absent=ABSENT),
            controls=("A.8.20", "A.8.22"),
            remedy="az keyvault update --name <name> --default-action Deny",
            policy=NETWORK,
            differs="the rule reads the switches alone: a list of nearly all networks fails here",
        ),
        Check(
            id="private_endpoint",
            title="Key vaults are reached by a private endpoint",
            judge=private_endpoint(absent=ABSENT),
            controls=("A.8.22",),
            remedy="az network private-endpoint create --private-connection-resource-id <id> …",
            policy=LINK,
        ),
    ),
)
