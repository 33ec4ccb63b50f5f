"""Network security groups: what they let in from anywhere.

The group's own rules are read by priority. Not considered: where the group is associated (subnet,
network interface), Azure's default rules (they let nothing in from the Internet but load balancer
probes), other groups, firewalls and routes in front of it, and senders that are named by service
tag (other than Internet and AzureCloud, where anybody can rent a machine), by application security
group or, all rules together, by less than an eighth of the public addresses.

Microsoft's built-in policies about open ports judge virtual machines, not groups (Check.differs).
"""

from collections.abc import Mapping

from collectors.kit import Check, Collector, Expectations, Item, Owner, rows
from collectors.kit.network.ports import (
    TCP,
    UDP,
    InboundRule,
    UnreadableRuleError,
    inbound_rules,
    opened,
    openings,
    port_list,
    port_set,
)
from collectors.kit.verdicts import Verdict, failed, passed, unknown

MANAGEMENT = {TCP: port_set((22, 3389, 5985, 5986)), UDP: port_set((3389,))}
"""SSH, RDP (which prefers UDP) and WinRM over HTTP and HTTPS.

https://learn.microsoft.com/windows-server/remote/remote-desktop-services/remote-desktop-services-overview
"""
DATABASE = {TCP: port_set((1433, 3306, 5432, 1521, 27017, 6379))}
"""SQL Server, MySQL, PostgreSQL, Oracle, MongoDB and Redis, none of which listens on UDP."""


def management_ports(group: Item, _: Expectations) -> Verdict:
    """Machines cannot be administered from the Internet."""
    return _closed(group, MANAGEMENT, "management")


def database_ports(group: Item, _: Expectations) -> Verdict:
    """Databases cannot be reached from the Internet."""
    return _closed(group, DATABASE, "database")


def _closed(group: Item, wanted: Mapping[str, int], kind: str) -> Verdict:
    rules, unread = _rules(group)
    for protocol, dangerous in wanted.items():
        for opening in openings(rules, protocol):
            if found := opening.ports & dangerous:
                listed = ", ".join(map(str, port_list(found)))
                transport = "" if protocol == TCP else f" ({protocol.upper()})"
                said = f"opens {kind} port {listed}{transport} to anyone"
                return failed(f"rule {opening.rule.name} {said}")
    return unread or passed(f"no {kind} port is open to the Internet")


def any_port(group: Item, expectations: Expectations) -> Verdict:
    """Few ports are open, over all rules together: TCP or UDP, whichever way they are spelled."""
    rules, unread = _rules(group)
    found = [one for protocol in (TCP, UDP) for one in openings(rules, protocol)]
    most, count = expectations["open_ports"], opened(found).bit_count()
    ports = "1 port is" if count == 1 else f"{count:,} ports are"
    if count > most:
        widest = max(found, key=lambda opening: opening.ports.bit_count()).rule.name
        said = f"rule {widest} opens the most"
        return failed(f"{ports} open to anyone, at most {most:,} are expected; {said}")
    if unread is not None:
        return unread
    return passed(f"{ports if count else 'no port is'} open to the Internet")


def _rules(group: Item) -> tuple[tuple[InboundRule, ...], Verdict | None]:
    """Inbound rules by priority. Where one cannot be read: those before it, and why."""
    try:
        return inbound_rules(group["properties.securityRules"]), None
    except UnreadableRuleError as error:
        return error.before, unknown(str(error))


COLLECTOR = Collector(
    id="network.security_groups",
    title="Network security groups",
    owner=Owner.SECURITY,
    reads={
        "groups": rows("Microsoft.Network/networkSecurityGroups"),
    },
    checks=(
        Check(
            id="management_ports",
            title="No management port is open to the Internet",
            judge=management_ports,
            controls=("A.8.20", "A.8.22"),
            remedy=(
                "az network nsg rule update --resource-group <group> --nsg-name <name>"
                " --name <rule> --source-address-prefixes <administrators' network>"
            ),
            policy="22730e10-96f6-4aac-ad84-9383d35b5917",
            differs=(
                "the rule asks Defender for Cloud about virtual machines: here every group is"
                " judged, and IPv6, WinRM and lists that are nearly the Internet count"
            ),
        ),
        Check(
            id="database_ports",
            title="No database port is open to the Internet",
            judge=database_ports,
            controls=("A.8.20", "A.8.22"),
            remedy=(
                "az network nsg rule update --resource-group <group> --nsg-name <name>"
                " --name <rule> --source-address-prefixes VirtualNetwork"
            ),
        ),
        Check(
            id="any_port",
            title="No group opens nearly every port to the Internet",
            judge=any_port,
            controls=("A.8.20",),
            expectation="open_ports",
            remedy=(
                "az network nsg rule update --resource-group <group> --nsg-name <name>"
                " --name <rule> --destination-port-ranges <the ports that are served>"
            ),
            policy="9daedab3-fb2d-461e-b861-71790eead4f6",
            differs=(
                "the rule asks Defender for Cloud about groups of virtual machines, rule by rule:"
                " here the ports that are open together are counted, in every group"
            ),
        ),
    ),
)
