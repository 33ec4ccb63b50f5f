"""Application gateways with a web application firewall."""

from typing import Any

from simulator.tenant.kit import Categories, ResourceType, Scene
from simulator.tenant.network.parts import DONE, VERSIONS, part, subnet


def body(scene: Scene) -> dict[str, Any]:
    """A gateway in front of the portal."""
    parts = {name: [part(scene.resource, name, "portal", one)] for name, one in _parts(scene)}
    return {
        "properties": DONE
        | {
            "sku": {"name": "WAF_v2", "tier": "WAF_v2", "capacity": 2},
            "operationalState": "Running",
            **parts,
            "trustedClientCertificates": [],
            "authenticationCertificates": [],
            "sslProfiles": [],
            "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101"},
            "probes": [],
            "privateEndpointConnections": [],
            "globalConfiguration": {
                "enableRequestBuffering": True,
                "enableResponseBuffering": True,
            },
            "webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Prevention"},
        }
    }


def _parts(scene: Scene) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Collections of the gateway, each with one part that names others."""

    def other(collection: str) -> dict[str, str]:
        return {"id": f"{scene.id}/{collection}/portal"}

    address = scene.estate.near("Microsoft.Network/publicIPAddresses", scene.resource)
    public = {"publicIPAddress": {"id": address.id}} if address else {}
    vault = f"https://kv-{scene.place.short}.vault.azure.net"
    listener = {
        "frontendIPConfiguration": other("frontendIPConfigurations"),
        "frontendPort": other("frontendPorts"),
        "protocol": "Https",
        "sslCertificate": other("sslCertificates"),
        "requireServerNameIndication": False,
    }
    rule = {
        "ruleType": "Basic",
        "priority": 10,
        "httpListener": other("httpListeners"),
        "backendAddressPool": other("backendAddressPools"),
        "backendHttpSettings": other("backendHttpSettingsCollection"),
    }
    backend = {"port": 443, "protocol": "Https", "cookieBasedAffinity": "Disabled"}
    return (
        ("gatewayIPConfigurations", {"subnet": {"id": subnet(scene)}}),
        ("sslCertificates", {"keyVaultSecretId": f"{vault}/secrets/tls"}),
        ("frontendIPConfigurations", {"privateIPAllocationMethod": "Dynamic"} | public),
        ("frontendPorts", {"port": 443}),
        ("backendAddressPools", {"backendAddresses": []}),
        ("backendHttpSettingsCollection", backend | {"requestTimeout": 30}),
        ("httpListeners", listener),
        ("requestRoutingRules", rule),
    )


TYPE = ResourceType(
    type="Microsoft.Network/applicationGateways",
    naming="agw-{short}-{env}-{n:03}",
    weight=1.8,
    versions=VERSIONS,
    logs=Categories(
        audit=("ApplicationGatewayAccessLog", "ApplicationGatewayFirewallLog"),
        others=("ApplicationGatewayPerformanceLog",),
    ),
    body=body,
    leaf=False,
)
