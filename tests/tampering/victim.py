"""A process that collects and seals by the product's own services, to be killed at any moment."""

import asyncio
import json
import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.errors import RefusedError
from app.evidence.record import EntryPlace
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.log.checkpoints import Checkpoint
from app.services.log.evidence_log import EvidenceLog, SealedEntry
from app.services.nights.attempt import NightAttempt
from app.services.nights.intake import intake_of
from app.services.nights.night import plan_night
from app.services.nights.schedule.interrupted import interrupted_runs
from app.trust.time.timestamp import TimeAuthority
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.azure.intake import Intake
from collectors.azure.transport.provenance import Principal
from collectors.kit import Exchange
from tests.services.table_gateway import take_whole

COLLECTORS = ("inventory.resources", "storage.accounts", "compute.disks", "sql.databases")
RECORDS = 6
"""Of a night: four of the tenant, two of its one subscription."""
TENANT_ID = "7b9f6c3e-0d1c-4a5e-9a63-2f5d6f0f4c11"
SUBSCRIPTION = "2c64c0f3-51aa-4d0c-8f3e-0f9f0f0d7b02"
READY = b"."
ODD = 99
"""Exit code of a victim that failed by itself."""


class Cloud:
    """A gateway to a small tenant whose answers differ each night."""

    def __init__(self, slot: datetime) -> None:
        self._slot = slot

    async def principal(self) -> Principal:
        return Principal(
            tenant_id=TENANT_ID,
            object_id=None,
            app_id=None,
            kind="application",
            token_id_sha256=None,
        )

    async def ask(self, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        rows = []
        if ask.name == "subscriptions":
            name = f"/subscriptions/{SUBSCRIPTION}"
            rows = [{"id": name, "subscriptionId": SUBSCRIPTION, "state": "Enabled"}]
        answer = {"value": rows, "data": [], "count": 0, "totalRecords": 0, "at": str(self._slot)}
        body = json.dumps({**answer, "read": ask.name, "scope": str(ask.scope)}).encode()
        await take_whole(intake, body)
        return (
            Exchange(
                read=ask.name,
                subject=ask.scope.subscription_id,
                method="GET",
                url=f"https://management.example/{ask.name}",
                api_version="2022-12-01",
                status=200,
                body=body,
                started_at=datetime.now(UTC),
                finished_at=datetime.now(UTC),
            ),
        )

    async def close(self) -> None:
        """Nothing is open."""


class TellingLog(EvidenceLog):
    """Says into a pipe what it has returned as durable."""

    pipe: int

    def append(self, build: Callable[[EntryPlace], bytes]) -> SealedEntry:
        sealed = super().append(build)
        os.write(self.pipe, f"entry {sealed.seq} {sealed.sha256}\n".encode())
        return sealed

    def seal(self, now: Callable[[], datetime], authorities: Sequence[TimeAuthority]) -> Checkpoint:
        checkpoint = super().seal(now, authorities)
        os.write(self.pipe, f"checkpoint {checkpoint.size} {checkpoint.root.hex()}\n".encode())
        return checkpoint


def run_night(open_here: Callable[[], Ports], slot: datetime, pipe: int) -> None:
    """Go on with the night of this slot, to its end."""
    ports = open_here()
    os.write(pipe, READY)
    with ports.store.writer("being killed"):
        log = TellingLog.open(ports.store, ports.trust.log)
        assert isinstance(log, TellingLog)
        log.pipe = pipe
        catch_up(ports, log)
        connection = find_connection(ports, None)
        waiting = [run_id for run_id, _ in interrupted_runs(ports)]
        try:
            run_id = (waiting or [plan_night(ports, connection, slot, "manual", "test")])[0]
        except RefusedError:
            return  # killed after the end
        chosen = tuple(c for c in ports.collectors if c.id in COLLECTORS)
        night = NightAttempt(
            replace(ports, collectors=chosen), connection, run_id, log, lambda _: None
        )
        asyncio.run(_collect(night, Cloud(slot), ports))
        night._finish()


def start(open_here: Callable[[], Ports], slot: datetime, folder: Path) -> tuple[int, int]:
    """(process id, reading end of its pipe) of a forked victim: nothing is imported again."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = ODD
    try:
        run_night(open_here, slot, writing)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child must not run on in pytest
        (folder / "victim.txt").write_text(traceback.format_exc())
    finally:
        os._exit(code)


async def _collect(night: NightAttempt, cloud: Cloud, ports: Ports) -> None:
    asker = Asker(cloud, intake_of(ports.store))
    facts = await night._begin(cloud, asker)  # type: ignore[arg-type]  # of a gateway it asks principal() only
    await night._collect_all(asker, facts)
    await asker.close()
