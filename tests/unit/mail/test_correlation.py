"""A message's own token stands where what comes back will show it, and nothing else does."""

from __future__ import annotations

import pytest

from desktop.mail import mime
from desktop.mail.correlation import HEADER, return_path, token_of, written
from desktop.mail.mime import Attachment
from desktop.models.delivery import RelaySending
from desktop.models.records import RelayId

TOKEN = "abcdefghijklmnopqrstuvwxyz"
SENDER = "office@clinic.example"
USE = RelaySending(RelayId("1" * 32), own_return_path=True, return_address="bounces@clinic.example")


def test_the_token_is_the_local_part_and_its_header_names_no_program() -> None:
    assert token_of(f"<{TOKEN}@clinic.example>") == TOKEN
    assert written(f"<{TOKEN}@clinic.example>") == ((HEADER, TOKEN),)
    assert "sealwell" not in HEADER.lower()


@pytest.mark.parametrize(
    "other", ["<x@y>", f"<{TOKEN}a@y>", "<>", f"<{TOKEN.upper()}@y>", f"<{TOKEN[:-1]}\n@y>"]
)
def test_what_is_no_token_is_not_written(other: str) -> None:
    assert written(other) == ()


@pytest.mark.parametrize(
    ("use", "path"),
    [
        (USE, f"bounces+{TOKEN}@clinic.example"),
        (RelaySending(RelayId("1" * 32), return_address="bounces@clinic.example"), SENDER),
        (RelaySending(RelayId("1" * 32), own_return_path=True), SENDER),
        (
            RelaySending(
                RelayId("1" * 32), own_return_path=True, return_address=f"{'b' * 40}@clinic.example"
            ),
            f"{'b' * 40}@clinic.example",
        ),
    ],
)
def test_the_return_path_bears_it_only_where_the_relay_allows_it(use: RelaySending, path: str) -> None:
    assert return_path(SENDER, use, TOKEN) == path


@pytest.mark.parametrize(
    "entity",
    [
        mime.text_entity("x", attachments=(Attachment("a.txt", b"a"),), token=TOKEN),
        mime.pgp_encrypted(b"-----BEGIN PGP MESSAGE-----\n", TOKEN),
        mime.with_file("x", "a.pdf", b"a", "application/pdf", TOKEN),
    ],
)
def test_the_outermost_boundary_is_the_token(entity: mime.Entity) -> None:
    wire = bytes(entity)
    assert f'boundary="=_{TOKEN}"'.encode() in wire
    assert wire.endswith(f"--=_{TOKEN}--\r\n".encode())


def test_an_inner_boundary_is_another() -> None:
    wire = bytes(mime.text_entity("x", "<p>x</p>", (Attachment("a.txt", b"a"),), token=TOKEN))
    assert wire.count(f'boundary="=_{TOKEN}"'.encode()) == 1
    assert wire.count(b"boundary=") == 2
