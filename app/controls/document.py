"""Assessments of a period as plain data, the same from the index and from re-performed verdicts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from app.controls.assessment import Assessment, CheckFigures, assess, checks_of
from app.controls.catalogue import Control
from app.controls.ground import Facts, Ground
from app.controls.nights import expected_days
from app.controls.period import Period
from collectors.kit import Collector

SCHEMA = "urn:annexa:assessments:v1"
COUNTS_SLOTS, COUNTS_DAYS = "slots", "days"
"""What `nights_collected` and `nights_missed` count, as `counts` says; `days` where it is absent,
which is how bundles were made before: two nights of one day were one."""


def assessments(
    controls: Iterable[Control],
    collectors: Collection[Collector],
    facts: Facts,
    period: Period,
    not_applicable: Mapping[str, str],
    rules_sha256: str,
    counts: str = COUNTS_SLOTS,
) -> dict[str, Any]:
    """State and figures of every control, for `assessments.json` of a bundle.

    Only what the period itself shows is in it: not since when something stood before it began.
    `rules_sha256` names the rules whose checks serve the controls.
    """
    by_slots = counts == COUNTS_SLOTS
    ground = Ground.of(facts, period)
    if not by_slots:
        ground = replace(ground, expected=expected_days(period.days()))
    return {
        "schema": SCHEMA,
        **({"counts": counts} if by_slots else {}),
        "rules_sha256": rules_sha256,
        "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        "not_applicable": dict(not_applicable),
        "controls": [
            _plain(
                assess(
                    control,
                    checks_of(control.id, collectors),
                    ground,
                    applicable=control.id not in not_applicable,
                )
            )
            for control in controls
        ],
    }


def _plain(made: Assessment) -> dict[str, Any]:
    return {
        "id": made.control_id,
        "state": made.state.value,
        "incomplete": list(made.incomplete),
        "deviations": len(made.deviations),
        "open_deviations": sum(deviation.open for deviation in made.deviations),
        "checks": [_figures(figures) for figures in made.figures],
    }


def _figures(figures: CheckFigures) -> dict[str, Any]:
    last = figures.last_slot
    return {
        "id": figures.check_id,
        "last_slot": last.astimezone(UTC).isoformat() if last is not None else None,
        "passed": figures.passed,
        "failed": figures.failed,
        "unknown": figures.unknown,
        "nights_collected": figures.nights_collected,
        "nights_missed": figures.nights_missed,
        "gaps": figures.gaps,
    }
