"""witness at the command line: alone in a folder of its own, by file and as a server."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import Place
from tests.command_line import annexa, command, environment
from tests.patience import PATIENCE

NAME = "auditors.example/witness"


def made(place: Place, folder: Path, url: str = "") -> str:
    """A witness of this home's log, named in its settings; its key."""
    none = folder.parent / "no-home"
    said = annexa(none, "witness", "init", "--folder", folder, "--name", NAME)
    assert (said.code, said.err) == (0, "")
    vkey = (folder / "witness.vkey").read_text().strip()
    assert vkey in said.out
    log = place.home / "trust" / "log.vkey"
    assert annexa(none, "witness", "watch", "--folder", folder, log).code == 0
    assert not none.exists()
    name(place, vkey, url)
    return vkey


def name(place: Place, vkey: str, url: str) -> None:
    where = f'url = "{url}"\n' if url else ""
    with (place.home / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[[witnesses]]\nname = "Auditors"\nvkey = "{vkey}"\n{where}')


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    words = ("witness", "serve", "--folder", folder, "--port", "0")
    process = subprocess.Popen(
        command(folder.parent / "no-home", *words),
        env=environment({}),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"(http://\S+?)/?$", said.strip())
        assert found, said
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_a_witness_by_file_signs_once_and_its_answer_is_kept(
    spoilable: Place, tmp_path: Path
) -> None:
    folder, request, answer = (tmp_path / part for part in ("w", "request.txt", "answer.txt"))
    made(spoilable, folder)
    asking = ("witness", "request", "--witness", "Auditors", "--out", request)
    assert spoilable.annexa(*asking).code == 0
    none = tmp_path / "no-home"
    signing = ("witness", "sign", "--folder", folder, request)
    request.write_bytes(request.read_bytes().replace(b"\n", b"\r\n"))
    assert annexa(none, *signing, "--out", answer).code == 0
    answer.write_bytes(answer.read_bytes().replace(b"\n", b"\r\n"))

    assert annexa(none, "witness", "init", "--folder", folder, "--name", "again").code == 3
    refused = annexa(none, *signing)
    assert refused.code == 3
    assert "ask again with --old" in refused.sentence
    kept = spoilable.annexa("witness", "add", answer, "--json")
    assert kept.code == 0, kept.err
    (told,) = json.loads(kept.out)
    assert told["witness"] == "Auditors"
    assert spoilable.annexa("verify").code == 0
    assert f"Auditors cosigned {told['size']} entries" in spoilable.annexa("status").out
    assert spoilable.annexa("witness", "add", request).code == 3


def test_a_pack_is_cosigned_by_a_witness_that_serves(spoilable: Place, tmp_path: Path) -> None:
    folder, out = tmp_path / "w", tmp_path / "out"
    vkey = made(spoilable, folder)
    settings = spoilable.home / "annexa.toml"
    with serving(folder) as url:
        settings.write_text(settings.read_text() + f'url = "{url}"\n')
        assert spoilable.annexa("pack", "northgate", "--out", out).code == 0

    found = spoilable.annexa("verify", out / "bundle.asice", "--witness", vkey)
    assert found.code == 0, found.out
    assert f"the witness {NAME} cosigned this log at" in found.out
    other = annexa(tmp_path, "witness", "init", "--folder", tmp_path / "o", "--name", "other")
    assert other.code == 0
    stranger = tmp_path / "o" / "witness.vkey"
    said = spoilable.annexa("verify", out / "bundle.asice", "--witness", stranger)
    assert said.code == 5
    assert "witness_missing" in said.out


def test_a_witness_that_cannot_remember_signs_nothing(spoilable: Place, tmp_path: Path) -> None:
    folder, request = tmp_path / "w", tmp_path / "request.txt"
    made(spoilable, folder)
    assert spoilable.annexa("witness", "request", "--out", request).code == 0
    signing = ("witness", "sign", "--folder", folder, request)

    full = annexa(tmp_path / "no-home", *signing, largest_file=16)
    assert (full.code, full.out) == (3, "")
    assert "nothing was signed" in full.sentence
    assert list(folder.rglob("checkpoint")) == []
    assert annexa(tmp_path / "no-home", *signing).code == 0
