from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.audit.logkey import COSIGNER_KEY, LogKey, key_id, read_vkey, write_vkey
from desktop.audit.note import (
    Checkpoint,
    cosign,
    cosigned_at,
    open_note,
    origin_of,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from desktop.errors import InputError

# golang.org/x/mod/sumdb/note: the key and the note of its documentation.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
MARK = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n— PeterNeumann {MARK}\n"

VAULT = bytes(range(16))
KEY = LogKey(VAULT, bytes(range(32)))
POINT = Checkpoint(origin_of(VAULT), 4711, bytes(reversed(range(32))))
OFFICER = f"officer.sealwell.local/{'ab' * 16}"
PRIVATE = b"o" * 32
PUBLIC = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
WHEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def refusal(note: str, vkey: str) -> str:
    try:
        read_checkpoint(note, vkey)
    except InputError as error:
        return error.code
    return "ok"


def test_the_note_of_the_golang_documentation_opens() -> None:
    name, public = read_vkey(VKEY)
    assert key_id(name, public).hex() == "c74f20a3"
    assert base64.b64decode(MARK)[:4].hex() == "c74f20a3"
    assert open_note(NOTE, VKEY) == TEXT


def test_a_checkpoint_has_the_form_of_c2sp_and_comes_back() -> None:
    note = sign_checkpoint(KEY, POINT)
    origin, size, root, blank, mark, end = note.split("\n")
    assert origin == f"sealwell.local/{VAULT.hex()}/audit"
    assert (size, blank, end) == ("4711", "", "")
    assert base64.b64decode(root) == POINT.root
    assert mark.startswith(f"— sealwell.local/{VAULT.hex()} ")
    assert read_checkpoint(note, KEY.vkey) == POINT


def test_openssl_agrees_with_the_signature(tmp_path: Path) -> None:
    note = sign_checkpoint(KEY, POINT)
    (tmp_path / "msg").write_bytes(POINT.text().encode())
    (tmp_path / "sig").write_bytes(base64.b64decode(note.split(" ")[-1])[4:])
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + KEY.public)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    subprocess.run([*command, "-in", "msg", "-sigfile", "sig"], cwd=tmp_path, capture_output=True, check=True)


def test_any_changed_character_is_refused() -> None:
    note = sign_checkpoint(KEY, POINT)
    for spot, was in enumerate(note):
        changed = note[:spot] + ("A" if was != "A" else "B") + note[spot + 1 :]
        assert refusal(changed, KEY.vkey) in ("checkpoint-forged", "checkpoint-unreadable"), spot


@pytest.mark.parametrize(
    "note",
    ["", "\n\n", "a\n", TEXT, NOTE[:-1], NOTE + "\n", NOTE.replace("— ", "- "), NOTE.replace("nAM=", "nAN=")],
)
def test_what_is_no_signed_note_is_said_to_be_none(note: str) -> None:
    with pytest.raises(InputError, match="checkpoint-unreadable"):
        open_note(note, VKEY)


def test_a_note_of_another_key_is_forged() -> None:
    assert refusal(sign_checkpoint(KEY, POINT), LogKey(VAULT, b"z" * 32).vkey) == "checkpoint-forged"


@pytest.mark.parametrize(
    "text",
    [
        "o\n01\n" + "A" * 43 + "=\n",
        "o\n1\n" + "A" * 43 + "B\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n1\n" + "A" * 43 + "=\nmore\n",
        "\n1\n" + "A" * 43 + "=\n",
        "o\n1\nAAAA\n",
        "o\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
        "o\n²\n" + "A" * 43 + "=\n",
    ],
)
def test_three_lines_of_another_form_are_no_checkpoint(text: str) -> None:
    with pytest.raises(InputError, match="checkpoint-unreadable"):
        parse_checkpoint(text)


def test_the_officer_countersigns_with_a_time() -> None:
    vkey = write_vkey(OFFICER, PUBLIC, COSIGNER_KEY)
    note = cosign(sign_checkpoint(KEY, POINT), OFFICER, PRIVATE, WHEN)
    assert read_checkpoint(note, KEY.vkey) == POINT, "the log's own signature still counts"
    assert cosigned_at(note, vkey) == WHEN
    blob = base64.b64decode(note.splitlines()[-1].split(" ")[-1])
    message = f"cosignature/v1\ntime {int(WHEN.timestamp())}\n{POINT.text()}".encode()
    assert blob[4:12] == int(WHEN.timestamp()).to_bytes(8, "big")
    Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().verify(blob[12:], message)


def test_a_countersignature_of_another_time_or_key_does_not_count() -> None:
    vkey = write_vkey(OFFICER, PUBLIC, COSIGNER_KEY)
    note = cosign(sign_checkpoint(KEY, POINT), OFFICER, PRIVATE, WHEN)
    *head, last = note.splitlines(keepends=True)
    blob = bytearray(base64.b64decode(last.split(" ")[-1]))
    blob[11] ^= 1
    moved = "".join(head) + f"— {OFFICER} {base64.b64encode(blob).decode()}\n"
    for wrong, key in ((moved, vkey), (note, write_vkey(OFFICER, KEY.public, COSIGNER_KEY))):
        with pytest.raises(InputError, match="checkpoint-forged"):
            cosigned_at(wrong, key)
    with pytest.raises(InputError, match="verifier-key-unreadable"):
        cosigned_at(note, KEY.vkey)


def test_a_verifier_key_of_another_spelling_is_refused() -> None:
    name, public = read_vkey(VKEY)
    assert write_vkey(name, public) == VKEY
    for wrong in (VKEY[:-1], VKEY.replace("c74f20a3", "c74f20a4"), "PeterNeumann", "", VKEY + "="):
        with pytest.raises(InputError, match="verifier-key-unreadable"):
            read_vkey(wrong)
