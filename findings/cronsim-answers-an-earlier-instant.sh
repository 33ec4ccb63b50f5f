#!/usr/bin/env bash
# cronsim 2.8: asked in the second pass of the hour that is doubled when clocks go back for the next
# time of a daily line in that hour, it answers with the first pass, which is over: a scheduler that
# asks for "the next after now" gets a moment of the past and runs the job again.
# Seen: 02:10+01:00 (01:10 UTC) on 25 October 2026 in Europe/Berlin, `30 2 * * *`: 02:30+02:00, that
# is 00:30 UTC. Of a line that is due every hour the answer is later, as it should be.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cronsim==2.8 tzdata==2025.2
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

now = datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
daily, hourly = (next(CronSim(line, now)) for line in ("30 2 * * *", "30 * * * *"))
for name, at in (("now", now), ("daily", daily), ("hourly", hourly)):
    print(f"{name}: {at.isoformat()} = {at.astimezone(UTC).isoformat()}")
assert daily.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
assert daily.astimezone(UTC) < now.astimezone(UTC) < hourly.astimezone(UTC)
PYTHON
