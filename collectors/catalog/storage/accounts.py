"""Storage accounts: encryption in transit and at rest, and who can reach them."""

from collections.abc import Mapping
from typing import Any

from collectors.kit import Check, Collector, Expectations, Item, Owner, rows
from collectors.kit.absence import absent, documented
from collectors.kit.network.firewall import closed_network
from collectors.kit.settings import quoted, setting, tls, toggle, unread
from collectors.kit.values.storage_kinds import services_of
from collectors.kit.values.tags import if_phi, may_hold_phi
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

ACCOUNT = "Microsoft.Storage/storageAccounts"
KEY_SOURCE = "properties.encryption.keySource"
ABSENT = documented(
    ACCOUNT,
    "https://pypi.org/project/azure-mgmt-storage/25.3.0/",
    "2026-11-28",
    "2021-06-01",
    absent(
        "properties.allowSharedKeyAccess",
        "Azure then accepts account keys, which do not say who used them",
        Status.FAIL,
        agrees="8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
        since="2020-08-01",
    ),
    absent(
        "properties.minimumTlsVersion",
        "Azure then accepts TLS 1.0",
        Status.FAIL,
        agrees="fe83a0eb-a853-422d-aac2-1bffd182c5d0",
    ),
    absent(
        "properties.allowBlobPublicAccess",
        "no container can be made public",
        Status.PASS,
        differs="4fa4b6c0-31ca-4c0d-b10d-24b96f62a751",
    ),
    absent(
        "properties.supportsHttpsTrafficOnly",
        "Azure then accepts HTTPS only",
        Status.PASS,
        agrees="404c3081-a854-4457-ae30-26a93ef643f9",
        since="2019-04-01",
    ),
    absent(
        "properties.encryption.requireInfrastructureEncryption",
        "data is then encrypted once only",
        Status.FAIL,
        agrees="4733ea7b-a883-42fe-8cac-97454c2a9e4a",
        since="2019-06-01",
    ),
    absent(
        "properties.networkAcls",
        "every network may then connect",
        Status.FAIL,
        agrees="34c877ad-507e-4c82-993e-3452a6e0ad3c",
        since="2017-06-01",
    ),
)


def customer_managed_key(account: Item, _: Expectations) -> Verdict:
    """The organisation holds the encryption key, for every service of the account.

    Stricter than Microsoft's policy, which asks for the source of the key alone: tables and queues
    stay under a key of Microsoft unless their keyType is Account, and by default it is not.
    https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
    """
    match account[KEY_SOURCE]:
        case "Microsoft.Keyvault":
            return _services(account)
        case "Microsoft.Storage":
            return failed("holds PHI and is encrypted with a key of Microsoft, not our own")
        case _:
            return unread(account, KEY_SOURCE)


def _services(account: Item) -> Verdict:
    listed = account["properties.encryption.services"]
    if not isinstance(listed, Mapping) or not listed:
        return unread(account, "properties.encryption.services")
    types = {name: _key_type(name, service) for name, service in listed.items()}
    strange = [f"{name} {quoted(kind)}" for name, kind in types.items() if kind not in _KEY_TYPES]
    if strange:
        return unknown(f"Azure returned a keyType that is not known: {strange[0]}")
    plain = [name for name, kind in types.items() if kind == "Service"]
    if not plain and "table" in listed and "queue" in listed:
        return _OWN_KEY
    held = _holds_tables(account)
    if held is None:
        return unknown(f"Azure returned the kind {quoted(account['kind'])}, which is not known")
    plain += [name for name in ("table", "queue") if held and name not in listed]
    if not plain:
        return _OWN_KEY
    return failed(f"holds PHI, and the key of its {' and '.join(plain)} service is Microsoft's")


_KEY_TYPES = ("Account", "Service")
_OWN_KEY = passed("encrypted with the organisation's own key in Key Vault")


def _key_type(name: str, service: Any) -> Any:
    """Blobs and files always follow the account's key; older answers do not say so."""
    if not isinstance(service, Mapping):
        return service
    return service.get("keyType", "Account" if name in ("blob", "file") else "Service")


def _holds_tables(account: Item) -> bool | None:
    services = services_of(account)
    return None if services is None else "table" in services


COLLECTOR = Collector(
    id="storage.accounts",
    title="Storage accounts",
    owner=Owner.SECURITY,
    absent=ABSENT,
    reads={
        "accounts": rows(ACCOUNT),
    },
    checks=(
        Check(
            id="https_only",
            title="Storage accounts accept HTTPS only",
            judge=toggle(
                "properties.supportsHttpsTrafficOnly",
                passes="accepts HTTPS only",
                fails="accepts plain HTTP",
                absent=ABSENT,
            ),
            controls=("A.5.14", "A.8.24"),
            remedy="az storage account update --ids <id> --https-only true",
            owner=Owner.CLOUD,
            policy="404c3081-a854-4457-ae30-26a93ef643f9",
        ),
        Check(
            id="minimum_tls",
            title="Storage accounts refuse old TLS versions",
            judge=tls(
                "properties.minimumTlsVersion",
                absent=ABSENT,
            ),
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az storage account update --ids <id> --min-tls-version TLS1_2",
            owner=Owner.CLOUD,
            policy="fe83a0eb-a853-422d-aac2-1bffd182c5d0",
            differs=(
                "the rule compares for equality: TLS 1.3 fails it and passes here; which version is"
                " old is the organisation's own expectation"
            ),
        ),
        Check(
            id="public_blob_access",
            title="Storage accounts forbid anonymous access to blobs",
            judge=toggle(
                "properties.allowBlobPublicAccess",
                passes="no container can be made public",
                fails="containers can be made readable by anyone without signing in",
                good=False,
                absent=ABSENT,
            ),
            controls=("A.8.3", "A.8.12"),
            remedy="az storage account update --ids <id> --allow-blob-public-access false",
            policy="4fa4b6c0-31ca-4c0d-b10d-24b96f62a751",
            differs=(
                "the rule fails an account that does not say it, the documentation says that it"
                " then forbids it: unknown here"
            ),
        ),
        Check(
            id="shared_key",
            title="Storage accounts refuse account keys",
            judge=toggle(
                "properties.allowSharedKeyAccess",
                passes="account keys are refused, access is by Entra ID only",
                fails="account keys give full access without saying who used them",
                good=False,
                absent=ABSENT,
            ),
            controls=("A.5.17", "A.8.5"),
            remedy="az storage account update --ids <id> --allow-shared-key-access false",
            policy="8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
        ),
        Check(
            id="network_default_deny",
            title="Storage accounts refuse networks that are not listed",
            judge=closed_network("properties.networkAcls", absent=ABSENT),
            controls=("A.8.20", "A.8.22"),
            remedy=(
                "az storage account update --ids <id> --default-action Deny, and list no more than"
                " the networks that need it"
            ),
            policy="34c877ad-507e-4c82-993e-3452a6e0ad3c",
            differs=(
                "the rule reads the default action alone: lists that let nearly everybody in, and "
                "resources of another tenant, pass it and fail here; public access that is disabled"
                " passes here whatever the default action"
            ),
        ),
        Check(
            id="customer_managed_key",
            title="Storage accounts with PHI are encrypted with the organisation's own key",
            when=may_hold_phi,
            judge=if_phi(customer_managed_key),
            controls=("A.8.24",),
            remedy=(
                "az storage account update --ids <id> --encryption-key-source Microsoft.Keyvault"
                " --encryption-key-vault <vault uri> --encryption-key-name <key>; tables and queues"
                " follow only in an account created with --encryption-key-type-for-table Account"
                " --encryption-key-type-for-queue Account"
            ),
            policy="6fac406b-40ca-413b-bf8e-0bf964659c25",
            differs=(
                "the rule reads the source of the key alone: tables and queues under a key of "
                "Microsoft pass it and fail here; asked of accounts with PHI"
            ),
        ),
        Check(
            id="infrastructure_encryption",
            title="Storage accounts with PHI are encrypted twice",
            when=may_hold_phi,
            judge=if_phi(
                setting(
                    "properties.encryption.requireInfrastructureEncryption",
                    {
                        True: passed("data is encrypted a second time by the infrastructure"),
                        False: failed("holds PHI and is encrypted once only"),
                    },
                    absent=ABSENT,
                )
            ),
            controls=("A.8.24",),
            remedy=(
                "az storage account create --require-infrastructure-encryption true …"
                " and move the data: it is fixed at creation"
            ),
            owner=Owner.CLOUD,
            policy="4733ea7b-a883-42fe-8cac-97454c2a9e4a",
            differs="asked of accounts with PHI only",
        ),
    ),
)
