"""The rules as evidence: the source code that reads and judges pages, sealed beside them."""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import collectors

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Earliest date a zip can say: the archive tells what the rules are, not when they were built."""


@cache
def rules_archive() -> bytes:
    """The kit and the catalogue as a zip: equal source code gives equal bytes.

    It needs nothing but Python's standard library. What talks to Azure is not in it.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, path in _sources(Path(collectors.__file__).parent):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, whatever this machine is
            info.external_attr = 0o100444 << 16
            archive.writestr(info, path.read_bytes())
    return made.getvalue()


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    paths = [folder / "__init__.py"]
    for part in ("catalog", "kit"):
        paths += sorted((folder / part).rglob("*.py"))
    for path in paths:
        yield f"{folder.name}/{path.relative_to(folder).as_posix()}", path
