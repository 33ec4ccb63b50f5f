"""Container registries: who pulls and pushes images, from where, and what becomes of old ones."""

from collectors.kit import Check, Collector, Owner, rows
from collectors.kit.absence import absent, documented
from collectors.kit.network.firewall import closed_network
from collectors.kit.settings import toggle
from collectors.kit.values.audit_log import logs
from collectors.kit.values.tags import if_phi, may_hold_phi
from collectors.kit.verdicts import Status

REGISTRY = "Microsoft.ContainerRegistry/registries"
NETWORK, OWN_KEY = "d0793b48-0edc-4296-a390-4c75d1bdfd71", "5b9159ae-1701-4a6f-9a7a-aa9c8ddd0580"
RULES, BYPASS = "properties.networkRuleSet", "properties.networkRuleBypassOptions"
ENCRYPTION = "properties.encryption"
KEYS = "https://learn.microsoft.com/azure/container-registry/tutorial-customer-managed-keys"
WORDS = ("enabled", "disabled")
ABSENT = documented(
    REGISTRY,
    "https://learn.microsoft.com/azure/container-registry/container-registry-access-selected-networks",
    "2026-11-28",
    "2021-09-01",
    absent(RULES, "every network may then connect", Status.FAIL, agrees=NETWORK),
    absent(ENCRYPTION, "a key of Microsoft then does it", Status.FAIL, agrees=OWN_KEY, source=KEYS),
)


COLLECTOR = Collector(
    id="containers.registries",
    title="Container registries",
    owner=Owner.CLOUD,
    absent=ABSENT,
    reads={"registries": rows(REGISTRY)},
    logs=logs(REGISTRY, "ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"),
    checks=(
        Check(
            id="admin_user",
            title="Container registries have no shared administrator",
            judge=toggle(
                "properties.adminUserEnabled",
                passes="the admin user is off",
                fails="one name and password for all can push and pull every image",
                good=False,
            ),
            controls=("A.5.16", "A.8.2"),
            remedy="az acr update --name <name> --admin-enabled false",
        ),
        Check(
            id="anonymous_pull",
            title="Container registries give images to nobody who does not sign in",
            when=lambda one: one["sku.name"] != "Basic",
            judge=toggle(
                "properties.anonymousPullEnabled",
                passes="whoever pulls an image has signed in",
                fails="anybody can pull every image without signing in",
                good=False,
            ),
            controls=("A.8.3",),
            remedy="az acr update --name <name> --anonymous-pull-enabled false",
        ),
        Check(
            id="closed_network",
            title="Container registries refuse networks that are not listed",
            judge=closed_network(RULES, absent=ABSENT, bypass=BYPASS),
            controls=("A.8.20", "A.8.22"),
            remedy="az acr update --name <name> --default-action Deny (of the tier Premium)",
            policy=NETWORK,
            differs="the rule reads the switches alone: a list of nearly all networks fails here",
        ),
        Check(
            id="customer_managed_key",
            title="Registries with PHI are encrypted with the organisation's own key",
            when=may_hold_phi,
            judge=if_phi(
                toggle(
                    f"{ENCRYPTION}.status",
                    passes="encrypted with the organisation's own key",
                    fails="holds PHI and is encrypted with a key of Microsoft",
                    words=WORDS,
                    absent=ABSENT,
                )
            ),
            controls=("A.8.24",),
            remedy="az acr create --sku Premium --identity <id> --key-encryption-key <key>",
            policy=OWN_KEY,
            differs="asked of registries with PHI only",
        ),
        Check(
            id="untagged_deleted",
            title="Container registries delete images that nothing names any more",
            when=lambda one: one["sku.name"] not in ("Basic", "Standard"),
            judge=toggle(
                "properties.policies.retentionPolicy.status",
                passes="images without a tag are deleted in time",
                fails="images without a tag stay for ever",
                words=WORDS,
            ),
            controls=("A.8.10",),
            remedy="az acr config retention update --registry <name> --status enabled --days 30",
        ),
    ),
)
