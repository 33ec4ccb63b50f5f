#!/usr/bin/env bash
# croniter 7.0.0: a job of once a day at 02:30 in Europe/Berlin is due twice on the day the clocks
# go back, an hour apart, and at 03:00 on the day they go forward. cronsim 2.8 runs it once on the
# day they go back.
# Seen in October 2026: 25th 02:30+02:00, 25th 02:30+01:00, 26th 02:30+01:00.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q croniter==7.0.0 python-dateutil==4.0.0 six==1.17.0 \
  cronsim==2.8 tzdata==2025.2
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim

BERLIN, LINE = ZoneInfo("Europe/Berlin"), "30 2 * * *"


def by_croniter(start):
    schedule = croniter(LINE, start)
    return [schedule.get_next(datetime).isoformat() for _ in range(3)]


back, forward = (datetime(2026, *day, 12, tzinfo=BERLIN) for day in ((10, 24), (3, 28)))
print("croniter, back:", by_croniter(back))
print("croniter, forward:", by_croniter(forward))
once = [at.isoformat() for at in islice(CronSim(LINE, back), 2)]
print("cronsim, back:", once)
assert by_croniter(back) == [
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T02:30:00+01:00",
    "2026-10-26T02:30:00+01:00",
]
assert by_croniter(forward)[0] == "2026-03-29T03:00:00+02:00"
assert once == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
PYTHON
