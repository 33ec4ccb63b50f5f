"""Any changed byte of any file of a real bundle is detected, and the file is named."""

import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.packs.view.facts import Engagement
from app.services.packing.pack import issue_pack
from tests.conftest import StartSimulator
from tests.installation import installed

EACH = 6
"""Files of each folder in the short form; `make drill` changes all."""


@pytest.fixture(scope="module")
def bundle(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A small tenant's night, packed and unpacked; root.pem and log.vkey lie beside it."""
    home = tmp_path_factory.mktemp("home") / "home"
    with (
        start_simulator(resources=12, subscriptions=1, as_of=datetime.now(UTC)) as simulator,
        installed(home, simulator) as installation,
    ):
        report = installation.collect()
        day = report.slot.date()
        engagement = Engagement(name="Test", auditor="A", scope="S", first=day, last=day)
        issued = issue_pack(installation.ports, installation.connection, engagement)
        folder = home / "unpacked"
        with zipfile.ZipFile(issued.bundle) as opened:
            opened.extractall(folder)
        # The auditor's own copy of the verifier, got from elsewhere: the one inside may be changed.
        shutil.copyfile(folder / "verify.py", home / "verify.py")
        yield folder


def verify(folder: Path) -> dict[str, object]:
    trust = folder.parent / "trust"
    command = [sys.executable, "-I", str(folder.parent / "verify.py"), str(folder), "--json"]
    command += ["--root", str(trust / "root.pem"), "--log-vkey", str(trust / "log.vkey")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told: dict[str, object] = json.load(io.StringIO(done.stdout))
    assert (done.returncode == 0) == (told["failures"] == [])
    return told


def some(files: list[Path], dice: random.Random) -> list[Path]:
    """So many of each folder."""
    found = []
    for folder in sorted({file.parent for file in files}):
        inside = [file for file in files if file.parent == folder]
        found += dice.sample(inside, min(EACH, len(inside)))
    return found


def test_any_changed_byte_of_any_file_is_detected_and_the_file_named(
    bundle: Path,
    whole_drill: bool,  # noqa: FBT001 - a fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verify(bundle)["failures"] == []
    dice = random.Random(5)
    files = [file for file in sorted(bundle.rglob("*")) if file.is_file()]
    if not whole_drill:
        files = some(files, dice)
    named = 0
    for file in files:
        whole = file.read_bytes()
        place = dice.randrange(len(whole))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        failures = verify(bundle)["failures"]
        file.write_bytes(whole)
        assert isinstance(failures, list)
        name = file.relative_to(bundle).as_posix()
        assert failures, f"a changed byte {place} of {name} was not detected"
        assert any(failure["file"] == name for failure in failures), (name, failures)
        named += 1

    with capsys.disabled():
        sys.stdout.write(f"\nbytes: {named} of {len(files)} files named\n")
    assert verify(bundle)["failures"] == []
