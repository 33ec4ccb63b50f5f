"""APScheduler only wakes the tick; the database decides who collects what."""

from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app.errors import AppError, StoppedError
from app.services.connections.missed_slots import forgotten, miss
from app.services.connections.register import list_connections
from app.services.connections.timetable import tell_former_nights
from app.services.home.installation import Ports
from app.services.home.turns import Turns
from app.services.index.catch_up import keep_up
from app.services.nights.schedule.interrupted import index_tail
from app.services.nights.schedule.tick import Ticked, tick
from app.services.nights.schedule.waits import Waits

LOG = structlog.get_logger()
SECONDS = 30
"""Between two looks at what is due."""


class Schedule:
    """Wakes `tick` every half minute in a thread of its own; never twice at once.

    It has database connections of its own, so that no number of requests can use them up.
    """

    def __init__(self, ports: Ports, by: str, seconds: int = SECONDS) -> None:
        self._ports, self._by, self._waits = ports.apart(), by, Waits()
        self.turns = Turns()
        """Who else writes here goes by them, too, and lets nights go first."""
        self._looked = False
        """Whether what an earlier process left unfinished has been looked for."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_job(
            self._wake, IntervalTrigger(seconds=seconds), next_run_time=ports.now()
        )

    def start(self) -> None:
        """Begin; the first tick comes at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop waking, and end the night in work: it goes on at the next start."""
        self.turns.close()
        self._scheduler.shutdown(wait=True)
        self._ports.close()

    def _wake(self) -> None:
        try:
            with self.turns.night():
                done = self._look()
        except StoppedError as stopped:
            LOG.info("night_stopped", reason=stopped.message)
            return
        except AppError as error:
            # The next tick tries again; the sentence says what a person has to do.
            LOG.warning("tick_failed", reason=error.message, code=error.kind)
            return
        for report in done.reports:
            LOG.info("night_collected", run=report.run_id, records=report.records, gaps=report.gaps)

    def _look(self) -> Ticked:
        keep_up(self._ports)
        if not self._looked:
            index_tail(self._ports)
            tell_former_nights(self._ports)
            for connection in list_connections(self._ports):
                miss(self._ports, connection.id, forgotten(self._ports, connection))
            self._looked = True
        return tick(self._ports, self._by, self._waits, self.turns.halt)
