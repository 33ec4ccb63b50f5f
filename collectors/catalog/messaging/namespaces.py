"""Event Hubs and Service Bus: how clients connect and sign in, and whose key encrypts messages."""

from collectors.kit import Check, Collector, Owner, rows
from collectors.kit.absence import absent, documented
from collectors.kit.settings import all_of, present, setting, tls, toggle
from collectors.kit.values.audit_log import logs
from collectors.kit.values.tags import if_phi, may_hold_phi
from collectors.kit.verdicts import Status, failed, passed, unknown

HUBS, BUSES = "Microsoft.EventHub/namespaces", "Microsoft.ServiceBus/namespaces"
SIGN_IN, ACCESS = "properties.disableLocalAuth", "properties.publicNetworkAccess"
SHARED_KEYS = "5d4e3c65-4873-47be-94f3-6f8b953a3598"
KEYS = "https://learn.microsoft.com/azure/event-hubs/configure-customer-managed-key"
ABSENT = documented(
    f"{HUBS}, {BUSES}",
    "https://pypi.org/project/azure-mgmt-eventhub/12.0.0/",
    "2026-11-28",
    "2022-10-01",
    absent(SIGN_IN, "shared keys are then accepted", Status.FAIL, agrees=SHARED_KEYS),
    absent(ACCESS, "it is then reached from public networks", Status.FAIL),
    absent("properties.encryption", "a key of Microsoft then does it", Status.FAIL, source=KEYS),
)
COLLECTOR = Collector(
    id="messaging.namespaces",
    title="Namespaces of Event Hubs and Service Bus",
    owner=Owner.CLOUD,
    absent=ABSENT,
    reads={"namespaces": rows(HUBS, BUSES)},
    # The audit of single sends and receives exists in the tier Premium alone.
    logs=logs(HUBS, "OperationalLogs", audit_group=False)
    | logs(BUSES, "OperationalLogs", audit_group=False),
    checks=(
        Check(
            id="minimum_tls",
            title="Namespaces refuse old TLS versions",
            judge=tls("properties.minimumTlsVersion"),
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az resource update --ids <id> --set properties.minimumTlsVersion=1.2",
        ),
        Check(
            id="local_auth",
            title="Namespaces refuse shared keys",
            judge=toggle(
                SIGN_IN,
                passes="shared keys are refused, sign-in is by Entra ID only",
                fails="shared keys give access without saying who used them",
                absent=ABSENT,
            ),
            controls=("A.5.17", "A.8.5"),
            remedy="az resource update --ids <id> --set properties.disableLocalAuth=true",
            policy=SHARED_KEYS,
            differs="the rule asks Event Hubs alone, here Service Bus is asked too",
        ),
        Check(
            id="public_network",
            title="Namespaces cannot be reached from public networks",
            judge=setting(
                ACCESS,
                {
                    "Disabled": passed("public network access is disabled"),
                    "Enabled": failed("it can be reached from public networks"),
                    "SecuredByPerimeter": unknown(
                        "a security perimeter decides, which is not read"
                    ),
                },
                absent=ABSENT,
            ),
            controls=("A.8.20", "A.8.22"),
            remedy="az resource update --ids <id> --set properties.publicNetworkAccess=Disabled",
        ),
        Check(
            id="customer_managed_key",
            title="Namespaces with PHI are encrypted with the organisation's own key",
            when=may_hold_phi,
            judge=if_phi(
                all_of(
                    present(
                        "properties.encryption.keyVaultProperties",
                        "keyName",
                        "keyVaultUri",
                        passes="encrypted with the organisation's own key in Key Vault",
                        fails="holds PHI, and no key of the organisation's own is named",
                        absent=ABSENT,
                    ),
                    setting(
                        "properties.encryption.keySource",
                        {"Microsoft.KeyVault": passed("")},
                        absent=ABSENT,
                    ),
                )
            ),
            controls=("A.8.24",),
            remedy="Azure portal > <namespace> > Encryption (of the tier Premium)",
        ),
    ),
)
