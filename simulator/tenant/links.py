"""Virtual networks, network cards, public addresses, application gateways, private endpoints."""

from typing import Any

from simulator.tenant.estate import Estate, Fragment, Resource

DONE = {"provisioningState": "Succeeded"}


def generate(estate: Estate) -> Fragment:
    """A row for each."""
    cards = [estate.row(one, _card(estate, one)) for one in estate.of("nic")]
    networks = [estate.row(one, _network(one)) for one in estate.of("vnet")]
    standard = {"name": "Standard", "tier": "Regional"}
    addresses = [estate.row(one, _address(one), sku=standard) for one in estate.of("ip")]
    gateways = [estate.row(one, _gateway(estate, one)) for one in estate.of("gateway")]
    endpoints = [estate.row(one, _endpoint(estate, one)) for one in estate.of("endpoint")]
    return Fragment(rows=(*cards, *networks, *addresses, *gateways, *endpoints))


def _card(estate: Estate, one: Resource) -> dict[str, Any]:
    configuration = {
        "privateIPAddress": f"10.20.{one.ordinal // 250 % 250}.{one.ordinal % 250 + 4}",
        "privateIPAllocationMethod": "Dynamic",
        "subnet": {"id": _subnet(estate, one)},
        "primary": True,
        "privateIPAddressVersion": "IPv4",
    }
    return DONE | {
        "resourceGuid": estate.dice.guid("nic", one.id),
        "ipConfigurations": [_child(one, "ipConfigurations", "ipconfig1", configuration)],
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "enableAcceleratedNetworking": True,
        "enableIPForwarding": False,
        "primary": True,
        "nicType": "Standard",
    }


def _network(one: Resource) -> dict[str, Any]:
    second = 20 + one.ordinal % 200
    subnet = {
        "addressPrefix": f"10.{second}.0.0/20",
        "delegations": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    }
    return DONE | {
        "addressSpace": {"addressPrefixes": [f"10.{second}.0.0/16"]},
        "dhcpOptions": {"dnsServers": []},
        "subnets": [_child(one, "subnets", "workload", subnet)],
        "virtualNetworkPeerings": [],
        "enableDdosProtection": False,
    }


def _address(one: Resource) -> dict[str, Any]:
    return DONE | {
        "ipAddress": f"203.0.113.{one.ordinal % 250 + 1}",
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
        "ipTags": [],
    }


def _gateway(estate: Estate, one: Resource) -> dict[str, Any]:
    def part(collection: str) -> dict[str, str]:
        return {"id": f"{one.id}/{collection}/portal"}

    address = estate.near("ip", one)
    front = {"privateIPAllocationMethod": "Dynamic"}
    public = {"publicIPAddress": {"id": address.id}} if address else {}
    listener = {
        "frontendIPConfiguration": part("frontendIPConfigurations"),
        "frontendPort": part("frontendPorts"),
        "protocol": "Https",
        "sslCertificate": part("sslCertificates"),
        "requireServerNameIndication": False,
    }
    rule = {
        "ruleType": "Basic",
        "priority": 10,
        "httpListener": part("httpListeners"),
        "backendAddressPool": part("backendAddressPools"),
        "backendHttpSettings": part("backendHttpSettingsCollection"),
    }
    backend = {"port": 443, "protocol": "Https", "cookieBasedAffinity": "Disabled"}
    certificate = {"keyVaultSecretId": f"https://kv-{one.place.short}.vault.azure.net/secrets/tls"}
    parts: dict[str, dict[str, Any]] = {
        "gatewayIPConfigurations": {"subnet": {"id": _subnet(estate, one)}},
        "sslCertificates": certificate,
        "frontendIPConfigurations": front | public,
        "frontendPorts": {"port": 443},
        "backendAddressPools": {"backendAddresses": []},
        "backendHttpSettingsCollection": backend | {"requestTimeout": 30},
        "httpListeners": listener,
        "requestRoutingRules": rule,
    }
    return DONE | {
        "sku": {"name": "WAF_v2", "tier": "WAF_v2", "capacity": 2},
        "operationalState": "Running",
        **{name: [_child(one, name, "portal", body)] for name, body in parts.items()},
        "trustedClientCertificates": [],
        "authenticationCertificates": [],
        "sslProfiles": [],
        "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101"},
        "probes": [],
        "privateEndpointConnections": [],
        "globalConfiguration": {"enableRequestBuffering": True, "enableResponseBuffering": True},
        "webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Prevention"},
    }


def _endpoint(estate: Estate, one: Resource) -> dict[str, Any]:
    return DONE | {
        "resourceGuid": estate.dice.guid("endpoint", one.id),
        "subnet": {"id": _subnet(estate, one)},
        "privateLinkServiceConnections": [],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [],
        "ipConfigurations": [],
    }


def _child(one: Resource, collection: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "id": f"{one.id}/{collection}/{name}",
        "type": f"{one.type}/{collection}",
        "properties": DONE | properties,
    }


def _subnet(estate: Estate, one: Resource) -> str:
    network = estate.near("vnet", one)
    shared = f"{one.place.group_id}/providers/Microsoft.Network/virtualNetworks/shared"
    return f"{network.id if network else shared}/subnets/workload"
