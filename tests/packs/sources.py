"""Collectors of the realistic engagement."""

from datetime import timedelta

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Graph,
    Logs,
    Owner,
    ResourceGraph,
    ResourceList,
)


def _check(
    name: str,
    title: str,
    on: str,
    controls: str,
    expectation: str | None = None,
    owner: Owner = Owner.CLOUD,
) -> Check:
    return Check(
        id=name,
        title=title,
        on=on,
        controls=tuple(controls.split()),
        remedy=f"In the portal, open the resource and correct it: {title.lower()}.",
        owner=owner,
        expectation=expectation,
    )


ACCOUNTS = ResourceGraph(table="resources", types=("microsoft.storage/storageaccounts",))
COLLECTORS = (
    Collector(
        id="inventory.resources",
        title="Resources and subscriptions",
        reads={
            "resources": ResourceGraph(
                table="resources", project=("id", "name", "type", "location", "tags")
            ),
            "listed": ResourceList(),
        },
        checks=(
            _check("owner_tag", "Every resource names an owner", "resources", "A.5.9"),
            _check("classified", "Every resource is classified", "resources", "A.5.12"),
            _check("complete", "Two routes count the same resources", "listed", "A.5.9"),
        ),
    ),
    Collector(
        id="storage.accounts",
        title="Storage accounts",
        reads={"accounts": ACCOUNTS},
        checks=(
            _check(
                "minimum_tls",
                "Storage accounts refuse old TLS",
                "accounts",
                "A.8.24 A.5.14",
                "minimum_tls",
            ),
            _check(
                "public_blob_access",
                "No blob can be read by everyone",
                "accounts",
                "A.8.3 A.8.12",
                owner=Owner.SECURITY,
            ),
            _check(
                "network_default_deny",
                "Networks are denied unless allowed",
                "accounts",
                "A.8.20 A.8.22",
            ),
        ),
    ),
    Collector(
        id="storage.blob_services",
        title="Blob services",
        reads={
            "accounts": ACCOUNTS,
            "services": Arm(
                path="{id}/blobServices/default",
                api_version="2023-05-01",
                per="resource",
                of="accounts",
            ),
        },
        checks=(
            _check(
                "soft_delete",
                "Deleted blobs can be restored",
                "services",
                "A.8.13 A.5.33",
                "soft_delete_days",
            ),
        ),
    ),
    Collector(
        id="identity.app_credentials",
        title="Application credentials",
        reads={"applications": Graph(path="/applications", select=("id", "appId"), top=999)},
        checks=(
            _check(
                "secret_lifetime",
                "Application secrets are short-lived",
                "applications",
                "A.5.17 A.8.5",
                "secret_lifetime_days",
                Owner.SECURITY,
            ),
            _check(
                "no_standing_access",
                "Privileged roles are activated, not held",
                "applications",
                "A.8.2 A.5.18",
                owner=Owner.SECURITY,
            ),
        ),
    ),
    Collector(
        id="logging.activity",
        title="Log tables",
        reads={
            "workspaces": ResourceGraph(
                table="resources", types=("microsoft.operationalinsights/workspaces",)
            ),
            "activity": Logs(
                kql="union withsource=TableName AzureActivity, AuditLogs, SigninLogs"
                " | summarize oldest=min(TimeGenerated), newest=max(TimeGenerated),"
                " records=count() by TableName",
                timespan=timedelta(days=730),
                of="workspaces",
            ),
        },
        checks=(
            _check(
                "reaches_back",
                "Logs reach back as long as expected",
                "activity",
                "A.8.15",
                "log_retention_days",
            ),
        ),
    ),
)
