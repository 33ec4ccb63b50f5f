"""What a type of resource is described with: all that a file in `simulator.tenant.types` needs."""

from simulator.tenant.estate.dates import hundredths, millis, offset, ticks, zoneless
from simulator.tenant.kit.fault import ABSENT, Change, Fault, Policy, phi, where
from simulator.tenant.kit.log_categories import Categories
from simulator.tenant.kit.resource_type import Child, ResourceType, Row
from simulator.tenant.kit.scene import Scene

__all__ = [
    "ABSENT",
    "Categories",
    "Change",
    "Child",
    "Fault",
    "Policy",
    "ResourceType",
    "Row",
    "Scene",
    "hundredths",
    "millis",
    "offset",
    "phi",
    "ticks",
    "where",
    "zoneless",
]
