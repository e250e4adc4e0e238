"""G2: nothing about a patient on the wire in clear, but by a recorded wish.

Forty canaries travel in mixed letters of every form. A tap lies on the wire to the relay and on
the one to storage; what the relay and the storage themselves get is looked through as well.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from email import message_from_bytes
from pathlib import Path

import pytest
import trustme

from demo.recipients import Recipients
from desktop.models import people
from desktop.models.database import Tx
from desktop.models.protection import Form
from desktop.models.records import Consent, Label, Method, PersonId, State
from desktop.models.standing import Use
from desktop.office.values import AttachmentIn, KeyImport
from tests.made_staff import desk_of
from tests.servers.storages import WebDav
from tests.servers.tap import Tap
from tests.support.canary import spellings
from tests.support.said import say
from tests.support.working import Work, at_work

SENDS, FULL = 200, 2_000
WAYS = ("openpgp", "smime", "tls", "pdf", "html", "link", "very-link", "plain")
END_TO_END = ("openpgp", "smime", "pdf", "html", "link", "very-link")
FORMS = {"pdf": Form.PDF, "html": Form.HTML, "link": Form.LINK, "very-link": Form.LINK}
METHODS = {"openpgp": Method.OPENPGP, "smime": Method.SMIME, "tls": Method.TLS, "plain": Method.PLAIN}
BATCH = 40
"""Letters between two runs of the outbox."""


def _canaries() -> tuple[str, ...]:
    """Forty words that nothing else says: two names for each person, the rest for what is written."""
    pick = random.Random(2)
    syllables = ("qu", "zox", "vyr", "kaph", "jeb", "wux", "thri", "goz", "pym", "xan")
    made: dict[str, None] = {}
    while len(made) < 40:
        made["".join(pick.choice(syllables) for _ in range(4)).capitalize()] = None
    return tuple(made)


CANARIES = _canaries()
NAMES, WRITTEN = CANARIES[: 2 * len(WAYS)], CANARIES[2 * len(WAYS) :]


@dataclass(frozen=True)
class Wires:
    """What went over each of the two wires, and what came out at their ends."""

    relay: bytes
    storage: bytes
    stored: dict[str, bytes]
    received: dict[str, list[bytes]]
    """By the way it went."""


def address(way: str) -> str:
    return f"{way}@patients.example.org"


def table() -> bytes:
    rows = ["MRN,First Name,Last Name,E-mail,DOB"]
    for number, way in enumerate(WAYS):
        first, last = NAMES[2 * number : 2 * number + 2]
        rows.append(f"{number + 2000},{first},{last},{address(way)},1961-04-02")
    return "\n".join(rows).encode()


def everybody(work: Work, recipients: Recipients) -> dict[str, PersonId]:
    """Each person has one way that is theirs."""
    office, session = work.office, work.session
    found: dict[str, PersonId] = {}
    for number, way in enumerate(WAYS):
        person = found[way] = work.person(NAMES[2 * number + 1])
        if way in ("openpgp", "smime"):
            make = recipients.openpgp if way == "openpgp" else recipients.smime
            key = make("Reader", address(way))
            office.import_key(session, KeyImport(person, key.fingerprint, data=key.public))
        if way in FORMS:
            work.card(person)
            office.set_form(session, person, FORMS[way])
        if way == "plain":
            office.set_person(session, person, {"consent": Consent.GIVEN.value})
            wish_plain(work, person)
    return found


def wish_plain(work: Work, person: PersonId) -> None:
    """The recorded wish, without the proof that the window asks for."""

    def keep(tx: Tx) -> None:
        known = people.get(tx, person)
        assert known is not None
        asked = work.practice.clock.now()
        people.update(tx, replace(known, preferred_method=Method.PLAIN))
        say(tx, person, Consent.GIVEN, asked, "paper", use=Use.PLAIN)

    desk_of(work.office).opened().database.write(keep)


def played(folder: Path, count: int) -> Wires:
    recipients = Recipients()
    try:
        with WebDav(trustme.CA()) as storage, at_work(folder, table()) as work:
            with Tap(work.server.port) as tap, Tap(storage.port) as beside:
                work.add_relay(port=tap.port)
                work.add_storage(storage, port=beside.port)
                send(work, everybody(work, recipients), count)
                assert work.server.plaintext_commands == 0
                relay, stored_over = bytes(tap.upward + tap.downward), bytes(beside.upward + beside.downward)
            files = {path.name: path.read_bytes() for path in (storage.files / "locked").iterdir()}
            received: dict[str, list[bytes]] = {way: [] for way in WAYS}
            for one in work.server.received:
                (only,) = one.recipients
                assert one.tls
                received[only.partition("@")[0]].append(one.wire)
    finally:
        recipients.close()
    return Wires(relay, stored_over, files, received)


def send(work: Work, persons: dict[str, PersonId], count: int) -> None:
    """Letters in turn to all, each with canaries in subject, text, file name and file."""
    pick = random.Random(count)
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        subject, text, name, inside = pick.sample(WRITTEN, 4)
        label = {"tls": Label.ROUTINE, "plain": Label.ROUTINE, "very-link": Label.VERY_SENSITIVE}.get(
            way, Label.SENSITIVE
        )
        queued = work.write(
            persons[way],
            label,
            METHODS.get(way, Method.ENVELOPE),
            f"About {subject}",
            f"We write of {text}.",
            (AttachmentIn(f"{name}.txt", inside.encode()),),
        )
        assert queued.method is METHODS.get(way, Method.ENVELOPE)
        if number % BATCH == BATCH - 1 or number == count - 1:
            work.run()
    states = {one.state for one in work.office.list_outbox(work.session, 10_000).messages}
    assert states == {State.ACCEPTED}


def found_in(data: bytes) -> set[str]:
    return {canary for canary in CANARIES if any(one in data for one in spellings(canary))}


def decoded(wire: bytes) -> bytes:
    """What whoever reads the message without any key sees."""
    parts = [part for part in message_from_bytes(wire).walk() if not part.is_multipart()]
    names = "".join(part.get_filename() or "" for part in parts).encode()
    return names + b"".join(part.get_payload(decode=True) or b"" for part in parts)  # type: ignore[misc]


def head(wire: bytes) -> bytes:
    return wire.partition(b"\r\n\r\n")[0]


def g2(wires: Wires, count: int) -> None:
    assert sum(map(len, wires.received.values())) == count
    assert len(wires.stored) == len(wires.received["link"]) + len(wires.received["very-link"])
    assert len(wires.relay) > sum(len(wire) for some in wires.received.values() for wire in some)
    assert len(wires.storage) > sum(map(len, wires.stored.values()))
    # The wires themselves: TLS, whatever the form.
    assert found_in(wires.relay) == set()
    assert found_in(wires.storage) == set()
    assert b"@patients.example.org" not in wires.relay
    # Behind the wires: who keeps the relay and the storage reads nothing that is sealed.
    for name, page in wires.stored.items():
        assert found_in(name.encode() + page) == set()
    for way in END_TO_END:
        for wire in wires.received[way]:
            assert found_in(wire) == found_in(decoded(wire)) == set()
    for some in wires.received.values():
        for wire in some:
            assert found_in(head(wire)) == set()
    # And the search finds what is there to be found: by the practice's proof, and by the wish.
    for way in ("tls", "plain"):
        assert all(len(found_in(decoded(wire))) == 4 for wire in wires.received[way])


def test_g2_of_forty_canaries_in_mixed_letters_none_is_on_the_wire(tmp_path: Path) -> None:
    g2(played(tmp_path, SENDS), SENDS)


@pytest.mark.soak
def test_g2_in_full(tmp_path: Path) -> None:
    g2(played(tmp_path, FULL), FULL)
