"""Tiles: the paths of C2SP, and the same tree whatever the batches were."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from app.evidence.tree.merkle import leaf_hash, verify_consistency, verify_inclusion
from app.evidence.tree.tiles import MissingTileError, PlannedTiles, TileLog, tile_key


@pytest.mark.parametrize(
    ("level", "index", "width", "key"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 5, 17, "tile/1/005.p/17"),
        (0, 999, 256, "tile/0/999"),
        (0, 1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_paths_are_those_of_the_specification(level: int, index: int, width: int, key: str) -> None:
    assert tile_key(level, index, width) == key


def test_a_tree_of_70000_has_the_tiles_the_specification_counts() -> None:
    plan = TileLog({}).append([leaf_hash(b"%d" % number) for number in range(70_000)])
    partial = sorted(key for key in plan if ".p/" in key)
    assert partial == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert len([key for key in plan if key.startswith("tile/0/")]) == 274
    assert len(plan) == 273 + 1 + 1 + 1 + 1


@given(st.lists(st.integers(1, 300), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_batches_do_not_change_the_tree(batches: list[int], chance: random.Random) -> None:
    total = sum(batches)
    hashes = [leaf_hash(b"%d" % number) for number in range(total)]
    tree = InmemoryTree(algorithm="sha256")
    for number in range(total):
        tree.append_entry(b"%d" % number)
    tiles: dict[str, bytes] = {}
    size, sizes = 0, []
    for batch in batches:
        plan = TileLog(tiles, size).append(hashes[size : size + batch])
        assert all(tiles.get(key, data) == data for key, data in plan.items()), "write-once"
        tiles.update(plan)
        size += batch
        sizes.append(size)
        assert TileLog(tiles, size).root() == tree.get_root(size)
    log = TileLog(tiles, total)
    for index in chance.sample(range(total), min(total, 10)):
        assert verify_inclusion(hashes[index], index, total, log.inclusion(index), log.root())
    for old in sizes:
        proof = log.consistency(old)
        assert verify_consistency(old, total, tree.get_root(old), log.root(), proof)
        index = chance.randrange(old)
        assert verify_inclusion(
            hashes[index], index, old, log.inclusion(index, old), tree.get_root(old)
        )


def test_a_plan_writes_nothing_and_can_be_read_before_it_is_written() -> None:
    tiles: dict[str, bytes] = {}
    hashes = [leaf_hash(b"%d" % number) for number in range(300)]
    plan = TileLog(tiles).append(hashes)
    assert not tiles
    assert TileLog(PlannedTiles(plan, tiles), 300).root() == TileLog(plan, 300).root()


def test_a_full_tile_serves_where_the_partial_one_is_gone() -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(256)]
    tiles = TileLog({}).append(hashes)
    assert TileLog(tiles, 200).root() == TileLog(TileLog({}).append(hashes[:200]), 200).root()


def test_a_missing_or_short_tile_is_named() -> None:
    tiles = TileLog({}).append([leaf_hash(b"%d" % number) for number in range(300)])
    for key in list(tiles):
        for damaged in (None, tiles[key][:-1]):
            rest = {name: data for name, data in tiles.items() if name != key}
            if damaged is not None:
                rest[key] = damaged
            log = TileLog(rest, 300)
            if key == "tile/1/000.p/1":
                with pytest.raises(MissingTileError, match=key):
                    log.root()
            else:
                with pytest.raises(MissingTileError, match=key):
                    [log.inclusion(index) for index in (0, 299)]


def test_questions_outside_the_tree_are_refused() -> None:
    log = TileLog(TileLog({}).append([leaf_hash(b"a")]), 1)
    with pytest.raises(ValueError, match="entry 1 is not in a tree of 1"):
        log.inclusion(1)
    with pytest.raises(ValueError, match="the log has 1 entries, not 2"):
        log.root(2)
    with pytest.raises(ValueError, match="no prefix"):
        log.consistency(-1)
