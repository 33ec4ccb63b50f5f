"""C2SP tlog-tiles: the log's tree as write-once tiles of 256 hashes (c2sp.org/tlog-tiles)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from app.evidence.tree.merkle import EMPTY_ROOT, node_hash, split

WIDTH = 256
"""Hashes in a full tile."""
_HASH = 32
_CACHED_TILES = 1024


class TileReader(Protocol):
    """Where tiles are read from."""

    def get(self, key: str) -> bytes | None:
        """All bytes of an object; None when there is none."""
        ...


class MissingTileError(Exception):
    """A tile that the tree of this size needs is not there, or is not as wide as it must be."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is missing or too short")
        self.key = key


def tile_key(level: int, index: int, width: int = WIDTH) -> str:
    """Path of a tile; partial tiles (1 to 255 hashes) end in `.p/<width>`."""
    digits = f"{index % 1000:03d}"  # all but the last element begin with an x
    index //= 1000
    while index:
        digits = f"x{index % 1000:03d}/{digits}"
        index //= 1000
    return f"tile/{level}/{digits}" + ("" if width == WIDTH else f".p/{width}")


class TileLog:
    """The tree of the first `size` leaves, as read from tiles. Holds no state but a tile cache."""

    def __init__(self, reader: TileReader, size: int = 0) -> None:
        self.size = size
        self._reader = reader
        self._cache: dict[tuple[int, int, int], list[bytes]] = {}

    def append(self, leaf_hashes: Sequence[bytes]) -> dict[str, bytes]:
        """Plan: the objects to write so that the tree of size + len(leaf_hashes) can be read.

        Writes nothing and leaves the size as it is. Every object is write-once: partial tiles
        have their width in their name. Write them only for sizes that get a checkpoint.
        """
        planned: dict[str, bytes] = {}
        level, start, fresh = 0, self.size, list(leaf_hashes)
        while fresh:
            first, filled = divmod(start, WIDTH)
            hashes = (self._tile(level, first, filled) if filled else []) + fresh
            fresh = []
            for offset in range(0, len(hashes), WIDTH):
                tile = hashes[offset : offset + WIDTH]
                planned[tile_key(level, first + offset // WIDTH, len(tile))] = b"".join(tile)
                if len(tile) == WIDTH:
                    fresh.append(_fold(tile))
            level, start = level + 1, start // WIDTH
        return planned

    def root(self, size: int | None = None) -> bytes:
        """Root of the first `size` leaves (RFC 9162, section 2.1.1). Raises MissingTileError."""
        return self._hash(0, self._bounded(size))

    def leaf(self, index: int) -> bytes:
        """Hash of a leaf. Raises ValueError for an index outside the log, MissingTileError."""
        if not 0 <= index < self.size:
            raise ValueError(f"entry {index} is not in a tree of {self.size}")
        return self._hash(index, index + 1)

    def leaf_tiles(self) -> Iterator[tuple[str, bytes]]:
        """Key and bytes of each tile of level 0: from them the root at every size follows."""
        for index in range((self.size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, self.size - index * WIDTH)
            yield tile_key(0, index, width), b"".join(self._tile(0, index, width))

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Proof that leaf `index` is in the tree of `size` leaves (RFC 9162, section 2.1.3.1).

        Raises ValueError for an index outside of it, MissingTileError.
        """
        size = self._bounded(size)
        if not 0 <= index < size:
            raise ValueError(f"entry {index} is not in a tree of {size}")
        proof: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + split(high - low)
            if index < middle:
                proof.append(self._hash(middle, high))
                high = middle
            else:
                proof.append(self._hash(low, middle))
                low = middle
        return proof[::-1]

    def consistency(self, old_size: int, new_size: int | None = None) -> list[bytes]:
        """Proof that the old tree is a prefix of the new one (RFC 9162, section 2.1.4.1).

        Raises ValueError for sizes out of order, MissingTileError.
        """
        new_size = self._bounded(new_size)
        if not 0 <= old_size <= new_size:
            raise ValueError(f"a tree of {old_size} is no prefix of a tree of {new_size}")
        if old_size in {0, new_size}:
            return []
        proof: list[bytes] = []
        low, high, whole = 0, new_size, True
        while old_size != high:
            middle = low + split(high - low)
            if old_size <= middle:
                proof.append(self._hash(middle, high))
                high = middle
            else:
                proof.append(self._hash(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._hash(low, high)]) + proof[::-1]

    def _bounded(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"the log has {self.size} entries, not {size}")
        return size

    def _hash(self, low: int, high: int) -> bytes:
        """Hash of the leaves low to high, aligned as the recursion of RFC 9162 makes them."""
        width = high - low
        if width == 0:
            return EMPTY_ROOT
        if width & (width - 1) == 0:
            return self._perfect(low, width)
        middle = low + split(width)
        return node_hash(self._hash(low, middle), self._hash(middle, high))

    def _perfect(self, low: int, width: int) -> bytes:
        level = 0
        while width >= WIDTH:
            level, low, width = level + 1, low // WIDTH, width // WIDTH
        index, offset = divmod(low, WIDTH)
        filled = min(WIDTH, (self.size >> (8 * level)) - index * WIDTH)
        return _fold(self._tile(level, index, filled)[offset : offset + width])

    def _tile(self, level: int, index: int, width: int) -> list[bytes]:
        place = (level, index, width)
        tile = self._cache.get(place)
        if tile is None:
            tile = self._read(level, index, width)
            if len(self._cache) >= _CACHED_TILES:
                self._cache.clear()
            self._cache[place] = tile
        return tile

    def _read(self, level: int, index: int, width: int) -> list[bytes]:
        key = tile_key(level, index, width)
        data = self._reader.get(key)
        if data is None and width < WIDTH:
            data = self._reader.get(tile_key(level, index))  # once full, the full tile will do
        if data is None or len(data) < width * _HASH:
            raise MissingTileError(key)
        return [data[at : at + _HASH] for at in range(0, width * _HASH, _HASH)]


class PlannedTiles:
    """Tiles as they will be once a plan is written."""

    def __init__(self, plan: Mapping[str, bytes], behind: TileReader) -> None:
        self._plan = plan
        self._behind = behind

    def get(self, key: str) -> bytes | None:
        """The planned object, or the one already there."""
        return self._plan[key] if key in self._plan else self._behind.get(key)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Root of a perfect subtree."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]
