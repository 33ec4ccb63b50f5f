"""Network security groups: what they let in from anywhere.

The group's own rules are read by priority. Not considered: where the group is associated (subnet,
network interface), Azure's default rules (they let nothing in from the Internet but load balancer
probes), other groups, firewalls and routes in front of it, and senders that are named by service
tag (other than Internet and AzureCloud, where anybody can rent a machine), by application security
group or by less than an eighth of the public addresses.
"""

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
from collectors.kit.ports import (
    ALL_PORTS,
    TCP,
    UDP,
    RuleError,
    inbound_rules,
    openings,
    port_list,
    port_set,
)

MANAGEMENT = (22, 3389, 5985, 5986)
"""SSH, RDP and WinRM."""
DATABASE = (1433, 3306, 5432, 1521, 27017, 6379)
"""SQL Server, MySQL, PostgreSQL, Oracle, MongoDB and Redis."""


def management_ports(group: Item, _: Expectations) -> Verdict:
    """Machines cannot be administered from the Internet."""
    return _closed(group, MANAGEMENT, "management")


def database_ports(group: Item, _: Expectations) -> Verdict:
    """Databases cannot be reached from the Internet."""
    return _closed(group, DATABASE, "database")


def _closed(group: Item, ports: tuple[int, ...], kind: str) -> Verdict:
    try:
        opened = openings(inbound_rules(group["properties.securityRules"]), TCP)
    except RuleError as error:
        return unknown(str(error))
    wanted = port_set(ports)
    for opening in opened:
        if opening.ports & wanted:
            found = ", ".join(map(str, port_list(opening.ports & wanted)))
            return failed(f"rule {opening.rule.name} opens {kind} port {found} to anyone")
    return passed(f"no {kind} port is open to the Internet")


def any_port(group: Item, _: Expectations) -> Verdict:
    """No rule opens everything."""
    try:
        rules = inbound_rules(group["properties.securityRules"])
    except RuleError as error:
        return unknown(str(error))
    for opening in (*openings(rules, TCP), *openings(rules, UDP)):
        if opening.rule.ports == ALL_PORTS:
            return failed(f"rule {opening.rule.name} opens every port to anyone")
    return passed("no rule opens every port to the Internet")


COLLECTOR = Collector(
    id="network.security_groups",
    title="Network security groups",
    reads={
        "groups": ResourceGraph(
            table="resources",
            types=("microsoft.network/networksecuritygroups",),
            needs=("Microsoft.Network/networkSecurityGroups/read",),
        ),
    },
    checks=(
        Check(
            id="management_ports",
            title="No management port is open to the Internet",
            on="groups",
            judge=management_ports,
            controls=("A.8.20", "A.8.22"),
            remedy=(
                "az network nsg rule update --resource-group <group> --nsg-name <name>"
                " --name <rule> --source-address-prefixes <administrators' network>"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="database_ports",
            title="No database port is open to the Internet",
            on="groups",
            judge=database_ports,
            controls=("A.8.20", "A.8.22"),
            remedy=(
                "az network nsg rule update --resource-group <group> --nsg-name <name>"
                " --name <rule> --source-address-prefixes VirtualNetwork"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="any_port",
            title="No rule opens every port to the Internet",
            on="groups",
            judge=any_port,
            controls=("A.8.20",),
            remedy=(
                "az network nsg rule delete --resource-group <group> --nsg-name <name>"
                " --name <rule>"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
