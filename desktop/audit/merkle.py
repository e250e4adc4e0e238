"""The Merkle tree over the log's leaf hashes (RFC 6962, section 2.1), and its proofs.

The chain's hash of a record is already the leaf hash `SHA-256(0x00 || bytes)`; an inner
node is `SHA-256(0x01 || left || right)`. Hashes are 32 raw bytes here. A `Range` holds
O(log n) of them, whatever it covers, so that a log of a million records is rooted, proved
and exported in flat memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH = 32
"""Bytes of a leaf hash and of every node."""
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Range:
    """Neighbouring leaves from `start` on, as the roots of the fewest whole subtrees that cover them.

    From 0 on these are the tree's frontier. A range further on can be handed to somebody
    who must not see its leaves: appended to a frontier, it leads to the same root.
    """

    def __init__(self, start: int = 0, nodes: Iterable[tuple[int, bytes]] = ()) -> None:
        self.start = start
        self._nodes: list[tuple[int, bytes]] = []
        self._stop = start
        for size, hashed in nodes:
            self.append(hashed, size)

    @property
    def stop(self) -> int:
        """The number of the first leaf behind it; of a frontier, the tree's size."""
        return self._stop

    @property
    def nodes(self) -> tuple[tuple[int, bytes], ...]:
        """Leaves below, and hash, of each subtree from left to right."""
        return tuple(self._nodes)

    def append(self, hashed: bytes, size: int = 1) -> None:
        """Add the next leaf, or the root of the next subtree of `size` leaves.

        Raises ValueError for a hash of another length, or a subtree that cannot stand there.
        """
        if len(hashed) != HASH or size < 1 or size & (size - 1) or self._stop % size:
            raise ValueError("no subtree for this place")
        nodes = self._nodes
        self._stop += size
        while nodes and nodes[-1][0] == size and self._stop % (2 * size) == 0:
            hashed = node(nodes.pop()[1], hashed)
            size *= 2
        nodes.append((size, hashed))

    def extend(self, following: Range) -> None:
        """Add the range that begins where this one ends."""
        for size, hashed in following.nodes:
            self.append(hashed, size)

    def root(self) -> bytes:
        """The tree's root; only a range from 0 on has one."""
        if self.start:
            raise ValueError("a range inside the tree has no root")
        return _fold([hashed for _, hashed in self._nodes]) if self._nodes else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """The hashes in a row; together with `stop` they are the whole frontier."""
        return b"".join(hashed for _, hashed in self._nodes)


def frontier(size: int, kept: bytes) -> Range:
    """The frontier of a tree of `size` leaves from `Range.to_bytes`; ValueError where they disagree."""
    sizes = cover(0, size)
    if len(kept) != HASH * len(sizes):
        raise ValueError("no frontier of this size")
    hashes = (kept[at : at + HASH] for at in range(0, len(kept), HASH))
    return Range(0, zip(sizes, hashes, strict=True))


def cover(start: int, stop: int) -> list[int]:
    """The sizes of the fewest whole subtrees that cover the leaves from `start` to before `stop`."""
    sizes = []
    while start < stop:
        size = start & -start or 1 << (stop - start).bit_length()
        while size > stop - start:
            size >>= 1
        sizes.append(size)
        start += size
    return sizes


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962."""
    tree = Range()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, leaves) of RFC 6962, from the leaf up. Raises ValueError outside the tree."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    return _path(leaves, index, 0, len(leaves))


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """PROOF(old, leaves) of RFC 6962; empty from nothing, and to the same size. ValueError outside."""
    if not 0 <= old <= len(leaves):
        raise ValueError("no such tree")
    if old in (0, len(leaves)):
        return []
    return _subproof(leaves, old, 0, len(leaves), whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], wanted: bytes) -> bool:
    """Whether `leaf` stands at `index` of the tree of `size` leaves with root `wanted`."""
    if not 0 <= index < size:
        return False
    hashed, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node(sibling, hashed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = node(hashed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == wanted


def verify_consistency(old: int, old_root: bytes, size: int, wanted: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves and root `wanted` begins with that of `old` and `old_root`."""
    if not 0 <= old <= size:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == size:
        return not proof and old_root == wanted
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    return bool(path) and _walk(old, size, path) == (old_root, wanted)


def _walk(old: int, size: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of both trees along `path`; None where it has the wrong length."""
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            before, after = node(sibling, before), node(sibling, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node(after, sibling)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else None


def _fold(hashes: list[bytes]) -> bytes:
    hashed = hashes[-1]
    for left in reversed(hashes[:-1]):
        hashed = node(left, hashed)
    return hashed


def _span_root(leaves: Sequence[bytes], start: int, stop: int) -> bytes:
    return root(leaves[start:stop])


def _split(start: int, stop: int) -> int:
    """Behind the largest power of two that is smaller than the number of leaves."""
    return start + (1 << (stop - start - 1).bit_length() - 1)


def _path(leaves: Sequence[bytes], index: int, start: int, stop: int) -> list[bytes]:
    if stop - start == 1:
        return []
    middle = _split(start, stop)
    if index < middle:
        return [*_path(leaves, index, start, middle), _span_root(leaves, middle, stop)]
    return [*_path(leaves, index, middle, stop), _span_root(leaves, start, middle)]


def _subproof(leaves: Sequence[bytes], old: int, start: int, stop: int, *, whole: bool) -> list[bytes]:
    if old == stop:
        return [] if whole else [_span_root(leaves, start, stop)]
    middle = _split(start, stop)
    if old <= middle:
        return [*_subproof(leaves, old, start, middle, whole=whole), _span_root(leaves, middle, stop)]
    return [*_subproof(leaves, old, middle, stop, whole=False), _span_root(leaves, start, middle)]
