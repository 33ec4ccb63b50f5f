"""The entries: each is in the tree that the checkpoint signs, under its number, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

from app.packs.verify.checks import Report, decimal, decode, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.log.checkpoint import NOTE
from app.packs.verify.log.objects import objects_of
from app.packs.verify.log.sealed_json import sealed_json
from app.packs.verify.log.tiles import HASH

HEADER = "c2sp.org/tlog-proof@v1\nindex "


class Taker(Protocol):
    """What goes through the proven entries once, and keeps only what it needs of them."""

    def take(self, name: str, entry: dict[str, Any]) -> None:
        """An entry, by the name of its file, in the order of the log."""

    def finish(self, report: Report) -> None:
        """All were taken: check what is to be checked."""


class Log:
    """A signed checkpoint, and the leaves under it where the bundle has them."""

    def __init__(self, bundle: Bundle, signed: tuple[int, bytes], leaves: bytes | None) -> None:
        self.bundle, self.leaves = bundle, leaves
        self.size, self.root = signed
        self.note = "\n\n" + bundle.read(NOTE).decode("utf-8")

    def prove(self, name: str) -> tuple[dict[str, Any], bytes]:
        """An entry's value and digest, once its bytes are proven (c2sp.org/tlog-proof)."""
        data, proof = self.bundle.read(name), proof_of(name)
        text = self.bundle.read(proof).decode("utf-8")
        need(text.startswith(HEADER), f"{proof} is no tlog-proof")
        need(text.endswith(self.note), f"{proof} is for another checkpoint", "proof_foreign")
        place, *hashes = text[len(HEADER) : -len(self.note)].split("\n")
        index, leaf = decimal(place), hashlib.sha256(b"\0" + data).digest()
        proven = included(leaf, index, self.size, [decode(line) for line in hashes], self.root)
        need(proven, f"{proof} does not lead from it to the checkpoint", "proof_invalid")
        if self.leaves is not None:
            same = self.leaves[HASH * index : HASH * index + HASH] == leaf
            need(same, "the tiles have another entry in its place", "tile_changed")
        entry: dict[str, Any] = sealed_json(data)
        placed = entry["seq"] == index and name == f"entries/{index:012d}.json"
        need(placed, f"it is entry {index} of the log under another name", "record_misplaced")
        return entry, hashlib.sha256(data).digest()


def check_entries(log: Log, takers: Sequence[Taker], report: Report) -> set[str]:
    """Each entry by its proof; where two neighbours are here, the later names the earlier.

    Returns the files of all that they stand on.
    """
    named: set[str] = set()
    names = log.bundle.names("entries")
    if not names:
        report.fail("entries", "the bundle has no entries", "record_missing")
    for proof in sorted({*log.bundle.names("proofs")} - {proof_of(name) for name in names}):
        report.fail(proof, "there is no entry for this proof", "record_missing")
    before: tuple[int, str] = (-2, "")
    for name in names:
        found = report.check(name, "is in the log", lambda: log.prove(name))  # noqa: B023 - run at once
        if not found:
            continue
        entry, digest = found
        if before[0] + 1 == entry["seq"] and entry.get("prev_sha256") != before[1]:
            report.fail(name, f"it does not follow entry {before[0]}", "chain_broken")
        before = (entry["seq"], digest.hex())
        files = report.check(name, "names its objects", lambda: list(objects_of(entry)))  # noqa: B023
        named.update(files or ())
        for taker in takers:
            report.check(name, "is of the form it must have", lambda: taker.take(name, entry))  # noqa: B023
    return named


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last <= 0:
            return False
        if node & 1 or node == last:
            computed = hashlib.sha256(b"\1" + sibling + computed).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            computed = hashlib.sha256(b"\1" + computed + sibling).digest()
        node, last = node >> 1, last >> 1
    return index < size and last == 0 and computed == root


def proof_of(entry: str) -> str:
    """Name of an entry's proof."""
    return f"proofs/{entry[len('entries/') : -len('.json')]}.tlog-proof"
