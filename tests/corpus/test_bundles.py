"""Three readers of each altered bundle: accepted or refused together, with the same code."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.corpus.case import Case, Maker
from tests.corpus.kinds import accepted, container, documents, entries, lists, log, objects, others
from tests.corpus.owner import Owner, unzipped
from tests.corpus.readers import ONE_FILE, READERS, Auditor, Codes

MODULES = (container, lists, documents, entries, log, others, objects, accepted)
MAKERS: tuple[Maker, ...] = tuple(module.cases for module in MODULES)
MANY, EACH = 6, 20
"""The short form takes every fifth bundle of a kind beyond so many; of what it takes every reader
judges each so many-eth, and all that must be accepted."""
HONEST = ("sealed again by its owner", "issued again of the same log", "of commit caa3bc1")
"""All in these came out as it was sealed."""
Judged = tuple[Case, dict[str, Codes]]


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    for number, maker in enumerate(MAKERS):
        place = folder / str(number)
        place.mkdir()
        yield from maker(owner, place)


def taken(made: Iterator[Case], *, whole: bool) -> Iterator[Case]:
    """All of them, or the short form's."""
    seen: Counter[str] = Counter()
    for case in made:
        seen[case.kind] += 1
        if whole or case.code is None or seen[case.kind] <= MANY or seen[case.kind] % 5 == 0:
            yield case


def judged(owner: Owner, auditor: Auditor, folder: Path, *, whole: bool) -> Iterator[Judged]:
    """Some at a time: what is made is forgotten once it was judged."""
    waiting: list[tuple[Case, Future[dict[str, Codes]]]] = []
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for number, case in enumerate(taken(cases(owner, folder), whole=whole)):
            every = whole or case.code is None or number % EACH == 0
            readers = READERS if every else (ONE_FILE,)
            waiting.append((case, pool.submit(auditor.judged, case, number, readers)))
            if len(waiting) > 8:
                one, told = waiting.pop(0)
                yield one, told.result()
        yield from ((case, told.result()) for case, told in waiting)


def test_every_altered_bundle_is_judged_alike_by_every_reader(
    owner: Owner,
    auditor: Auditor,
    tmp_path: Path,
    whole_drill: bool,  # noqa: FBT001 - a fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert whole_drill or len(unzipped(owner.keys.packed(owner.files))) <= 40
    right: Counter[tuple[str, bool]] = Counter()
    made: Counter[tuple[str, bool]] = Counter()
    readings: Counter[str] = Counter()
    wrong = []
    for case, told in judged(owner, auditor, tmp_path, whole=whole_drill):
        kind = case.kind, case.code is None
        made[kind] += 1
        readings.update([*told])
        firsts = {codes[:1] for codes in told.values()}
        if firsts == {(case.code,) if case.code else ()}:
            right[kind] += 1
        else:
            wrong.append((case.kind, case.name, case.code, told))
    with capsys.disabled():
        sys.stdout.write(_figures(made, right, readings, whole=whole_drill))
    assert wrong == []
    for name in HONEST:
        assert auditor.differences[name] == set()
    assert made.total() > (500 if whole_drill else 200)


def test_a_bundle_that_was_unzipped_verifies_too(
    owner: Owner, auditor: Auditor, tmp_path: Path
) -> None:
    """With the stock unzip, as VERIFY.md says."""
    case = Case(kind="untouched", name="unzipped", bundle=owner.keys.packed(owner.files), code=None)
    bundle, vkeys = tmp_path / "bundle.asice", tmp_path / "log.vkey"
    bundle.write_bytes(case.bundle)
    vkeys.write_text(auditor.vkey)
    subprocess.run(["unzip", "-q", str(bundle), "-d", str(tmp_path / "bundle")], check=True)
    assert auditor.told(case, tmp_path / "bundle", vkeys) == ()


def _figures(
    made: Counter[tuple[str, bool]],
    right: Counter[tuple[str, bool]],
    readings: Counter[str],
    *,
    whole: bool,
) -> str:
    lines = [""]
    for kind in dict.fromkeys(kind for kind, _ in made):
        refused, taken = (kind, False), (kind, True)
        lines.append(
            f"  {kind}: {right[refused]} of {made[refused]} refused, "
            f"{right[taken]} of {made[taken]} accepted"
        )
    totals = [
        sum(n for (_, accepted), n in found.items() if accepted is wanted)
        for wanted in (False, True)
        for found in (right, made)
    ]
    said = ", ".join(f"{n} by {reader}" for reader, n in readings.items())
    left = "" if whole else "; every bundle of the corpus by all three is left to `make drill`"
    lines.append(
        "corpus: {} of {} refused as they must, {} of {} accepted".format(*totals)
        + f" (judged: {said}{left})"
    )
    return "\n".join(lines) + "\n"
