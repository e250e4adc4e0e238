"""Settings, users, keys, cards, relays, leases, schedules, own keys: each comes back as kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.models import (
    cards,
    identities,
    keys,
    leases,
    relays,
    schedules,
    settings,
    users,
    vaultkeys,
)
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database
from desktop.models.ids import new_id
from desktop.models.records import (
    Baa,
    ForcedTls,
    Identity,
    KeyId,
    KeyKind,
    Lease,
    PasswordCard,
    PersonId,
    PublicKey,
    Relay,
    RelayId,
    Schedule,
)
from tests.support.kept import NOW, a_person, keep

LATER = NOW + timedelta(hours=1)
DAY = date(2026, 11, 24)


@pytest.fixture
def person(db: Database) -> PersonId:
    maria = a_person()
    keep(db, maria)
    return maria.id


def test_settings_and_vault_keys_are_replaced(db: Database) -> None:
    assert db.read(lambda tx: settings.get(tx, "zone")) is None
    assert db.read(lambda tx: vaultkeys.get(tx, "mid")) is None
    for text, value in (("Europe/Madrid", b"\x00\xff"), ("America/Denver", b"new")):
        db.write(lambda tx, text=text: settings.put(tx, "zone", text))  # type: ignore[misc]
        db.write(lambda tx, value=value: vaultkeys.put(tx, "mid", value))  # type: ignore[misc]
        assert db.read(lambda tx: settings.get(tx, "zone")) == text
        assert db.read(lambda tx: vaultkeys.get(tx, "mid")) == value


def test_users_are_known_by_name_whatever_its_case(db: Database) -> None:
    ana = User(UserId(new_id()), "Ána", Role.ADMINISTRATOR)
    bo = User(UserId(new_id()), "bo", Role.BILLING, disabled_at=NOW)
    db.write(lambda tx: users.add(tx, ana, "SECRET"))
    db.write(lambda tx: users.add(tx, bo, "OTHER"))
    assert db.read(lambda tx: users.by_name(tx, " áNA")) == ana
    assert db.read(lambda tx: users.by_name(tx, "ana")) is None
    assert db.read(lambda tx: users.get(tx, bo.id)) == bo
    assert db.read(lambda tx: users.get(tx, UserId(new_id()))) is None
    assert db.read(users.listing) == [bo, ana]
    changed = replace(bo, role=Role.AUDITOR, disabled_at=None)
    db.write(lambda tx: users.update_user(tx, changed))
    assert db.read(lambda tx: users.get(tx, bo.id)) == changed
    with pytest.raises(IntegrityError):
        db.write(lambda tx: users.add(tx, User(UserId(new_id()), "ÁNA", Role.BILLING), "X"))


def test_a_used_code_stays_used(db: Database) -> None:
    ana = User(UserId(new_id()), "ana", Role.ADMINISTRATOR)
    db.write(lambda tx: users.add(tx, ana, "SECRET"))
    assert db.read(lambda tx: users.totp(tx, ana.id)) == ("SECRET", 0)
    db.write(lambda tx: users.set_last_step(tx, ana.id, 58_000_000))
    assert db.read(lambda tx: users.totp(tx, ana.id)) == ("SECRET", 58_000_000)


def test_a_revoked_key_is_no_longer_live(db: Database, person: PersonId) -> None:
    def key(kind: KeyKind, minutes: int) -> PublicKey:
        at = NOW + timedelta(minutes=minutes)
        return PublicKey(
            KeyId(new_id()), person, kind, "AB" * 20, ("a@x.org", "b@x.org"), b"\x99\x00", LATER, "file", at
        )

    old, new = key(KeyKind.OPENPGP, 0), key(KeyKind.SMIME, 5)
    db.write(lambda tx: keys.add(tx, old))
    db.write(lambda tx: keys.add(tx, new))
    assert db.read(lambda tx: keys.live(tx, person)) == [new, old]
    assert db.read(lambda tx: keys.live_many(tx, [person, PersonId(new_id())])) == {person: [new, old]}
    assert db.write(lambda tx: keys.revoke(tx, new.id, LATER)) is True
    assert db.write(lambda tx: keys.revoke(tx, new.id, NOW)) is False
    assert db.read(lambda tx: keys.live(tx, person)) == [old]
    assert db.read(lambda tx: keys.get(tx, new.id)) == replace(new, revoked_at=LATER)
    assert db.read(lambda tx: keys.get(tx, KeyId(new_id()))) is None


def test_a_new_password_card_takes_the_place_of_the_old(db: Database, person: PersonId) -> None:
    assert db.read(lambda tx: cards.get(tx, person)) is None
    old = PasswordCard(person, b"salt", 1_000_000, b"key", "Ana", "in-person", NOW)
    new = PasswordCard(person, b"tlas", 2_000_000, b"yek", "Bo", "by-phone", LATER)
    for card in (old, new):
        db.write(lambda tx, card=card: cards.put(tx, card))  # type: ignore[misc]
        assert db.read(lambda tx: cards.get_many(tx, [person])) == {person: card}
    assert b"yek".hex() not in repr(new)
    assert "yek" not in repr(new)


def test_a_relay_comes_back_whole_and_its_password_apart(db: Database) -> None:
    bare = Relay(RelayId(new_id()), "B", "mail.example.com", 587, "starttls", "", "", "a@example.com", None)
    full = Relay(
        id=RelayId(new_id()),
        name="A",
        host="smtp.example.com",
        port=465,
        security="implicit",
        ca_file="/ca.pem",
        user="u",
        sender="a@example.com",
        baa=Baa("Relay Inc", date(2026, 1, 1), date(2027, 1, 1), "mail", date(2026, 6, 1)),
        required_tls="account",
        required_tls_at=NOW,
        forced_tls=(ForcedTls("a.org", DAY), ForcedTls("b.org", DAY)),
        enforces=("mta-sts", "dane"),
        requiretls_seen=NOW,
        requiretls=True,
        retired_at=LATER,
    )
    db.write(lambda tx: relays.add(tx, bare, ""))
    db.write(lambda tx: relays.add(tx, full, "hush"))
    assert db.read(relays.listing) == [full, bare]
    assert db.read(lambda tx: relays.get(tx, full.id)) == full
    assert db.read(lambda tx: relays.get(tx, RelayId(new_id()))) is None
    assert db.read(lambda tx: relays.password(tx, full.id)) == "hush"
    changed = replace(full, baa=None, forced_tls=(ForcedTls("c.org", DAY),), enforces=(), requiretls=False)
    db.write(lambda tx: relays.update(tx, changed))
    assert db.read(lambda tx: relays.get(tx, full.id)) == changed
    assert db.read(lambda tx: relays.password(tx, full.id)) == "hush"
    db.write(lambda tx: relays.set_password(tx, full.id, "new"))
    assert db.read(lambda tx: relays.password(tx, full.id)) == "new"


def test_an_agreement_without_an_end_is_still_an_agreement(db: Database) -> None:
    relay = Relay(
        RelayId(new_id()), "A", "h", 465, "implicit", "", "", "a@b.c", Baa("R", date(2026, 1, 1), None, "")
    )
    db.write(lambda tx: relays.add(tx, relay, ""))
    assert db.read(lambda tx: relays.get(tx, relay.id)) == relay


def test_a_lease_is_held_by_one(db: Database) -> None:
    def take(holder: str, boot: str = "boot-1", now: int = 0) -> bool:
        at = NOW + timedelta(seconds=now)
        until = at + timedelta(seconds=60)
        return db.write(lambda tx: leases.take(tx, "dispatch", holder, boot, until, at))

    def renew(holder: str, now: int) -> bool:
        at = NOW + timedelta(seconds=now)
        until = at + timedelta(seconds=60)
        return db.write(lambda tx: leases.renew(tx, "dispatch", holder, "boot-1", until, at))

    assert db.read(lambda tx: leases.current(tx, "dispatch")) is None
    assert take("window")
    assert not take("command", now=59)
    assert take("window", now=10), "one's own lease may be taken again"
    assert renew("window", now=69)
    assert not renew("command", now=69)
    assert not renew("window", now=129), "it ran out"
    assert db.read(lambda tx: leases.current(tx, "dispatch")) == Lease(
        "dispatch", "window", "boot-1", NOW + timedelta(seconds=129)
    )
    assert take("command", now=129)
    assert take("agent", boot="boot-2", now=130), "an earlier run of the machine holds nothing"
    assert not db.write(lambda tx: leases.release(tx, "dispatch", "command"))
    assert db.write(lambda tx: leases.release(tx, "dispatch", "agent"))
    assert take("command", now=131)


def test_the_last_file_that_covered_a_day(db: Database) -> None:
    assert db.read(lambda tx: schedules.latest(tx, DAY)) is None
    other = DAY + timedelta(days=1)
    db.write(lambda tx: schedules.record(tx, [(DAY, "Shah", 12), (other, "", 3)], NOW, NOW))
    db.write(lambda tx: schedules.record(tx, [(DAY, "Cho", 7)], None, LATER))
    db.write(lambda tx: schedules.record(tx, [], None, LATER))
    assert db.read(lambda tx: schedules.latest(tx, DAY)) == Schedule(DAY, "Cho", 7, None, LATER)
    assert db.read(lambda tx: schedules.latest(tx, DAY, "Shah")) == Schedule(DAY, "Shah", 12, NOW, NOW)
    assert db.read(lambda tx: schedules.latest(tx, other)) == Schedule(other, "", 3, NOW, NOW)
    assert db.read(lambda tx: schedules.latest(tx, other, "Shah")) is None


def test_the_newest_own_key_is_current(db: Database) -> None:
    assert db.read(lambda tx: identities.current(tx, KeyKind.SMIME)) is None
    for fingerprint, at in (("AA", NOW), ("BB", LATER), ("CC", NOW)):
        row = (KeyKind.SMIME, fingerprint, "p@x.org", b"secret", b"public", at)
        db.write(lambda tx, row=row: identities.put(tx, *row))  # type: ignore[misc]
    found = db.read(lambda tx: identities.current(tx, KeyKind.SMIME))
    assert found == Identity(KeyKind.SMIME, "BB", "p@x.org", b"secret", b"public", LATER)
    assert "secret=" not in repr(found)
    assert db.read(lambda tx: identities.current(tx, KeyKind.OPENPGP)) is None
