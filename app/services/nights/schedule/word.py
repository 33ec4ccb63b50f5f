"""Somebody else's word for the time, asked for once a look and only where it matters."""

from datetime import datetime

import structlog

from app.errors import UnavailableError
from app.services.connections.register import list_connections
from app.services.home.installation import Ports
from app.services.nights.clock.vouched_time import vouched_time

LOG = structlog.get_logger()


class Word:
    """For one look at what is due."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._asked = False
        self._until: datetime | None = None

    def until(self) -> datetime | None:
        """Up to when nights may be called over: at most our own clock. None: nobody vouches."""
        if not self._asked:
            self._asked = True
            try:
                self._until = self.need()
            except UnavailableError as error:
                LOG.warning("clock_unvouched", reason=error.message)
        return self._until

    def need(self) -> datetime:
        """The same. Raises UnavailableError when nobody vouches."""
        word, now = vouched_time(self._ports, list_connections(self._ports)), self._ports.now()
        if now - word.at > self._ports.settings.clock_limit:
            ahead = str(now - word.at)
            LOG.warning("clock_ahead", by=ahead, of=word.by, reason="nights wait for it")
        return min(now, word.at)
