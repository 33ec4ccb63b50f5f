"""A bundle that commit caa3bc1 made verifies and is re-performed, and says what it lacks."""

import lzma
import tarfile
from pathlib import Path

import pytest

from app.services.proof.whole_store import verify_bundle_file
from app.services.reperforming.reperform import reperform_bundle
from tests.golden.homes import HOME

BUNDLE = Path(__file__).with_name("bundle-caa3bc1.asice.xz")
NOT_PROVED = "not proved by this bundle: "


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The bundle, and the anchors of its home."""
    place = tmp_path_factory.mktemp("golden")
    bundle = place / "bundle.asice"
    bundle.write_bytes(lzma.decompress(BUNDLE.read_bytes()))
    with tarfile.open(HOME) as archive:
        archive.extractall(place, filter="data")
    return bundle, place / "trust" / "root.pem", place / "trust" / "log.vkey"


def test_it_verifies_and_names_what_it_does_not_prove(given: tuple[Path, Path, Path]) -> None:
    found = verify_bundle_file(*given)
    assert found.faults == ()
    lacking = [note.removeprefix(NOT_PROVED) for note in found.notes if NOT_PROVED in note]
    told = " / ".join(lacking)
    assert "PDF, tables, assessments, catalogue and expectations" in told
    assert "no night was left out" in told
    assert "no other history" in told


def test_every_verdict_follows_from_its_pages(given: tuple[Path, Path, Path]) -> None:
    again = reperform_bundle(*given)
    assert again.differences == []
    assert (again.records.done, again.verdicts.done) == (132, 3595)
    assert again.verdicts.equal == again.verdicts.done
