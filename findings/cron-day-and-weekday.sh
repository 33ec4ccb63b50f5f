#!/usr/bin/env bash
# In a cron line of Unix a day of the month and a weekday are joined by OR: `0 2 1 * 1` is due on
# every first and on every Monday (POSIX, crontab). Libraries differ, in silence:
#   croniter 7.0.0, cronsim 2.8                             OR, five times in June 2026
#   crontab 1.0.5, cron-converter 2.0.2, cronexpr 0.30.0    AND, once: Monday the first
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q croniter==7.0.0 python-dateutil==4.0.0 six==1.17.0 \
  cronsim==2.8 crontab==1.0.5 cron-converter==2.0.2 cronexpr==0.30.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import UTC, datetime, timedelta

import cron_converter
import cronexpr
import croniter
import cronsim
import crontab

LINE = "0 2 1 * 1"
START, END = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def june(following):
    found, at = [], START
    while (at := following(at)) < END:
        found.append(at.day)
    return found


by_library = {
    "croniter": june(lambda at: croniter.croniter(LINE, at).get_next(datetime)),
    "cronsim": june(lambda at: next(cronsim.CronSim(LINE, at))),
    "crontab": june(
        lambda at: at + timedelta(seconds=crontab.CronTab(LINE).next(at, default_utc=True))
    ),
    "cron-converter": june(
        lambda at: cron_converter.Cron(LINE).schedule(at + timedelta(seconds=1)).next()
    ),
    "cronexpr": june(lambda at: cronexpr.next_fire(LINE, at)),
}
for name, days in by_library.items():
    print(f"{name}: {days}")
OR, AND = [1, 8, 15, 22, 29], [1]
assert by_library == {
    "croniter": OR,
    "cronsim": OR,
    "crontab": AND,
    "cron-converter": AND,
    "cronexpr": AND,
}
PYTHON
