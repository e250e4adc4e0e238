"""G31: a campaign's messages have exactly one recipient each, whatever way they go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from desktop.mail.outbox import Claimed
from desktop.models import appointments, cards, keys, people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import KeyId, KeyKind, Method, PasswordCard, PublicKey
from desktop.sync.letters import path
from tests.practice.office import HOLDER, MONDAY, TUESDAY, Practice, practice
from tests.practice.readers import Readers
from tests.support.kept import a_person, a_visit

BUDGET, FULL, AT_ONCE = 200, 10_000, 500
WAYS = (Method.TLS, Method.OPENPGP, Method.SMIME, Method.ENVELOPE)
SHARED = "one@mail.example"


@pytest.fixture(scope="module")
def their_keys() -> Iterator[dict[KeyKind, tuple[str, bytes]]]:
    made = Readers()
    fingerprint, public = made.openpgp(SHARED)
    yield {KeyKind.OPENPGP: (fingerprint, public), KeyKind.SMIME: ("AB" * 32, made.smime(SHARED))}
    made.close()


def fill(office: Practice, count: int, their_keys: dict[KeyKind, tuple[str, bytes]]) -> dict[str, str]:
    """People with visits tomorrow, each with another way; two in ten share an address or a name."""
    addresses: dict[str, str] = {}
    start = MONDAY + timedelta(days=1)

    def insert(tx: Tx) -> None:
        for number in range(count):
            way = WAYS[number % len(WAYS)]
            last = "Same" if number % 10 == 0 else f"Name{number}, other{number}@evil.example"
            shared = way is Method.SMIME or number % 10 == 1
            email = SHARED if shared else f"p{number}+x@mail.example"
            who = a_person(
                first_name="Ana <eve@evil.example>", last_name=last, email=email, preferred_method=way
            )
            people.insert(tx, who)
            addresses[who.id] = email
            visit = a_visit(who.id, start=start.replace(tzinfo=None), start_utc=start)
            appointments.insert(tx, visit)
            kind = {Method.OPENPGP: KeyKind.OPENPGP, Method.SMIME: KeyKind.SMIME}.get(way)
            if kind is not None:
                mark, data = their_keys[kind]
                keys.add(
                    tx, PublicKey(KeyId(new_id()), who.id, kind, mark, (SHARED,), data, None, "file", MONDAY)
                )
            if way is Method.ENVELOPE:
                salt = number.to_bytes(16, "big")
                cards.put(tx, PasswordCard(who.id, salt, 100_000, salt * 2, "R", "in-person", MONDAY))

    office.db.write(insert)
    return addresses


def sent(office: Practice) -> list[Claimed]:
    """Planned, sealed, queued and claimed: what a relay would be given."""
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    frozen = office.reminders.seal(plan)
    office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session))
    office.clock.pass_(seconds=11)
    office.take_lease()
    found: list[Claimed] = []
    while more := office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 100)):
        found += more
    return found


def g31(folder: Path, count: int, their_keys: dict[KeyKind, tuple[str, bytes]]) -> None:
    with practice(folder) as office:
        addresses = fill(office, count, their_keys)
        claimed = sent(office)
    assert {one.message.person for one in claimed} == addresses.keys()
    assert len(claimed) == count
    assert {one.message.method for one in claimed} == set(WAYS)
    for one in claimed:
        only = addresses[one.message.person]
        head = one.wire.partition(b"\r\n\r\n")[0]
        message = BytesParser(policy=default).parsebytes(head + b"\r\n\r\n", headersonly=True)
        assert one.message.address == only
        assert path(only) == only.encode("ascii")
        assert [to.addr_spec for to in message["To"].addresses] == [only]
        assert not {"cc", "bcc", "resent-to", "reply-to"} & {name.lower() for name in message}
        assert head.count(b"@mail.example") == 1
        assert b"evil" not in head


def test_g31_each_message_of_a_campaign_has_one_recipient(
    tmp_path: Path, their_keys: dict[KeyKind, tuple[str, bytes]]
) -> None:
    g31(tmp_path, BUDGET, their_keys)


@pytest.mark.soak
def test_g31_in_full(tmp_path: Path, their_keys: dict[KeyKind, tuple[str, bytes]]) -> None:
    for number in range(FULL // AT_ONCE):
        folder = tmp_path / str(number)
        folder.mkdir()
        g31(folder, AT_ONCE, their_keys)
