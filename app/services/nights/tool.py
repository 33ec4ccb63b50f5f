"""What collected: the tool, its code and its libraries, as a record names them."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import collectors
from app.services.nights.rules_archive import rules_archive

SDKS = ("azure-core", "azure-identity", "azure-mgmt-resource", "azure-monitor-query")


@cache
def tool() -> Mapping[str, Any]:
    """Name, version, digests of the collectors' code and of the rules, Python and SDK versions.

    `rules_sha256` names the archive of `rules_archive`, which every bundle carries.
    """
    return {
        "name": "annexa",
        "version": version("annexa"),
        "code_sha256": _code_digest(Path(collectors.__file__).parent),
        "rules_sha256": hashlib.sha256(rules_archive()).hexdigest(),
        "python": platform.python_version(),
        "sdk": {name: version(name) for name in SDKS},
    }


def _code_digest(folder: Path) -> str:
    """SHA-256 over `<path> <sha256>` lines of all Python files, in order of path."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
