"""The state of a running simulator: the tenant of tonight, its clock, quotas, faults, levers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import NAMESPACE_URL, uuid5

from cryptography.x509 import Certificate

from simulator.levers.collector import enrolled
from simulator.levers.consent import Identity
from simulator.levers.deletion import Deletion, lagging, without
from simulator.levers.expected import expected
from simulator.levers.rights import Rights, Withdrawal
from simulator.levers.shortening import Route, Row, Shortening
from simulator.levers.sight import seen, seen_tables
from simulator.server.arm_index import ArmIndex
from simulator.server.clock import SimulatedClock
from simulator.server.faults.quotas import TokenBuckets, Windows
from simulator.server.faults.rules import FaultBox
from simulator.server.kql.engine import Result
from simulator.server.mint import TokenMint
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
    """A tenant being asked.

    `whole` is what exists tonight, `tenant` what the collecting identity may see of it, `tables`
    what Resource Graph shows of that; `existing` and `arm` are the first two by ARM path.
    """

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
        self.rights = Rights()
        self.deletions: tuple[Deletion, ...] = ()
        self.shortenings: tuple[Shortening, ...] = ()
        self._generated = make_tenant(night, as_of)
        tenant_id = self._generated.tenant_id
        self.client_id = str(uuid5(NAMESPACE_URL, f"annexa-simulator/{tenant_id}/application"))
        self.object_id = str(uuid5(NAMESPACE_URL, f"annexa-simulator/{tenant_id}/principal"))
        self.mint = TokenMint(tenant_id, self.object_id)
        self._show()

    def set_night(self, night: int, as_of: datetime) -> None:
        """It is another night: the tenant has drifted and the clock stands at `as_of`."""
        self._generated = self._make_tenant(night, as_of)
        self._show()
        self.clock.set(as_of)

    def withdraw(self, *withdrawals: Withdrawal) -> None:
        """Take rights away from the collecting identity, on every night until granted again."""
        self.rights = Rights(withdrawn=(*self.rights.withdrawn, *withdrawals))
        self._show()

    def grant(self, *withdrawals: Withdrawal) -> None:
        """Give these back; all that was withdrawn when none is named."""
        left = (one for one in self.rights.withdrawn if withdrawals and one not in withdrawals)
        self.rights = Rights(withdrawn=tuple(left))
        self._show()

    def delete(self, *deletions: Deletion) -> None:
        """Delete for real, on this and every later night; none: everything is back."""
        self.deletions = (*self.deletions, *deletions) if deletions else ()
        self._show()

    def shorten(self, *shortenings: Shortening) -> None:
        """Leave rows out of lists; none: every list is whole again."""
        self.shortenings = (*self.shortenings, *shortenings) if shortenings else ()
        self._forget()

    def cut(self, route: Route, path: str, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of a list that the levers leave in it."""
        for one in self.shortenings:
            rows = one.cut(route, path, rows)
        return rows

    def _show(self) -> None:
        """Work out what there is, what the identity sees of it, and what is expected."""
        who = Identity(app_id=self.client_id, object_id=self.object_id)
        made = enrolled(self._generated, who, self.rights)
        self.whole = without(made, self.deletions)
        truth = expected(self.whole, self.rights, self.deletions)
        self.tenant = replace(seen(self.whole, self.rights), truth=truth)
        self.arm = ArmIndex(self.tenant)
        self.existing = ArmIndex(self.whole) if self.rights.withdrawn else self.arm
        self.tables = self.tenant.tables
        if any(one.lag for one in self.deletions):
            late = lagging(made, self.whole, self.deletions)
            self.tables = seen_tables(late, self.rights)
        self._forget()

    def _forget(self) -> None:
        self.pages: dict[tuple[str, ...], bytes] = {}
        self.results: dict[tuple[str, ...], Result] = {}

    def listens_on(self, *ports: int) -> None:
        """Know the addresses clients reach this simulator at."""
        hosts = ("127.0.0.1", "localhost")
        self.own_hosts = tuple(f"https://{host}:{port}" for host in hosts for port in ports)
