"""A clock of ours that Azure's follows, unless it is to run ahead."""

from datetime import datetime, timedelta

from simulator.process import SimulatorProcess


class TenantClock:
    """Ours, and Azure's with it."""

    def __init__(self, tenant: SimulatorProcess, at: datetime) -> None:
        self._tenant = tenant
        self.at = at

    def __call__(self) -> datetime:
        return self._at

    @property
    def at(self) -> datetime:
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._at = at
        self._tenant.set_night(0, at)

    def ahead(self, by: timedelta) -> None:
        """Only ours: Azure's stays."""
        self._at += by
