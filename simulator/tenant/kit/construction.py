"""Makes every resource of one type: decides what its checks shall say, then gives it a body."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.kit.fault import Fault, changed
from simulator.tenant.kit.resource_type import Body, Child, ResourceType
from simulator.tenant.kit.scene import Scene


def construct(estate: Estate, kind: ResourceType) -> Fragment:
    """Rows, children, data planes and truth of every resource of the type."""
    ledger = Ledger(estate.dice)
    scenes = _decided(ledger, kind.faults, (Scene(estate, one) for one in estate.of(kind.type)))
    arm: dict[str, Any] = {}
    for child in kind.children:
        if child.body is not None:
            arm |= _children(ledger, kind, child, scenes)
    body, contents = kind.body, kind.contents
    return Fragment(
        rows=() if body is None else tuple(_row(kind, body, scene) for scene in scenes),
        arm=arm,
        vaults={one.name: contents(one) for one in scenes} if contents is not None else {},
        truth=ledger.truth,
    )


def _decided(
    ledger: Ledger, faults: Mapping[str, Fault], scenes: Iterable[Scene]
) -> tuple[Scene, ...]:
    """The scenes with what each check shall say of them."""
    everyone = tuple(scenes)
    verdicts: dict[str, dict[str, str]] = {one.id: {} for one in everyone}
    for check, fault in faults.items():
        for subject, verdict in _verdicts(ledger, check, fault, everyone):
            verdicts[subject][check] = verdict
    return tuple(replace(one, verdicts=verdicts[one.id]) for one in everyone)


def _verdicts(
    ledger: Ledger, check: str, fault: Fault, scenes: Iterable[Scene]
) -> Iterator[tuple[str, str]]:
    fixed = {one.id: fault.before_the_draw(check, one) for one in scenes if fault.asked(one)}
    for subject, verdict in fixed.items():
        if verdict:
            ledger.expect(check, subject, verdict)
            yield subject, verdict
    left = [subject for subject, verdict in fixed.items() if not verdict]
    failing = ledger.decide(check, left, share=fault.share)
    for subject in left:
        yield subject, "fail" if subject in failing else "pass"


def _row(kind: ResourceType, body: Body, scene: Scene) -> dict[str, Any]:
    made = _changed(body(scene), kind.faults, scene)
    # Resource Graph shows an odd resource before it knows what it is like.
    odd: dict[str, Any] = {"properties": {}} if scene.resource.odd else {}
    return scene.estate.row(scene.resource, made | odd)


def _children(
    ledger: Ledger, kind: ResourceType, child: Child, scenes: Iterable[Scene]
) -> dict[str, Any]:
    """What Azure Resource Manager answers at the child's path below each resource."""
    elements = tuple(one for scene in scenes for one in _below(child, scene))
    arm: dict[str, Any] = {}
    if child.listed:
        arm = {f"{scene.id}/{child.path}".lower(): [] for scene in scenes}
    for one in _decided(ledger, child.faults, elements):
        made = _child(kind, child, one)
        if made is None:
            continue
        if child.listed:
            arm[f"{one.resource.id}/{child.path}".lower()].append(made)
        else:
            arm[f"{one.resource.id}/{child.path}".lower()] = made
    return arm


def _below(child: Child, scene: Scene) -> Iterator[Scene]:
    if child.names is None:
        yield scene
        return
    for name in child.names(scene):
        yield replace(scene, below=f"{child.path}/{name}")


def _child(kind: ResourceType, child: Child, scene: Scene) -> dict[str, Any] | None:
    body = child.body(scene) if child.body is not None else None
    if body is None:
        return None
    made = _changed(body, child.faults, scene)
    if scene.resource.odd:
        made["properties"] = {}
    path = scene.below or child.path
    return {
        "id": f"{scene.resource.id}/{path}",
        "name": path.rpartition("/")[2],
        "type": kind.below(child),
    } | made


def _changed(body: dict[str, Any], faults: Mapping[str, Fault], scene: Scene) -> dict[str, Any]:
    for check, fault in faults.items():
        body = changed(body, fault.change(check, scene))
    return body
