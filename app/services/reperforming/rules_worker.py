"""The child process that runs the rules of an archive, cut off from files, network and processes.

Run as `python -I -S -B rules_worker.py ARCHIVE`, with an empty environment in an empty folder. It
hands each request, a line of JSON, to the archive's `collectors.kit.perform` and its reply back
(docs/rules-protocol.md); archives from before that module are spoken to by `rules_unversioned`.
Only Python's standard library, that adapter and the archive are within its reach, and once the
rules are loaded the kernel lets it open nothing at all. That bounds mistakes and curious code; it
is no prison for an attacker who knows a flaw of Python itself.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any, TypeAlias

Answer: TypeAlias = Callable[[str], str]
"""One line of JSON to one line of JSON: docs/rules-protocol.md."""

MEMORY = 8 << 30
"""Bytes of address space."""
SECONDS = 3600
"""Of CPU, for all requests together."""
HARMLESS = frozenset(
    {
        "builtins.id",
        "code.__new__",
        "compile",
        "exec",
        "function.__new__",
        "import",
        "marshal.loads",
        "object.__delattr__",
        "object.__getattr__",
        "object.__setattr__",
        "sys._getframe",
        "sys._getframemodulename",
    }
)
"""Audit events of Python that plain computing raises (PEP 578); all others are refused."""
READING = frozenset({"open", "os.listdir", "os.scandir"})


def main() -> int:
    """Answer requests until the parent hangs up."""
    archive = sys.argv[1]
    requests, replies = sys.stdin, os.fdopen(os.dup(1), "w", encoding="ascii")
    with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123 - pathlib stays unloaded
        sys.stdout = sys.stderr = nowhere  # what rules print is no answer
        answer = confine(archive)
        for line in requests:
            replies.write(answer(line) + "\n")
            replies.flush()
    return 0


def confine(archive: str) -> Answer:
    """Load the rules, and from then on open nothing: neither file nor socket nor process."""
    unversioned = adapter()  # before the doors are shut
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    within = (archive, os.path.dirname(os.__file__) + os.sep)  # noqa: PTH120 - the same
    lowering: list[bool] = []

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in HARMLESS:
            return
        if lowering and event == "resource.setrlimit":
            return
        if event in READING and str(arguments[0]).startswith(within):
            return
        raise PermissionError(f"rules may not do that: {event}")

    sys.addaudithook(refuse)
    sys.path[:0] = [archive]
    answer = loaded(unversioned)
    lowering.append(True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    lowering.clear()
    return answer


def adapter() -> ModuleType:
    """`rules_unversioned`, from beside this file: in isolated mode Python does not look here."""
    path = os.path.join(os.path.dirname(__file__), "rules_unversioned.py")  # noqa: PTH118, PTH120 - the same
    spec = spec_from_file_location("rules_unversioned", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def loaded(unversioned: ModuleType) -> Answer:
    """How these rules are spoken to; rules that do not load answer with the reason."""
    try:
        rules = perform_module() or unversioned
        rules.load()
    except Exception as error:  # noqa: BLE001 - whatever stops strange rules is told
        said = json.dumps({"error": f"they do not load: {type(error).__name__}: {error}"})
        return lambda _: said
    datetime.strptime("2026+0000", "%Y%z")
    answer: Answer = rules.answer
    return answer


def perform_module() -> ModuleType | None:
    """The archive's own way of being spoken to; None when it was sealed before there was one."""
    try:
        return import_module("collectors.kit.perform")
    except ModuleNotFoundError as error:
        if error.name == "collectors.kit.perform":
            return None
        raise


if __name__ == "__main__":
    sys.exit(main())
