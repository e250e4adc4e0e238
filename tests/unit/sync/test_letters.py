"""Only canonical octets and plain addresses reach a relay."""

from __future__ import annotations

import hashlib

import pytest

from desktop.sync.letters import address_fits, path, pieces, wire_fits


def fits(wire: bytes) -> bool:
    return wire_fits(wire, hashlib.sha256(wire).hexdigest())


def test_canonical_octets_fit() -> None:
    assert fits(b"Subject: x\r\n\r\ntext\r\n")
    assert fits(b"x" * 998 + b"\r\n")


@pytest.mark.parametrize(
    "wire",
    [
        b"bare\nlf\r\n",
        b"bare\rcr\r\n",
        b"smuggled\n.\nMAIL FROM:<x@example.org>\r\n",
        b"smuggled\r.\rMAIL\r\n",
        b"nul\x00\r\n",
        b"no end",
        b"x" * 999 + b"\r\n",
        b"",
    ],
)
def test_other_octets_do_not(wire: bytes) -> None:
    assert not fits(wire)


def test_altered_octets_do_not_fit_their_hash() -> None:
    frozen = hashlib.sha256(b"Room 4\r\n").hexdigest()
    assert not wire_fits(b"Room 5\r\n", frozen)


@pytest.mark.parametrize("address", ["a@example.org", "o'hara+tag@mail.example.org", '"odd"@example.org'])
def test_usual_addresses_fit(address: str) -> None:
    assert address_fits(address)
    assert path(address) == address.encode()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@example.org> NOTIFY=NEVER",
        "a@example.org\r\nRCPT TO:<b@example.org",
        "a b@example.org",
        "<a@example.org>",
        "josé@example.org",
        "a\x7f@example.org",
        "x" * 65 + "@example.org",
        "a@" + "x" * 260 + ".org",
    ],
)
def test_other_addresses_do_not(address: str) -> None:
    assert not address_fits(address)
    with pytest.raises(ValueError, match="not an address"):
        path(address)


@pytest.mark.parametrize("length", [1, 65_535, 65_536, 65_537, 131_072, 200_000])
def test_pieces_are_the_whole_and_the_last_is_never_empty(length: int) -> None:
    wire = b"x" * (length - 1) + b"\n"
    first, last = pieces(wire)
    assert b"".join(first) + last == wire
    assert last


def test_dots_are_stuffed_once_at_line_starts_only() -> None:
    first, last = pieces(b".a\r\n..b\r\nc.d\r\n.\r\n")
    assert (first, last) == ([], b"..a\r\n...b\r\nc.d\r\n..\r\n")
