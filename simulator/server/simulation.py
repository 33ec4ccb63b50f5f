"""The state of a running simulator: the tenant of tonight, its clock, quotas and faults."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import NAMESPACE_URL, uuid5

from cryptography.x509 import Certificate

from simulator.server.arm_index import ArmIndex
from simulator.server.clock import SimulatedClock
from simulator.server.faults import FaultBox
from simulator.server.kql import Result
from simulator.server.quotas import TokenBuckets, Windows
from simulator.server.tokens import TokenMint
from simulator.tenant.model import Tenant

MakeTenant: TypeAlias = Callable[[int, datetime], Tenant]
"""Tenant of a night (number, instant)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What does not change while the simulator runs."""

    client_secret: str
    certificate: Certificate | None = None
    """Registered certificate of the application; None accepts any certificate's assertion."""
    page_size: int = 100
    latency_ms: int = 0
    arm_quota: bool = True
    arg_quota: bool = True


class Simulation:
    """A tenant being asked."""

    def __init__(
        self, make_tenant: MakeTenant, night: int, as_of: datetime, settings: Settings
    ) -> None:
        self._make_tenant = make_tenant
        self.settings = settings
        self.client_secret = settings.client_secret
        self.certificate = settings.certificate
        self.clock = SimulatedClock(as_of)
        self.faults = FaultBox()
        self.own_hosts: tuple[str, ...] = ()
        self.arm_reads = TokenBuckets(capacity=250, refill=25, monotonic=time.monotonic)
        self.arg_queries = Windows(limit=15, seconds=5, monotonic=time.monotonic)
        self.set_night(night, as_of)
        tenant_id = self.tenant.tenant_id
        self.client_id = str(uuid5(NAMESPACE_URL, f"annexa-simulator/{tenant_id}/application"))
        self.object_id = str(uuid5(NAMESPACE_URL, f"annexa-simulator/{tenant_id}/principal"))
        self.mint = TokenMint(tenant_id, self.object_id)

    def set_night(self, night: int, as_of: datetime) -> None:
        """It is another night: the tenant has drifted and the clock stands at `as_of`."""
        self.tenant = self._make_tenant(night, as_of)
        self.arm = ArmIndex(self.tenant)
        self.pages: dict[tuple[str, ...], bytes] = {}
        self.results: dict[tuple[str, ...], Result] = {}
        self.clock.set(as_of)

    def listens_on(self, *ports: int) -> None:
        """Know the addresses clients reach this simulator at."""
        hosts = ("127.0.0.1", "localhost")
        self.own_hosts = tuple(f"https://{host}:{port}" for host in hosts for port in ports)
