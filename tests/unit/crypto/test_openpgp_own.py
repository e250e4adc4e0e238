"""Rotating, reading with older keys, and revoking, judged by a real gpg."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pysequoia import Cert, Profile, Tsk

from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.crypto.openpgp_own import named, revocation_of, revoked_public
from desktop.errors import InputError, VaultError

if TYPE_CHECKING:
    from tests.support.gpg import Correspondents

ADDRESS = "front@practice.example"
NOW = datetime.fromtimestamp(4_000_000_000, UTC)
LETTER = b"See you on Tuesday.\r\n"


@pytest.fixture(scope="module")
def old() -> OwnKey:
    with OwnKeyring() as ring:
        return ring.make_key("Clínica Ñuñoa", ADDRESS)


@pytest.fixture(scope="module")
def new(old: OwnKey) -> OwnKey:
    with OwnKeyring() as ring:
        return ring.rotate(old.secret)


def sealed_to(people: Correspondents, key: OwnKey) -> bytes:
    people.run("--import", data=key.public)
    return people.run("-r", key.fingerprint, "--encrypt", data=LETTER).stdout


def test_a_rotated_key_is_another_one_for_the_same_name_and_address(old: OwnKey, new: OwnKey) -> None:
    assert new.fingerprint != old.fingerprint
    assert new.revocation != old.revocation
    assert named(new.secret) == named(old.secret) == ("Clínica Ñuñoa", ADDRESS)


def test_mail_to_the_older_key_is_read_beside_the_new_one(
    people: Correspondents, old: OwnKey, new: OwnKey
) -> None:
    to_old, to_new = sealed_to(people, old), sealed_to(people, new)
    with OwnKeyring() as ring:
        assert ring.open(new.secret, old.secret) == new.fingerprint
        assert ring.decrypt(to_old).data == ring.decrypt(to_new).data == LETTER


def test_without_the_older_key_its_mail_stays_shut(people: Correspondents, old: OwnKey, new: OwnKey) -> None:
    message = sealed_to(people, old)
    with OwnKeyring() as ring:
        ring.open(new.secret)
        with pytest.raises(InputError, match="message-unopenable"):
            ring.decrypt(message)


def test_an_older_key_that_is_damaged_is_named(old: OwnKey, new: OwnKey) -> None:
    with OwnKeyring() as ring, pytest.raises(VaultError, match="own-key-damaged"):
        ring.open(new.secret, old.secret[:50])


def test_the_revoked_key_is_refused_by_gpg_and_by_us(people: Correspondents, old: OwnKey) -> None:
    assert inspect_openpgp(old.public, NOW).usable
    revoked = revoked_public(old.public, old.revocation)
    assert inspect_openpgp(revoked, NOW).reason == "revoked"
    with OwnKeyring() as ring:
        key = ring.make_key("Ends", "ends@practice.example")
    people.run("--import", data=key.public)
    people.run("--import", data=revoked_public(key.public, key.revocation))
    listed = people.run("--with-colons", "--list-keys", key.fingerprint).stdout.decode()
    assert next(row.split(":")[1] for row in listed.splitlines() if row.startswith("pub")) == "r"
    assert people.run("-r", key.fingerprint, "--encrypt", data=LETTER, check=False).returncode != 0


def test_gpg_takes_the_revocation_by_itself(people: Correspondents) -> None:
    with OwnKeyring() as ring:
        key = ring.make_key("Alone", "alone@practice.example")
    people.run("--import", data=key.public)
    people.run("--import", data=key.revocation, check=False)  # it misses a trust database, not the key
    assert inspect_openpgp(people.public(key.fingerprint), NOW).reason == "revoked"


def test_what_the_revoked_key_could_read_it_still_reads(people: Correspondents, old: OwnKey) -> None:
    message = sealed_to(people, old)
    revoked_public(old.public, old.revocation)
    with OwnKeyring() as ring:
        ring.open(old.secret)
        assert ring.decrypt(message).data == LETTER


def test_a_key_without_a_kept_revocation_gets_one(old: OwnKey) -> None:
    revoked = revoked_public(old.public, revocation_of(old.secret))
    assert Cert.from_bytes(revoked).is_revoked


def test_anything_but_this_keys_revocation_is_refused(old: OwnKey, new: OwnKey) -> None:
    broken = old.revocation[:-9] + bytes([old.revocation[-9] ^ 1]) + old.revocation[-8:]
    wrong = (new.revocation, b"", b"hello", broken, old.revocation[:40], old.public, old.revocation * 2)
    for revocation in wrong:
        with pytest.raises(InputError, match="revocation-wrong"):
            revoked_public(old.public, revocation)
    for public in (b"", b"\x99", old.revocation, new.public):
        with pytest.raises(InputError, match="revocation-wrong"):
            revoked_public(public, old.revocation)


def test_a_damaged_secret_key_cannot_be_revoked_or_rotated(old: OwnKey) -> None:
    for secret in (b"", b"hello", old.public):
        with pytest.raises(VaultError, match="own-key-damaged"):
            revocation_of(secret)
        with OwnKeyring() as ring, pytest.raises(VaultError, match="own-key-damaged"):
            ring.rotate(secret)


def test_a_key_without_an_address_cannot_be_rotated() -> None:
    nobody = bytes(Tsk.generate("nobody at all", profile=Profile.RFC4880))
    with pytest.raises(VaultError, match="own-key-damaged"):
        named(nobody)
