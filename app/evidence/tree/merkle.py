"""RFC 9162 Merkle tree hashing and proof verification over SHA-256: no state, no I/O."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 9162, section 2.1.1)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf. The 0x00 prefix keeps leaves and nodes apart (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(width: int) -> int:
    """Largest power of two smaller than `width` (RFC 9162, section 2.1.1: k). `width` > 1."""
    return 1 << ((width - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """True if `leaf` (its hash) is entry `index` of the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            node, last = _up_to_right_child(node, last)
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """True if the old tree is a prefix of the new one (RFC 9162, section 2.1.4.2).

    The empty tree is a prefix of every tree, by an empty proof.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    return bool(proof) and _extends(old_size, new_size, old_root, new_root, proof)


def _extends(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    whole = old_size & (old_size - 1) == 0  # a perfect old tree is itself the first node
    first, *rest = [old_root, *proof] if whole else list(proof)
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old, new = first, first
    for sibling in rest:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _up_to_right_child(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _up_to_right_child(node: int, last: int) -> tuple[int, int]:
    """Climb past the levels where the node has no sibling on its right."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last
