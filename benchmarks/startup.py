"""What a command costs before it does anything: CPU time of whole processes, in turn.

`python benchmarks/startup.py --against DIR` prints one JSON object: for each command that needs no
home the median CPU seconds of this checkout, of the other one (which has its own `.venv`), and of a
Python that imports nothing, measured in one run, A B A B …, so that a busy machine slows all alike.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (("--help",), ("--version",), ("collectors", "--markdown"), ("permissions",))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout, with a .venv of its own")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    told = [_command(words, asked.against, asked.rounds) for words in COMMANDS]
    print(json.dumps({"rounds": asked.rounds, "commands": told}, indent=2))


def _command(words: tuple[str, ...], other: Path | None, rounds: int) -> dict[str, object]:
    rivals = {"here": _annexa(ROOT, words), "bare_python": [sys.executable, "-c", "pass"]}
    if other is not None:
        rivals["against"] = _annexa(other.resolve(), words)
    taken: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds + 1):
        for name, command in rivals.items():
            taken[name].append(_cpu_seconds(command))
    median = {name: statistics.median(each[1:]) for name, each in taken.items()}
    told: dict[str, object] = {"command": " ".join(words)}
    told |= {f"{name}_cpu_s": round(value, 3) for name, value in median.items()}
    if other is not None:
        told["ratio"] = round(median["here"] / median["against"], 3)
    return told


def _annexa(root: Path, words: tuple[str, ...]) -> list[str]:
    return [str(root / ".venv/bin/python"), "-m", "app.main", *words]


def _cpu_seconds(command: list[str]) -> float:
    """User and system time of one process, as the kernel accounts it."""
    root = Path(command[0]).parents[2] if command[1] == "-m" else ROOT
    started = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {started.returncode}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
