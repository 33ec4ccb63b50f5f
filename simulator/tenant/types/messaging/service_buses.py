"""Namespaces of Service Bus: https://learn.microsoft.com/rest/api/servicebus/namespaces/get."""

from simulator.tenant.kit import Categories, ResourceType
from simulator.tenant.types.messaging.event_hubs import FAULTS, body

TYPE = ResourceType(
    type="Microsoft.ServiceBus/namespaces",
    naming="sb-{short}-{env}-{n:03}",
    versions=("2021-11-01", "2024-01-01"),
    logs=Categories(audit=("OperationalLogs",)),
    body=body,
    faults=FAULTS,
    listed=False,  # in one list with those of Event Hubs
)
