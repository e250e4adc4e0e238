"""What pysequoia seals, opened by a real gpg."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pysequoia.packet import PacketPile, Tag

from desktop.crypto import openpgp_seal
from desktop.crypto.keyrecord import KeyFacts
from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.openpgp_seal import OpenPgpSealer, inspect_openpgp
from desktop.errors import InputError

if TYPE_CHECKING:
    from tests.support.gpg import Correspondents

NOW = datetime.fromtimestamp(4_000_000_000, UTC)
LETTER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMartes, 14:30 \xe2\x9c\x93\r\n"


class FixedClock:
    """A clock that stands still, by itself."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def set(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def mono(self) -> float:
        return 0.0

    def boot_id(self) -> str:
        return "boot"


@pytest.fixture(scope="module")
def own(people: Correspondents) -> OwnKey:
    with OwnKeyring() as ring:
        key = ring.make_key("Practice", "front@practice.example")
    people.run("--import", data=key.public)
    return key


@pytest.fixture(scope="module")
def sealer(own: OwnKey) -> OpenPgpSealer:
    return OpenPgpSealer(own.secret, FixedClock())


def facts_of(people: Correspondents, who: str, *kind: str) -> KeyFacts:
    return inspect_openpgp(people.public(people.make(who, *kind)), NOW)


@pytest.mark.parametrize("algorithm", ["future-default", "default"])
def test_gpg_opens_and_verifies_what_was_sealed(
    people: Correspondents, own: OwnKey, sealer: OpenPgpSealer, algorithm: str
) -> None:
    facts = facts_of(people, f"Maria <{algorithm}@example.org>", algorithm)
    message = sealer.seal(LETTER, facts.data, facts.fingerprint)
    assert message.startswith(b"-----BEGIN PGP MESSAGE-----\n")
    plain, status = people.open(message)
    assert plain == LETTER
    assert "[GNUPG:] DECRYPTION_OKAY" in status
    assert "[GNUPG:] GOODMDC" in status
    signer = next(line.split() for line in status if "VALIDSIG" in line)
    assert signer[-1] == own.fingerprint


def test_gpg_opens_whatever_the_length(people: Correspondents, sealer: OpenPgpSealer) -> None:
    facts = facts_of(people, "Length <length@example.org>")
    for length in range(40):
        _, status = people.open(sealer.seal(b"x" * length, facts.data, facts.fingerprint))
        assert "[GNUPG:] DECRYPTION_OKAY" in status, (length, status)


def test_only_the_recipient_is_a_recipient(people: Correspondents, sealer: OpenPgpSealer) -> None:
    facts = facts_of(people, "Only <only@example.org>")
    _, status = people.open(sealer.seal(LETTER, facts.data, facts.fingerprint))
    assert [line.split()[1] for line in status if "ENC_TO" in line] == ["ENC_TO"]


def test_the_same_signer_seals_message_after_message(people: Correspondents, sealer: OpenPgpSealer) -> None:
    facts = facts_of(people, "Many <many@example.org>")
    messages = {sealer.seal(LETTER, facts.data, facts.fingerprint) for _ in range(20)}
    assert len(messages) == 20
    assert all(people.open(message)[0] == LETTER for message in sorted(messages)[:3])


def test_spaces_and_case_of_a_fingerprint_do_not_matter(
    people: Correspondents, sealer: OpenPgpSealer
) -> None:
    facts = facts_of(people, "Spaces <spaces@example.org>")
    shown = " ".join(facts.fingerprint.lower()[i : i + 4] for i in range(0, 40, 4))
    assert people.open(sealer.seal(LETTER, facts.data, shown))[0] == LETTER


def test_another_or_a_shortened_fingerprint_is_refused(people: Correspondents, sealer: OpenPgpSealer) -> None:
    facts = facts_of(people, "Short <short@example.org>")
    for wrong in (facts.fingerprint[-16:], facts.fingerprint[:39] + "?", "", "0" * 40, "short@example.org"):
        with pytest.raises(InputError, match="key-mismatch"):
            sealer.seal(LETTER, facts.data, wrong)


def test_a_key_that_ends_between_import_and_sealing_is_refused(people: Correspondents, own: OwnKey) -> None:
    key = people.public(
        people.make("Ends <ends@example.org>", "future-default", "default", "20301231T000000")
    )
    facts = inspect_openpgp(key, datetime(2030, 1, 1, tzinfo=UTC))
    assert facts.usable
    before = OpenPgpSealer(own.secret, FixedClock(datetime(2030, 12, 30, tzinfo=UTC)))
    after = OpenPgpSealer(own.secret, FixedClock(datetime(2031, 1, 1, tzinfo=UTC)))
    assert before.seal(LETTER, facts.data, facts.fingerprint)
    with pytest.raises(InputError, match="key-unusable") as refused:
        after.seal(LETTER, facts.data, facts.fingerprint)
    assert refused.value.params == {"reason": "expired"}


def test_a_subkey_that_ends_between_two_messages_gets_no_second_one(
    people: Correspondents, own: OwnKey
) -> None:
    key = people.make("Turns <turns@example.org>", "ed25519", "default")
    for end in ("20301231T000000", "20351231T000000"):
        people.run("--quick-add-key", key, "cv25519", "encr", end)
    clock = FixedClock(datetime(2030, 12, 30, tzinfo=UTC))
    sealer = OpenPgpSealer(own.secret, clock)
    recipient = people.public(key)

    def readers() -> int:
        tags = [packet.tag for packet in PacketPile.from_bytes(sealer.seal(LETTER, recipient, key))]
        return tags.count(Tag.PKESK)

    assert (readers(), readers()) == (2, 2)
    clock.set(datetime(2030, 12, 31, 12, tzinfo=UTC))
    assert readers() == 1
    clock.set(datetime(2036, 1, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="key-unusable"):
        readers()
    clock.set(datetime(2030, 12, 30, tzinfo=UTC))
    assert readers() == 2


def test_a_key_is_no_longer_known_after_five_hundred_others(
    people: Correspondents, own: OwnKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openpgp_seal, "MOST_KNOWN", 2)
    sealer = OpenPgpSealer(own.secret, FixedClock())
    made = [facts_of(people, f"Known <known{n}@example.org>") for n in range(3)]
    for facts in made * 2:
        assert people.open(sealer.seal(LETTER, facts.data, facts.fingerprint))[0] == LETTER
        assert len(sealer._known) <= 2


def test_a_revoked_key_is_refused_although_pysequoia_would_seal_to_it(
    people: Correspondents, sealer: OpenPgpSealer
) -> None:
    key = people.make("Revoked <revoked@example.org>")
    prepared = (people.home / "openpgp-revocs.d" / f"{key}.rev").read_bytes().replace(b":-----", b"-----")
    people.run("--import", data=prepared)
    with pytest.raises(InputError, match="key-unusable") as refused:
        sealer.seal(LETTER, people.public(key), key)
    assert refused.value.params == {"reason": "revoked"}


def test_nothing_of_the_letter_is_outside(people: Correspondents, sealer: OpenPgpSealer) -> None:
    facts = facts_of(people, "Outside <outside@example.org>")
    message = sealer.seal(b"Maria Lopez" * 50, facts.data, facts.fingerprint)
    assert [p.tag for p in PacketPile.from_bytes(message)] == [Tag.PKESK, Tag.SEIP]
    assert b"Maria" not in message
