"""Private endpoints of a resource: whether it can be reached from within a network of one's own."""

from collections.abc import Mapping
from typing import Any

from collectors.kit.settings import Absences, unread
from collectors.kit.spec import Expectations, Item, Judge, Verdict, failed, passed, unknown

CONNECTIONS = "properties.privateEndpointConnections"
STATES = ("Approved", "Pending", "Rejected", "Disconnected")
"""https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/get#privateendpointserviceconnectionstatus"""


def private_endpoint(*, absent: Absences) -> Judge:
    """At least one connection that was approved; one that waits for it carries nothing."""

    def judge(item: Item, _: Expectations) -> Verdict:
        listed = item[CONNECTIONS]
        if not isinstance(listed, list):
            return unread(item, CONNECTIONS, absent)
        states = [_state(one) for one in listed]
        if "Approved" in states:
            return passed("reached by a private endpoint that was approved")
        if any(state not in STATES for state in states):
            return unknown("Azure returned a private endpoint of which it did not say its state")
        waiting = f"none of its {len(states)} is approved" if states else "it has none"
        return failed(f"cannot be reached by a private endpoint, {waiting}")

    return judge


def _state(connection: Any) -> Any:
    match connection:
        case {"properties": {"privateLinkServiceConnectionState": Mapping() as state}}:
            return state.get("status")
    return None
