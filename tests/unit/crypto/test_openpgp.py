"""The practice's own key ring, on a real gpg with an agent."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.openpgp_home import PREFIX, GpgHome, sweep
from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.errors import InputError, SealwellError, VaultError

if TYPE_CHECKING:
    from tests.support.gpg import Correspondents

PRACTICE = "front@practice.example"
LETTER = b"Content-Type: text/plain\r\n\r\nSee you on Tuesday.\r\n"


@pytest.fixture(scope="module")
def ring() -> Iterator[OwnKeyring]:
    with OwnKeyring() as keyring:
        yield keyring


@pytest.fixture(scope="module")
def own(ring: OwnKeyring, people: Correspondents) -> OwnKey:
    key = ring.make_key("Practice", PRACTICE)
    people.run("--import", data=key.public)
    return key


@pytest.fixture(scope="module")
def maria(people: Correspondents) -> str:
    return people.make("Maria Lopez <maria@example.org>")


def sealed_by_gpg(people: Correspondents, own: OwnKey, *options: str) -> bytes:
    return people.run("-r", own.fingerprint, "--armor", *options, "--encrypt", data=LETTER).stdout


def test_the_own_key_is_ed25519_with_a_cv25519_subkey_and_no_end(people: Correspondents, own: OwnKey) -> None:
    listed = people.run("--with-colons", "--list-keys", own.fingerprint).stdout.decode().splitlines()
    rows = [line.split(":") for line in listed]
    curves = [
        (row[0], row[16], row[11].lower().strip("c"), row[6]) for row in rows if row[0] in ("pub", "sub")
    ]
    assert [(kind, curve, end) for kind, curve, _, end in curves] == [
        ("pub", "ed25519", ""),
        ("sub", "cv25519", ""),
    ]
    assert [row[9] for row in rows if row[0] == "uid"] == [f"Practice <{PRACTICE}>"]


def test_what_gpg_seals_and_signs_is_opened_and_verified(
    ring: OwnKeyring, people: Correspondents, own: OwnKey, maria: str
) -> None:
    message = sealed_by_gpg(people, own, "--local-user", maria, "--sign")
    opened = ring.decrypt(message, (people.public(maria),))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, maria, True)


def test_a_signature_by_somebody_unknown_is_not_valid(
    ring: OwnKeyring, people: Correspondents, own: OwnKey, maria: str
) -> None:
    opened = ring.decrypt(sealed_by_gpg(people, own, "--local-user", maria, "--sign"))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, maria, False)


def test_an_unsigned_message_has_no_signer(ring: OwnKeyring, people: Correspondents, own: OwnKey) -> None:
    opened = ring.decrypt(sealed_by_gpg(people, own))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, None, False)


def test_a_senders_key_counts_for_one_call_only(
    ring: OwnKeyring, people: Correspondents, own: OwnKey, maria: str
) -> None:
    message = sealed_by_gpg(people, own, "--local-user", maria, "--sign")
    assert ring.decrypt(message, (people.public(maria),)).valid
    assert not ring.decrypt(message).valid


def test_an_expired_signer_is_not_valid(ring: OwnKeyring, people: Correspondents, own: OwnKey) -> None:
    past = ("--faked-system-time", "20200101T000000", "--ignore-time-conflict", "--ignore-valid-from")
    signer = people.make("Past <past@example.org>", "ed25519", "sign", "1y", *past)
    message = sealed_by_gpg(people, own, *past, "--local-user", signer, "--sign")
    opened = ring.decrypt(message, (people.public(signer),))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, signer, False)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "noise", "other", "signed", "no-mdc"])
def test_nothing_is_released_from_a_message_that_is_not_whole(
    ring: OwnKeyring, people: Correspondents, own: OwnKey, maria: str, damage: str
) -> None:
    binary = people.run("-r", own.fingerprint, "--encrypt", data=LETTER * 40).stdout
    messages = {
        "cut": binary[:-30],
        "flip": binary[:-40] + bytes([binary[-40] ^ 1]) + binary[-39:],
        "empty": b"",
        "noise": b"hello",
        "other": people.run("-r", maria, "--encrypt", data=LETTER).stdout,
        "signed": people.run("--local-user", maria, "--sign", data=LETTER).stdout,
        "no-mdc": people.run(
            "-r", own.fingerprint, "--rfc2440", "--disable-mdc", "--encrypt", data=LETTER
        ).stdout,
    }
    with pytest.raises(InputError, match="message-unopenable"):
        ring.decrypt(messages[damage])


def test_a_message_that_unpacks_to_too_much_is_refused(
    ring: OwnKeyring, people: Correspondents, own: OwnKey
) -> None:
    message = people.run("-r", own.fingerprint, "--encrypt", data=bytes(65 * 1024 * 1024)).stdout
    with pytest.raises(InputError, match="message-unopenable"):
        ring.decrypt(message)


def test_the_exported_key_opens_mail_in_a_new_ring(people: Correspondents, own: OwnKey) -> None:
    message = sealed_by_gpg(people, own)
    with OwnKeyring() as later:
        assert later.open(own.secret) == own.fingerprint
        assert later.open(own.secret) == own.fingerprint
        assert later.decrypt(message).data == LETTER


def test_a_damaged_own_key_is_named(own: OwnKey) -> None:
    with OwnKeyring() as ring:
        for secret in (b"", own.secret[:60], own.public):
            with pytest.raises(VaultError, match="own-key-damaged"):
                ring.open(secret)
    for secret in (b"", own.secret[:60], own.public):
        with pytest.raises(VaultError, match="own-key-damaged"):
            OpenPgpSealer(secret)


@pytest.mark.parametrize("address", ["front", f"{PRACTICE}\n%commit", "<a@example.org>", ""])
def test_an_incomplete_address_is_refused(ring: OwnKeyring, address: str) -> None:
    with pytest.raises(InputError, match="address-wrong"):
        ring.make_key("Practice", address)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dr. Ñáñez & Sons (Dental)", "Dr. Ñáñez & Sons Dental"),
        ("Practice <evil@example.org>", "Practice evil example.org"),
        ("3rd Street", "3rd Street"),
        ("A", "A"),
        ("\r\n", "front"),
    ],
)
def test_every_name_makes_a_key_that_names_the_practice_alone(
    ring: OwnKeyring, people: Correspondents, name: str, shown: str
) -> None:
    key = ring.make_key(name, PRACTICE)
    people.run("--import", data=key.public)
    listed = people.run("--with-colons", "--list-keys", key.fingerprint).stdout.decode()
    assert [row.split(":")[9] for row in listed.splitlines() if row.startswith("uid")] == [
        f"{shown} <{PRACTICE}>"
    ]


def test_a_line_break_in_the_name_commands_nothing(ring: OwnKeyring, people: Correspondents) -> None:
    key = ring.make_key("Clínica\n%no-protection\nExpire-Date: 1", "eñe@practice.example".replace("ñ", "n"))
    people.run("--import", data=key.public)
    listed = people.run("--with-colons", "--list-keys", key.fingerprint).stdout.decode()
    assert "Clínica %no-protection Expire-Date: 1 <ene@practice.example>" in listed.replace("\\x3a", ":")


def test_the_home_is_private_short_and_gone_with_its_agent_afterwards(own: OwnKey) -> None:
    ring = OwnKeyring()
    home = ring._home.path
    ring.open(own.secret)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert len(os.fsencode(home)) < 80
    asked = ["gpg-connect-agent", "--no-autostart", "--homedir", str(home), "getinfo pid", "/bye"]
    answer = subprocess.run(asked, capture_output=True, check=True, timeout=30).stdout.decode()
    agent = int(answer.split()[1])
    assert Path(f"/proc/{agent}").exists()
    ring.close()
    ring.close()
    assert not home.exists()
    assert ended(agent)


def ended(process: int) -> bool:
    """Whether it is gone, or a zombie, within five seconds."""
    status = Path(f"/proc/{process}/status")
    for _ in range(100):
        try:
            if "State:\tZ" in status.read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def short() -> Iterator[Path]:
    """pytest's own folders are too deep for gpg's sockets."""
    folder = Path(tempfile.mkdtemp(prefix="swt-"))
    yield folder
    shutil.rmtree(folder)


def test_a_runtime_folder_too_deep_for_a_socket_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    home = GpgHome()
    assert deep not in home.path.parents
    home.close()


def test_a_home_left_by_a_crash_is_removed_and_one_in_use_is_not(short: Path) -> None:
    in_use = GpgHome(short)
    left = GpgHome(short)
    assert left._alive is not None
    os.close(left._alive)
    left._alive = None
    (left.path / "private-keys-v1.d").mkdir()
    assert sweep(short) == 1
    assert [path.name for path in short.iterdir()] == [in_use.path.name]
    assert in_use.path.name.startswith(PREFIX)
    in_use.close()


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    with pytest.raises(SealwellError, match="gpg-home-long"):
        GpgHome(deep)
    assert list(deep.iterdir()) == []


def test_a_missing_gpg_is_named_and_leaves_nothing(short: Path) -> None:
    with pytest.raises(SealwellError, match="gpg-missing"):
        OwnKeyring("gpg-that-is-not-there", short)
    assert list(short.iterdir()) == []


def test_a_gpg_that_does_not_run_is_named_and_leaves_nothing(short: Path) -> None:
    with pytest.raises(SealwellError, match="gpg-failed"):
        OwnKeyring("false", short)
    assert list(short.iterdir()) == []


def test_secrets_do_not_show_in_what_is_printed(
    ring: OwnKeyring, people: Correspondents, own: OwnKey
) -> None:
    opened = ring.decrypt(sealed_by_gpg(people, own))
    assert "Tuesday" not in repr(opened)
    assert repr(own) == f"OwnKey({own.fingerprint})"
