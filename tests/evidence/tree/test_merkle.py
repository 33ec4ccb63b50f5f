"""Our tree against RFC 6962's own vectors, pymerkle and a plain recursion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from app.evidence.tree.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    split,
    verify_consistency,
    verify_inclusion,
)
from app.evidence.tree.tiles import TileLog

# The test leaves and roots of the certificate-transparency reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def recursive_root(hashes: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, as it reads."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    middle = split(len(hashes))
    return node_hash(recursive_root(hashes[:middle]), recursive_root(hashes[middle:]))


def log_of(hashes: list[bytes]) -> TileLog:
    tiles = TileLog({}).append(hashes)
    return TileLog(tiles, len(hashes))


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_rfc_6962(size: int) -> None:
    assert log_of([leaf_hash(leaf) for leaf in LEAVES[:size]]).root().hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=40), st.data())
def test_roots_and_proofs_agree_with_pymerkle(entries: list[bytes], data: st.DataObject) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    log = log_of([leaf_hash(entry) for entry in entries])
    index = data.draw(st.integers(0, len(entries) - 1))
    old = data.draw(st.integers(1, len(entries)))
    assert log.root() == tree.get_root()
    theirs = tree.prove_inclusion(index + 1).path
    assert {leaf_hash(entries[index]), *log.inclusion(index)} == set(theirs)
    assert log.root(old) == tree.get_root(old)


@given(st.integers(1, 600), st.data())
def test_any_flipped_bit_of_an_inclusion_is_noticed(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(size)]
    log = log_of(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof, root = log.inclusion(index), log.root()
    assert verify_inclusion(hashes[index], index, size, proof, root)
    parts = [hashes[index], root, *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    leaf, root, *proof = parts
    assert not verify_inclusion(leaf, index, size, proof, root)


@given(st.integers(1, 600), st.data())
def test_any_flipped_bit_of_a_consistency_is_noticed(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(size)]
    log = log_of(hashes)
    old = data.draw(st.integers(1, size))
    parts = [log.root(old), log.root(), *log.consistency(old)]
    assert verify_consistency(old, size, parts[0], parts[1], parts[2:])
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    assert not verify_consistency(old, size, parts[0], parts[1], parts[2:])


@given(st.integers(1, 300), st.data())
def test_a_proof_of_another_place_does_not_verify(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(size)]
    log = log_of(hashes)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1).filter(lambda place: place != index))
    assert not verify_inclusion(hashes[index], other, size, log.inclusion(index), log.root())


@pytest.mark.parametrize("size", [2, 3, 8, 255, 256, 257, 513])
def test_longer_and_shorter_proofs_do_not_verify(size: int) -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(size)]
    log = log_of(hashes)
    for index in {0, size // 2, size - 1}:
        proof = log.inclusion(index)
        assert not verify_inclusion(hashes[index], index, size, proof[:-1], log.root())
        assert not verify_inclusion(hashes[index], index, size, [*proof, proof[0]], log.root())
    consistency = log.consistency(1)
    assert not verify_consistency(1, size, hashes[0], log.root(), consistency[:-1])
    assert not verify_consistency(1, size, hashes[0], log.root(), [*consistency, hashes[0]])


def test_the_empty_tree_is_a_prefix_of_every_tree_and_a_larger_one_of_none() -> None:
    log = log_of([leaf_hash(b"a"), leaf_hash(b"b")])
    assert verify_consistency(0, 2, EMPTY_ROOT, log.root(), [])
    assert not verify_consistency(0, 2, log.root(), log.root(), [])
    assert not verify_consistency(2, 1, log.root(), log.root(1), [])
    assert not verify_consistency(1, 2, log.root(1), log.root(), [])


def test_leaves_and_nodes_never_share_a_hash() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
