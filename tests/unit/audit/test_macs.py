from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop.audit.macs import FirstKey, MacKeys, key_after, mac_of, next_key, open_first_key
from desktop.crypto.sealedbox import new_box_keys
from desktop.errors import VaultError
from desktop.locks import held

WRAP, VAULT, OFFICER = b"w" * 32, b"v" * 16, new_box_keys()
LEAF = hashlib.sha256(b"\0record").hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "practice.mac"


def keys(path: Path, wrap: bytes = WRAP, vault: bytes = VAULT) -> MacKeys:
    return MacKeys(path, wrap, vault)


def code(call: object) -> str:
    with pytest.raises(VaultError) as raised:
        call()  # type: ignore[operator]
    return raised.value.code


def test_a_mark_is_an_hmac_over_the_leaf_hash() -> None:
    assert mac_of(b"k" * 32, LEAF) == hmac.new(b"k" * 32, bytes.fromhex(LEAF), hashlib.sha256).digest()


def test_openssl_takes_the_same_step() -> None:
    # HKDF-SHA256 of another make (RFC 5869): no salt is 32 zero bytes.
    settings = ["-kdfopt", "digest:SHA256", "-kdfopt", f"hexkey:{(b'k' * 32).hex()}"]
    info = f"hexinfo:{b'sealwell/audit-mac/next'.hex()}"
    command = ["openssl", "kdf", "-keylen", "32", *settings, "-kdfopt", info, "-binary", "HKDF"]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout
    assert next_key(b"k" * 32) == theirs
    assert key_after(b"k" * 32, 3) == next_key(next_key(theirs))


def test_the_officer_alone_opens_the_first_key(path: Path) -> None:
    ours = keys(path)
    sealed = ours.start(7, OFFICER.public)
    first = open_first_key(OFFICER.private, sealed)
    assert (first.first, first.key) == (7, ours.at(0))
    assert first.words() == f"7:{ours.at(0).hex()}"
    assert first.key.hex() not in repr(first)
    assert code(lambda: open_first_key(new_box_keys().private, sealed)) == "sealed-damaged"


def test_another_process_reads_the_key_of_the_step(path: Path) -> None:
    one = keys(path)
    one.start(1, OFFICER.public)
    two = keys(path)
    two.load()
    assert (two.first, two.at(0)) == (1, one.at(0))
    one.keep(2)
    three = keys(path)
    three.load()
    assert three.at(2) == two.at(2) == one.at(2)


def test_a_key_before_the_step_is_gone(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    before = path.read_bytes()
    ours.keep(1)
    assert path.read_bytes() != before
    assert code(lambda: ours.at(0)) == "log-key-ahead"
    later = keys(path)
    later.load()
    assert code(lambda: later.at(0)) == "log-key-ahead"


def test_a_transaction_that_is_undone_finds_its_key_again(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    before, after = ours.at(0), ours.at(1)
    assert after == next_key(before)
    assert ours.at(0) == before, "the checkpoint was undone"
    ours.at(2)
    assert ours.at(1) == after
    assert code(lambda: ours.at(0)) == "log-key-ahead"


def test_a_crash_between_commit_and_file_loses_nothing(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    wanted = ours.at(1)
    again = keys(path)
    again.load()
    assert again.at(1) == wanted, "the older key leads to the right one"
    again.keep(1)
    kept = path.read_bytes()
    ours.keep(1)
    assert path.read_bytes() == kept, "what is there already is not written again"


def test_a_new_beginning_replaces_the_key(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    ours.keep(5)
    ours.start(90, OFFICER.public)
    again = keys(path)
    again.load()
    assert (again.first, again.at(0)) == (90, ours.at(0))


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff", b'{"v":1}', b"[" * 9999])
def test_a_missing_or_damaged_file_is_said_to_be_so(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert code(keys(path).load) == "mac-key-damaged"


def test_every_flipped_bit_another_key_and_another_vault_are_refused(path: Path) -> None:
    keys(path).start(1, OFFICER.public)
    data = path.read_bytes()
    assert code(keys(path, wrap=b"x" * 32).load) == "mac-key-damaged"
    assert code(keys(path, vault=b"x" * 16).load) == "mac-key-damaged"
    for spot in range(len(data) - 1):
        changed = bytearray(data)
        changed[spot] ^= 1 << spot % 8
        path.write_bytes(bytes(changed))
        assert code(keys(path).load) == "mac-key-damaged", spot


def test_the_file_never_holds_the_key_in_clear(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    data = path.read_bytes()
    assert ours.at(0) not in data
    assert ours.at(0).hex().encode() not in data
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_process_that_steps_waits_for_the_one_that_holds_the_lock(path: Path) -> None:
    ours = keys(path)
    ours.start(1, OFFICER.public)
    with ThreadPoolExecutor(1) as pool:
        with held(path):
            stepping = pool.submit(ours.keep, 1)
            with pytest.raises(TimeoutError):
                stepping.result(0.1)
        stepping.result(5)
    assert keys_at(path) == 1


def keys_at(path: Path) -> int:
    return int(json.loads(path.read_bytes())["step"])


def test_a_first_key_names_where_it_begins() -> None:
    assert FirstKey(12, bytes(32)).words() == "12:" + "00" * 32
