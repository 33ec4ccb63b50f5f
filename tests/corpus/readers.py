"""The three readers of a bundle, and what each says of it: the stable codes of its faults."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import AppError, VerificationFailedError
from app.packs.verify.one_file import verifier
from app.services.proof.whole_store import verify_bundle_file
from app.services.reperforming.reperform import reperform_bundle
from tests.corpus.case import Case

ONE_FILE, SERVICE, AGAIN = "verify.py", "annexa verify", "annexa reperform"
READERS = (ONE_FILE, SERVICE, AGAIN)
TABLE = "table_differs"
"""Small bundles of the corpus are issued without most tables, which re-performance misses."""
Codes = tuple[str, ...]
"""In the order of the verifier; none: accepted."""


@dataclass(frozen=True)
class Auditor:
    """Anchors that came by another way, and a folder to work in."""

    folder: Path
    root: Path
    vkey: str
    differences: dict[str, set[str]] = field(default_factory=dict)
    """What re-performance found otherwise, by the name of the case."""

    def __post_init__(self) -> None:
        (self.folder / "verify.py").write_bytes(verifier())

    def judged(
        self, case: Case, number: int, readers: tuple[str, ...] = READERS
    ) -> dict[str, Codes]:
        """Codes by reader."""
        place = self.folder / str(number)
        place.mkdir()
        bundle, vkeys = place / "bundle.asice", place / "log.vkey"
        bundle.write_bytes(case.bundle)
        vkeys.write_text((case.asked.vkeys or self.vkey) + "\n")
        found = {}
        for reader in readers:
            try:
                found[reader] = self._ask(reader, case, bundle, vkeys)
            except VerificationFailedError as error:
                found[reader] = error.faults or (error.kind,)
            except AppError as error:
                found[reader] = (error.kind,)
        bundle.unlink()
        return found

    def _ask(self, reader: str, case: Case, bundle: Path, vkeys: Path) -> Codes:
        asked, root = case.asked, case.asked.root or self.root
        if reader == ONE_FILE:
            return self.told(case, bundle, vkeys, root)
        if reader == SERVICE:
            found = verify_bundle_file(
                bundle, root, vkeys, asked.time_roots, asked.at, asked.demands
            )
            return tuple(fault.code for fault in found.faults)
        again = reperform_bundle(
            bundle, root, vkeys, None, asked.demands, asked.time_roots, asked.at
        )
        self.differences[case.name] = {
            one.code
            for one in again.differences
            if not (one.code == TABLE and one.sealed == "none")
        }
        return ()  # it verified, and was performed again: what came out otherwise is told apart

    def told(self, case: Case, target: Path, vkeys: Path, root: Path | None = None) -> Codes:
        """By the one file, of a bundle or of a folder that it was unpacked to."""
        command = [sys.executable, "-I", "-S", str(self.folder / "verify.py"), str(target)]
        command += ["--root", str(root or self.root), "--log-vkey", str(vkeys), "--json"]
        for one in case.asked.time_roots:
            command += ["--time-root", str(one)]
        command += ["--at", case.asked.at] if case.asked.at else []
        command += case.asked.demands.words()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 5}, (case.name, done.stderr)
        codes = tuple(each["code"] for each in json.loads(done.stdout)["failures"])
        assert bool(codes) == (done.returncode == 5)
        return codes
