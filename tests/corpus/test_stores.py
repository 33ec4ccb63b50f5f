"""Altered stores: the store's verification, a run's, and re-performance refuse together."""

import sys
from collections import Counter
from dataclasses import replace

import pytest

from app.errors import AppError, VerificationFailedError
from app.services.home.installation import Ports
from app.services.proof.log_walk import verify_log
from app.services.proof.run import verify_run
from app.services.proof.whole_store import Fault
from app.services.reperforming.reperform import reperform_run
from tests.corpus.owner import Owner
from tests.corpus.store_cases import Objects, StoreCase, store_cases
from tests.corpus.story import Told
from tests.tampering.memory import MemoryStore

Codes = list[str]
OF_LOG = {"checkpoint", "tile", "foreign"}
"""Kinds that a run may not stand on: the whole store's verification refuses them."""


def whole(ports: Ports, objects: Objects) -> Codes:
    """By `annexa verify`."""
    key, roots = ports.trust.log.key, [ports.trust.root]
    found = verify_log(MemoryStore(objects), key, roots)
    return [Fault.of(finding).code for finding in found if finding.broken]


def again(ports: Ports, run_id: str) -> Codes:
    """By `annexa reperform RUN`."""
    try:
        return [one.code for one in reperform_run(ports, run_id).differences]
    except VerificationFailedError as error:
        return [*error.faults] or [error.kind]
    except AppError as error:
        return [error.kind]


def test_every_altered_store_is_judged_alike(
    story: Told, owner: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    made: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[tuple[StoreCase, Codes, Codes, Codes]] = []
    for case in store_cases(owner):
        ports = replace(story.ports, store=MemoryStore(case.objects))
        store, run = whole(story.ports, case.objects), _of_run(ports, story.run_id)
        performed = again(ports, story.run_id)
        kind = "accepted" if case.code is None else case.kind
        made[kind] += 1
        told = run == performed and bool(run) <= bool(store)
        told = told and (case.code in store if case.code else not store)
        if told and (case.kind in OF_LOG or bool(run) == bool(case.code)):
            right[kind] += 1
        else:
            wrong.append((replace(case, objects={}), store, run, performed))
    accepted, refused = made.pop("accepted"), made.total()
    good = right.pop("accepted")
    with capsys.disabled():
        said = ", ".join(f"{kind} {right[kind]} of {n}" for kind, n in made.items())
        sys.stdout.write(
            f"\nstores: {right.total()} of {refused} refused as they must ({said}), "
            f"{good} of {accepted} accepted\n"
        )
    assert wrong == []


def _of_run(ports: Ports, run_id: str) -> Codes:
    """By `annexa verify --run`."""
    return [fault.code for fault in verify_run(ports, run_id).faults]
