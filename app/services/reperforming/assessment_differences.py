"""Assessments as they were sealed, held against those computed again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.evidence.reperformance import Difference


def assessment_differences(
    sealed: Mapping[str, Any], again: Mapping[str, Any]
) -> Iterator[Difference]:
    """Each fact of a control, and each of its checks, that came out otherwise."""
    was = _by_control(sealed["controls"])
    now = _by_control(again["controls"])
    for control in dict.fromkeys([*was, *now]):
        for name in dict.fromkeys([*was.get(control, {}), *now.get(control, {})]):
            before = was.get(control, {}).get(name)
            after = now.get(control, {}).get(name)
            if before != after:
                yield assessment_difference(control, f"{name} {before}", f"{name} {after}")


def count_not_ended(sealed: Mapping[str, Any], again: Mapping[str, Any]) -> int:
    """How many deviations an assessment of commit 55d35cf or before took for ended unproved.

    Those believed that what is in no list is gone. Today it is open and not seen since; the sealed
    number stands where it is smaller only for that.
    """
    now = {control["id"]: control for control in again["controls"]}
    more = 0
    for control in sealed["controls"]:
        other = now.get(control["id"], control)
        if other["open_deviations"] > control["open_deviations"]:
            more += other["open_deviations"] - control["open_deviations"]
            other["open_deviations"] = control["open_deviations"]
    return more


def _by_control(controls: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Facts of each control, its checks one by one."""
    return {
        control["id"]: {
            **{name: value for name, value in control.items() if name not in {"id", "checks"}},
            **{check["id"]: check for check in control["checks"]},
        }
        for control in controls
    }


def assessment_difference(control: str, sealed: str, found: str) -> Difference:
    """One fact of a control that came out otherwise."""
    return Difference(
        code="assessment_differs",
        object="assessments.json",
        about=f"control {control}",
        sealed=sealed,
        found=found,
    )
