"""The real command line in a process of its own, as a user or a timer starts it."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line of the error."""
        lines = [line for line in self.err.splitlines() if line.startswith("annexa: ")]
        assert len(lines) == 1, self.err
        return lines[0]


def command(home: Path, *words: str | Path) -> list[str]:
    return [sys.executable, "-m", "app.main", "--home", str(home), *map(str, words)]


def environment(extra: Mapping[str, str | None]) -> dict[str, str]:
    """Ours without any ANNEXA_ variable of the machine, and these; None takes one away."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("ANNEXA_")}
    # A user's Python keeps its bytecode; without it each start compiles all libraries anew.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    plain |= {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    plain.update({key: value for key, value in extra.items() if value is not None})
    return plain


def annexa(
    home: Path,
    *words: str | Path,
    env: Mapping[str, str | None] | None = None,
    largest_file: int | None = None,
    prefix: tuple[str, ...] = (),
) -> Said:
    """Run a command to its end. `largest_file` bytes is where the disk is full."""
    limits: dict[str, Any] = {}
    if largest_file is not None:
        size = (largest_file, largest_file)
        limits["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, size)
    done = subprocess.run(
        [*prefix, *command(home, *words)],
        cwd=ROOT,
        env=environment(env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        **limits,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


SEVERAL = """
import contextlib, io, json, sys
from app.main import run
said = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run(words)
        except SystemExit as end:
            said.append((end.code or 0, out.getvalue(), err.getvalue()))
print(json.dumps(said))
"""


def several(home: Path, lines: Sequence[Sequence[str]]) -> list[Said]:
    """Many commands one after the other in one process: starting it costs more than they do."""
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL],
        cwd=ROOT,
        env=environment({}),
        input=json.dumps([["--home", str(home), *line] for line in lines]),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return [Said(code=code, out=out, err=err) for code, out, err in json.loads(done.stdout)]
