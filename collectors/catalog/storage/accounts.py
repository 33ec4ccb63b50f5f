"""Storage accounts: encryption in transit and at rest, and who can reach them."""

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.tags import if_phi, may_hold_phi
from collectors.kit.tls import tls_at_least


def https_only(account: Item, _: Expectations) -> Verdict:
    """Plain HTTP is refused."""
    match account["properties.supportsHttpsTrafficOnly"]:
        case True:
            return passed("accepts HTTPS only")
        case False:
            return failed("accepts plain HTTP")
        case _:
            return unknown("Azure returned no supportsHttpsTrafficOnly")


def minimum_tls(account: Item, expectations: Expectations) -> Verdict:
    """Old TLS versions are refused."""
    found, wanted = account["properties.minimumTlsVersion"], expectations["minimum_tls"]
    match tls_at_least(found, wanted):
        case True:
            return passed(f"the lowest TLS version accepted is {found}")
        case False:
            return failed(f"accepts {found}, older than TLS {wanted}")
        case _:
            return unknown("Azure returned no minimumTlsVersion that names a version")


def public_blob_access(account: Item, _: Expectations) -> Verdict:
    """No container can be opened to anonymous readers."""
    match account["properties.allowBlobPublicAccess"]:
        case False:
            return passed("no container can be made public")
        case True:
            return failed("containers can be made readable by anyone without signing in")
        case _:
            return unknown("Azure returned no allowBlobPublicAccess")


def shared_key(account: Item, _: Expectations) -> Verdict:
    """Everybody signs in as themselves."""
    match account["properties.allowSharedKeyAccess"]:
        case False:
            return passed("account keys are refused, access is by Entra ID only")
        case True:
            return failed("account keys give full access without saying who used them")
        case _:
            return unknown("Azure returned no allowSharedKeyAccess")


def network_default_deny(account: Item, _: Expectations) -> Verdict:
    """Networks that are not named are refused."""
    match account["properties"]:
        case {"publicNetworkAccess": "Disabled"}:
            return passed("public network access is disabled")
        case {"publicNetworkAccess": "SecuredByPerimeter"}:
            return unknown("a network security perimeter decides, which is not read")
        case {"networkAcls": {"defaultAction": "Deny"}}:
            return passed("networks that are not listed are refused")
        case {"networkAcls": {"defaultAction": "Allow"}}:
            return failed("every network may connect (default action Allow, expected Deny)")
        case _:
            return unknown("Azure returned no default action of the network rules")


def customer_managed_key(account: Item, _: Expectations) -> Verdict:
    """The organisation holds the encryption key."""
    match account["properties.encryption.keySource"]:
        case "Microsoft.Keyvault":
            return passed("encrypted with the organisation's own key in Key Vault")
        case "Microsoft.Storage":
            return failed("holds PHI and is encrypted with a key of Microsoft, not our own")
        case _:
            return unknown("Azure returned no encryption keySource")


def infrastructure_encryption(account: Item, _: Expectations) -> Verdict:
    """Data is encrypted twice, with two keys."""
    match account["properties.encryption.requireInfrastructureEncryption"]:
        case True:
            return passed("data is encrypted a second time by the infrastructure")
        case False:
            return failed("holds PHI and is encrypted once only")
        case _:
            return unknown("Azure returned no requireInfrastructureEncryption")


COLLECTOR = Collector(
    id="storage.accounts",
    title="Storage accounts",
    reads={
        "accounts": ResourceGraph(
            table="resources",
            types=("microsoft.storage/storageaccounts",),
            needs=("Microsoft.Storage/storageAccounts/read",),
        ),
    },
    checks=(
        Check(
            id="https_only",
            title="Storage accounts accept HTTPS only",
            on="accounts",
            judge=https_only,
            controls=("A.5.14", "A.8.24"),
            remedy="az storage account update --ids <id> --https-only true",
            owner=Owner.CLOUD,
        ),
        Check(
            id="minimum_tls",
            title="Storage accounts refuse old TLS versions",
            on="accounts",
            judge=minimum_tls,
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az storage account update --ids <id> --min-tls-version TLS1_2",
            owner=Owner.CLOUD,
        ),
        Check(
            id="public_blob_access",
            title="Storage accounts forbid anonymous access to blobs",
            on="accounts",
            judge=public_blob_access,
            controls=("A.8.3", "A.8.12"),
            remedy="az storage account update --ids <id> --allow-blob-public-access false",
            owner=Owner.SECURITY,
        ),
        Check(
            id="shared_key",
            title="Storage accounts refuse account keys",
            on="accounts",
            judge=shared_key,
            controls=("A.5.17", "A.8.5"),
            remedy="az storage account update --ids <id> --allow-shared-key-access false",
            owner=Owner.SECURITY,
        ),
        Check(
            id="network_default_deny",
            title="Storage accounts refuse networks that are not listed",
            on="accounts",
            judge=network_default_deny,
            controls=("A.8.20", "A.8.22"),
            remedy="az storage account update --ids <id> --default-action Deny",
            owner=Owner.SECURITY,
        ),
        Check(
            id="customer_managed_key",
            title="Storage accounts with PHI are encrypted with the organisation's own key",
            on="accounts",
            when=may_hold_phi,
            judge=if_phi(customer_managed_key),
            controls=("A.8.24",),
            remedy=(
                "az storage account update --ids <id> --encryption-key-source Microsoft.Keyvault"
                " --encryption-key-vault <vault uri> --encryption-key-name <key>"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="infrastructure_encryption",
            title="Storage accounts with PHI are encrypted twice",
            on="accounts",
            when=may_hold_phi,
            judge=if_phi(infrastructure_encryption),
            controls=("A.8.24",),
            remedy=(
                "az storage account create --require-infrastructure-encryption true …"
                " and move the data: it is fixed at creation"
            ),
            owner=Owner.CLOUD,
        ),
    ),
)
