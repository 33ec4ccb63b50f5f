"""demo: several nights of a simulated tenant, sealed, packed, and verified by other tools."""

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Annotated

import typer

from app.cli.demo.checks import Shown, check_bundle
from app.cli.demo.tenant import DemoTenant, demo_tenant
from app.cli.edge import OUT, clock
from app.db.rows.verdicts import intervals
from app.errors import RefusedError, VerificationFailedError
from app.packs.view.facts import Engagement
from app.schedule.connection import Connection, new_connection
from app.services.connections.register import add_connection
from app.services.home.installation import Ports, open_ports
from app.services.nights.schedule.tick import tick
from app.services.packing.pack import issue_pack
from app.services.upkeep.new_home import initialise

NIGHTS = 5
MISSED = 2
"""This night nobody is there: it shows up as missed."""
DENIED = 3
"""This night one provider refuses: its checks answer unknown."""
DENIED_PATH = "/providers/microsoft.sql/.*/auditingsettings"
SECRET_ENV = "ANNEXA_DEMO_SECRET"  # noqa: S105 - the name of a variable
MARK = "demo.json"


class DemoClock:
    """A clock that is set to each simulated night and then runs at its own pace."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """It is now `at`."""
        self._at, self._since = at, time.monotonic()

    def __call__(self) -> datetime:
        """The simulated now."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


@dataclass(slots=True)
class Agreement:
    """Verdicts against the truth the generator wrote."""

    agree: int = 0
    of: int = 0
    false_verdicts: int = 0
    """pass for fail, or fail for pass: never, on any night."""
    unknown_by_fault: int = 0


def demonstrate(
    out: Annotated[Path, typer.Option(help="Folder to make anew.")] = Path("demo-out"),
) -> None:
    """Collect five simulated nights, seal them, issue a pack, verify its bundle with openssl."""
    _make_room(out)
    today = clock().date()
    slots = [
        datetime.combine(today - timedelta(days=NIGHTS - n), clock_time(2), UTC)
        for n in range(NIGHTS)
    ]
    now = DemoClock(slots[0] - timedelta(hours=1))
    OUT.print(f"1. A home in {out}: keys, store, log.")
    initialise(out, "Northgate Health (simulated)", now)
    (out / MARK).write_text(json.dumps({"nights": NIGHTS}), encoding="utf-8")
    with demo_tenant(out / "simulator", out / "requests.ndjson", now()) as tenant:
        os.environ[SECRET_ENV] = tenant.secret
        ports = open_ports(out, now)
        try:
            _demonstrate(ports, tenant, now, slots, out)
        finally:
            ports.close()


def _demonstrate(
    ports: Ports, tenant: DemoTenant, now: DemoClock, slots: list[datetime], out: Path
) -> None:
    OUT.print("2. A simulated Azure tenant over TLS, and a connection to it.")
    connection = _connect(ports, tenant)
    OUT.print(f"3. {NIGHTS} nights, with a simulated clock:")
    agreement = Agreement()
    for number, slot in enumerate(slots):
        _night(ports, tenant, now, connection, number, slot, agreement)
    _write_agreement(out, agreement)
    OUT.print("4. The pack and its bundle:")
    engagement = Engagement(
        name="Demonstration",
        auditor="Example Certification Ltd",
        scope="Patient portal, telehealth, appointments and imaging (simulated tenant).",
        first=slots[0].date(),
        last=slots[-1].date(),
    )
    issued = issue_pack(ports, connection, engagement)
    shutil.copyfile(issued.pdf, out / "pack.pdf")
    shutil.copyfile(issued.bundle, out / "bundle.asice")
    OUT.print(f"   {issued.pack_id}: {issued.records} records")
    OUT.print("5. The bundle, verified outside Annexa:")
    _show_checks(check_bundle(out / "bundle.asice", out / "trust"))
    _say_where(out, agreement)


def _connect(ports: Ports, tenant: DemoTenant) -> Connection:
    connection = new_connection(
        name="northgate",
        tenant_id=tenant.tenant_id,
        credential={
            "kind": "secret_env",
            "client_id": tenant.client_id,
            "secret_env": SECRET_ENV,
        },
        cloud="custom",
        cloud_file=tenant.folder / "cloud.toml",
        subscriptions=(),
        schedule="0 2 * * *",
    )
    add_connection(ports, connection)
    return connection


def _night(
    ports: Ports,
    tenant: DemoTenant,
    now: DemoClock,
    connection: Connection,
    number: int,
    slot: datetime,
    agreement: Agreement,
) -> None:
    if number == MISSED:
        OUT.print(f"   {slot:%Y-%m-%d}  nobody there: this night will be missed")
        return
    now.set(slot + timedelta(seconds=1))
    tenant.night(number, now())
    if number == DENIED:
        tenant.deny(DENIED_PATH)
    done = tick(ports, "annexa demo")
    tenant.allow_all()
    if done.failed:
        raise RefusedError(f"the demo's night was not collected: {done.failed[0]}")
    compared = _compare(ports, connection, slot, tenant.truth(), faulty=number == DENIED)
    agreement.false_verdicts += compared.false_verdicts
    agreement.unknown_by_fault += compared.unknown_by_fault
    agreement.agree += compared.agree
    agreement.of += compared.of
    report = done.reports[0]
    OUT.print(
        f"   {slot:%Y-%m-%d}  {report.records} records, {report.gaps} gaps, "
        f"verdicts agree {compared.agree} of {compared.of}"
        + (f", {compared.unknown_by_fault} unknown (a provider denied)" * (number == DENIED))
    )


def _compare(
    ports: Ports,
    connection: Connection,
    slot: datetime,
    truth: Iterable[dict[str, str]],
    *,
    faulty: bool,
) -> Agreement:
    """Compare a night's verdicts with the truth; a fault may only ever make them unknown."""
    with ports.database.read() as session:
        found = intervals(session, connection.id, None, slot, slot)
    verdicts = {(i.subject.lower(), i.check_id): i.status.value for i in found}
    night = Agreement()
    for row in truth:
        got = verdicts.get((row["subject"].lower(), row["check"]), "unknown")
        if got == row["expected"]:
            night.agree += 1
        elif faulty and got == "unknown":
            night.unknown_by_fault += 1
            continue
        elif {got, row["expected"]} == {"pass", "fail"}:
            night.false_verdicts += 1
        night.of += 1
    return night


def _write_agreement(out: Path, agreement: Agreement) -> None:
    plain = {
        "agree": agreement.agree,
        "of": agreement.of,
        "false_verdicts": agreement.false_verdicts,
        "unknown_by_fault": agreement.unknown_by_fault,
    }
    (out / "agreement.json").write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    if agreement.agree != agreement.of or agreement.false_verdicts:
        raise VerificationFailedError(
            f"verdicts agree with the truth only {agreement.agree} of {agreement.of}, "
            f"{agreement.false_verdicts} of them false; see agreement.json"
        )


def _show_checks(checks: list[Shown]) -> None:
    for check in checks:
        OUT.print(f"   $ {check.command}")
        OUT.print(f"     {check.said}")
    if not all(check.good for check in checks):
        raise VerificationFailedError("the demo's bundle did not verify; see the command above")


def _say_where(out: Path, agreement: Agreement) -> None:
    OUT.print(
        f"""
agree {agreement.agree} of {agreement.of}, {agreement.false_verdicts} false verdicts

{out}/pack.pdf          the evidence pack for people
{out}/bundle.asice      the sealed bundle for auditors
{out}/trust/root.pem    what to verify it against (given out of band)
{out}/trust/log.vkey    the log's public key (given out of band)
{out}/agreement.json    verdicts against the simulator's truth
{out}/requests.ndjson   every request the simulator answered

Try: annexa --home {out} status | collectors | verify | pack

What this proves: the whole way from Azure's bytes to a bundle that openssl verifies.
What it does not: the tenant and its nights are simulated, the clock was set to them, and the
timestamps are of a development authority, which proves nothing about time."""
    )


def _make_room(out: Path) -> None:
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / MARK).is_file():
        raise RefusedError(f"{out} has files that no demo made; name another folder with --out")
    shutil.rmtree(out)
