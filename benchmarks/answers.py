"""What answers cost in memory while they arrive: all but their last byte has been sent.

`python benchmarks/answers.py --against DIR` prints one JSON object: the growth of the asking
process's resident memory, in megabytes, when `--answers` answers of `--megabytes` each have come
but for one byte, and its peak until all are parsed; of this checkout, of the other one (which has
its own `.venv`), and of a program that only reads bodies whole with aiohttp, in one run.
"""

import argparse
import asyncio
import json
import os
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme
from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1 << 20
CHILD = Path(__file__).with_name("answers_process.py")


class Slow:
    """Sends each body but for its last byte, and that when the memory was looked at."""

    def __init__(self, answers: int, size: int) -> None:
        self._size, self._left = size, answers
        self.all_sent, self.looked_at = asyncio.Event(), asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A list without rows, as long as asked for."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = self._size
        await response.prepare(request)
        await response.write(b'{"value":[]')
        for _ in range((self._size - 12) // MEGABYTE):
            await response.write(b" " * MEGABYTE)
        await response.write(b" " * ((self._size - 12) % MEGABYTE))
        self._left -= 1
        if self._left <= 0:
            self.all_sent.set()
        await self.looked_at.wait()
        await response.write(b"}")
        return response


async def measured(
    python: str, folder: Path, how: str, answers: int, size: int
) -> dict[str, float]:
    """Growth while all arrive, and at most, of one asking process."""
    slow, authority = Slow(answers, size), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    app = web.Application()
    app.router.add_get("/{path:.*}", slow.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    child = await asyncio.create_subprocess_exec(
        python, str(CHILD), how, str(runner.addresses[0][1]), str(folder), str(answers),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(python).parents[2])},
    )  # fmt: skip
    if child.stdout is None:
        raise SystemExit("The asking process has no output.")
    before = float(await child.stdout.readline())
    await slow.all_sent.wait()
    await asyncio.sleep(1)  # what was sent last lies in the sockets yet
    arriving = _resident(child.pid)
    slow.looked_at.set()
    peak = float(await child.stdout.readline())
    await child.wait()
    await runner.cleanup()
    return {"arriving_mb": round(arriving - before, 1), "peak_mb": round(peak - before, 1)}


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout, with a .venv of its own")
    parser.add_argument("--answers", type=int, default=16)
    parser.add_argument("--megabytes", type=int, default=30)
    asked = parser.parse_args()
    own = str(ROOT / ".venv/bin/python")
    rivals = {"here": (own, "gateway"), "whole_bodies": (own, "whole")}
    if asked.against is not None:
        other = asked.against.resolve() / ".venv/bin/python"
        rivals["against"] = (str(other), "gateway")
    told: dict[str, object] = {"answers": asked.answers, "megabytes_each": asked.megabytes}
    for name, (python, how) in rivals.items():
        with TemporaryDirectory() as folder:
            size = asked.megabytes * MEGABYTE
            told[name] = asyncio.run(measured(python, Path(folder), how, asked.answers, size))
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
