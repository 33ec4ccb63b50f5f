"""What it costs to account for what is missing: this build beside another one, a tenant each.

Both collect the same nights: a quiet one, one after 100 resources of one group were withdrawn (all
of it, and one by one), one after 100 were deleted. Of each night: the requests, what this build
asks more, the limit of that, and the least for what the tenant shows, without any question for what
it does not; pages of Azure Policy's own states stand apart.
"""

import argparse
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.night import SECRET_ENV, night_of
from benchmarks.purposes import purposes
from simulator.process import SimulatorProcess
from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate

ROOT = Path(__file__).resolve().parent.parent
LOST = 100
"""Resources that are withdrawn, and deleted."""
Night = dict[str, Any]


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Both builds through the same nights."""
    rows = _rows(asked)
    group, held = group_of(rows, LOST)
    deleted = spread(rows, LOST)
    builds = {"this": ROOT, "other": asked.against.resolve()}
    nights = {
        name: _nights(asked, folder / name, build, (group, held), deleted)
        for name, build in builds.items()
    }
    return {
        "resources": len(rows),
        "subscriptions": asked.subscriptions,
        "withdrawn": len(held),
        "deleted": len(deleted),
        "nights": compared(nights["this"], nights["other"], asked.subscriptions),
    }


def compared(
    this: Mapping[str, Night], other: Mapping[str, Night], subscriptions: int
) -> dict[str, dict[str, Any]]:
    """Each night of both, and whether its limit is kept.

    A quiet night is held against the other build's; a drill against what its own quiet night costs
    more, so that no loss is paid for twice.
    """
    limits = {
        "quiet": subscriptions + 2,
        "withdrawn": 5,
        "withdrawn_singly": 5,
        "deleted": LOST + 1,
    }
    quiet = _more(this["quiet"], other["quiet"])
    found = {}
    for name, limit in limits.items():
        more = _more(this[name], other[name])
        over = more if name == "quiet" else more - quiet
        found[name] = {
            "this": this[name]["requests"],
            "other": other[name]["requests"],
            "least": this[name]["least"],
            "policy_state_pages": this[name]["policy_state_pages"],
            "more": more,
            "more_than_quiet": more - quiet,
            "limit": limit,
            "kept": over <= limit,
            "gaps": {"this": this[name]["gaps"], "other": other[name]["gaps"]},
            "more_by_purpose": _by_purpose(this[name]["purposes"], other[name]["purposes"]),
        }
    return found


def group_of(rows: list[dict[str, Any]], least: int) -> tuple[str, list[str]]:
    """The smallest resource group that holds so many, and what it holds."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault("/".join(row["id"].split("/")[:5]), []).append(row["id"])
    enough = [one for one in groups.items() if len(one[1]) >= least]
    if not enough:
        raise SystemExit(f"no group holds {least} resources: ask for more with --resources")
    return min(enough, key=lambda one: (len(one[1]), one[0]))


def spread(rows: list[dict[str, Any]], wanted: int) -> list[str]:
    """So many resources of all groups and types, none of which holds another one.

    Nobody can delete the master database of a SQL server.
    """
    ids = sorted(row["id"] for row in rows if not row["id"].endswith("/databases/master"))
    leaves = [one for one in ids if not any(other.startswith(f"{one}/") for other in ids)]
    return leaves[:: max(1, len(leaves) // wanted)][:wanted]


def _more(this: Night, other: Night) -> int:
    apart = this["policy_state_pages"] - other["policy_state_pages"]
    return int(this["requests"] - other["requests"] - apart)


def _by_purpose(this: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Where the two builds differ."""
    every = sorted(this.keys() | other.keys())
    apart = {one: this.get(one, 0) - other.get(one, 0) for one in every}
    return {one: count for one, count in apart.items() if count}


def _rows(asked: argparse.Namespace) -> list[dict[str, Any]]:
    spec = TenantSpec(seed=asked.seed, subscriptions=asked.subscriptions, resources=asked.resources)
    return generate(spec, 0, datetime.now(UTC)).tables["resources"]


def _nights(
    asked: argparse.Namespace,
    folder: Path,
    build: Path,
    withdrawn: tuple[str, list[str]],
    deleted: list[str],
) -> dict[str, Night]:
    group, held = withdrawn
    with _tenant(asked, folder) as tenant:
        os.environ[SECRET_ENV] = tenant.client_secret

        def collect() -> Night:
            return _collected(tenant, build, folder / "home")

        def after(pull: Callable[[], None]) -> Night:
            pull()
            return collect()

        def withdraw_singly() -> None:
            for one in held:
                tenant.withdraw(resource=one)

        collect()
        quiet = collect()
        together = after(lambda: tenant.withdraw(group=group))
        after(tenant.grant)
        singly = after(withdraw_singly)
        after(tenant.grant)
        return {
            "quiet": quiet,
            "withdrawn": together,
            "withdrawn_singly": singly,
            "deleted": after(lambda: tenant.delete(ids=deleted)),
        }


def _collected(tenant: SimulatorProcess, build: Path, home: Path) -> Night:
    before = len(tenant.log())
    told = night_of(build, home, tenant.cloud_file, tenant.tenant_id, tenant.client_id)
    asked_for = [one for one in tenant.log()[before:] if not one["path"].startswith("/_sim")]
    least = tenant.least()
    return {
        **told,
        "requests": len(asked_for),
        "least": least["total"],
        "purposes": purposes(asked_for),
    }


def _tenant(asked: argparse.Namespace, folder: Path) -> AbstractContextManager[SimulatorProcess]:
    return SimulatorProcess.start(
        folder / "simulator",
        seed=asked.seed,
        resources=asked.resources,
        subscriptions=asked.subscriptions,
        quotas="off",
        as_of=datetime.now(UTC),
    )
