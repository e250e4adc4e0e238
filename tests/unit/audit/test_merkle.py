from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.audit import merkle
from desktop.audit.chain import leaf_hash
from desktop.audit.merkle import EMPTY_ROOT, Range, cover, frontier

# The tree of eight entries that implementations of RFC 6962 share as their known answer.
ENTRIES = [bytes.fromhex(hexed) for hexed in ("", "00", "10", "2021", "3031", "40414243")]
ENTRIES += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [bytes.fromhex(leaf_hash(entry)) for entry in ENTRIES]


def leaves(count: int) -> list[bytes]:
    return [bytes.fromhex(leaf_hash(str(number).encode())) for number in range(count)]


def naive_root(parts: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word by word."""
    if not parts:
        return hashlib.sha256(b"").digest()
    if len(parts) == 1:
        return parts[0]
    k = 1
    while k * 2 < len(parts):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(parts[:k]) + naive_root(parts[k:])).digest()


def test_the_empty_tree_and_the_known_trees_have_their_roots() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root([]) == EMPTY_ROOT
    assert [merkle.root(LEAVES[: size + 1]).hex() for size in range(8)] == ROOTS


def test_the_known_inclusion_proofs() -> None:
    proof = merkle.inclusion_proof(LEAVES[:8], 5)
    assert [step.hex()[:8] for step in proof] == ["bc1a0643", "ca854ea1", "d37ee418"]
    assert merkle.inclusion_proof(LEAVES[:1], 0) == []
    assert [step.hex()[:8] for step in merkle.inclusion_proof(LEAVES[:3], 2)] == ["fac54203"]


def test_the_known_consistency_proof_from_six_to_eight() -> None:
    proof = merkle.consistency_proof(LEAVES, 6)
    assert [step.hex()[:8] for step in proof] == ["0ebc5d34", "ca854ea1", "d37ee418"]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 33])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert merkle.root(leaves(size)) == naive_root(leaves(size))


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_and_no_other_place_leaf_or_size_passes(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, wanted = merkle.inclusion_proof(tree, index), naive_root(tree)
    assert merkle.verify_inclusion(tree[index], index, size, proof, wanted)
    assert not merkle.verify_inclusion(EMPTY_ROOT, index, size, proof, wanted)
    assert not merkle.verify_inclusion(tree[index], index, size, [*proof, EMPTY_ROOT], wanted)
    assert not merkle.verify_inclusion(tree[index], index, size, proof[:-1], wanted) or not proof
    assert not merkle.verify_inclusion(tree[index], size, size, proof, wanted)
    if size > 1:
        assert not merkle.verify_inclusion(tree[index], (index + 1) % size, size, proof, wanted)


@given(st.integers(0, 70), st.data())
def test_an_older_tree_is_proved_to_be_the_beginning(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    old = data.draw(st.integers(0, size))
    proof, was, wanted = merkle.consistency_proof(tree, old), naive_root(tree[:old]), naive_root(tree)
    assert merkle.verify_consistency(old, was, size, wanted, proof)
    assert not merkle.verify_consistency(old, b"x" * 32, size, wanted, proof)
    assert not merkle.verify_consistency(size + 1, was, size, wanted, proof)
    assert not merkle.verify_consistency(old, was, size, wanted, [*proof, EMPTY_ROOT])
    if 0 < old < size:
        assert not merkle.verify_consistency(old, was, size, b"x" * 32, proof)
        assert not merkle.verify_consistency(old, was, size, wanted, proof[:-1])


@given(st.integers(0, 90), st.integers(0, 90))
def test_a_range_stands_for_its_leaves(one: int, other: int) -> None:
    start, stop = sorted((one, other))
    tree = leaves(stop + 3)
    left_out = Range(start)
    for leaf in tree[start:stop]:
        left_out.append(leaf)
    assert [size for size, _ in left_out.nodes] == cover(start, stop)
    assert len(left_out.nodes) <= 2 * max(1, (stop - start).bit_length())
    whole = Range()
    for leaf in tree[:start]:
        whole.append(leaf)
    whole.extend(left_out)
    for leaf in tree[stop:]:
        whole.append(leaf)
    assert whole.root() == naive_root(tree)
    assert frontier(whole.stop, whole.to_bytes()).root() == whole.root()


def test_what_cannot_stand_there_is_refused() -> None:
    with pytest.raises(ValueError, match="place"):
        Range(1).append(EMPTY_ROOT, 2)
    with pytest.raises(ValueError, match="place"):
        Range().append(EMPTY_ROOT, 3)
    with pytest.raises(ValueError, match="place"):
        Range().append(b"short")
    with pytest.raises(ValueError, match="no root"):
        Range(4).root()
    with pytest.raises(ValueError, match="no frontier"):
        frontier(3, EMPTY_ROOT)
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(LEAVES, 8)
    with pytest.raises(ValueError, match="no such tree"):
        merkle.consistency_proof(LEAVES, 9)
