"""Who writes: Message-IDs, the relay in use, words for days and times."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest

from desktop.errors import VaultError
from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.sender import Origin, Sender, load_sealer, load_sender, practice_relay, use_relay
from desktop.models import relays, settings
from desktop.models.ids import new_id
from desktop.models.records import PersonId, RelayId
from tests.practice.office import NAME, SENDER, ZONE, Practice

ORIGIN = Origin("reminder", "1" * 32, PersonId("2" * 32), 1, "day-before", 1)


def sender(office: Practice) -> Sender:
    return office.db.read(load_sender)


def test_the_practice_is_read_as_it_stands(office: Practice) -> None:
    found = sender(office)
    assert (found.practice, found.shown, found.zone, found.address) == (NAME, NAME, ZONE, SENDER)
    office.db.write(lambda tx: settings.put(tx, "sender-name", "Harbor"))
    assert sender(office).shown == "Harbor"
    assert "mmmm" not in repr(found)


def test_a_message_id_is_opaque_stable_and_never_that_of_another_message(office: Practice) -> None:
    found = sender(office)
    ids = {
        found.message_id(origin)
        for origin in (
            ORIGIN,
            replace(ORIGIN, kind="letter"),
            replace(ORIGIN, source="3" * 32),
            replace(ORIGIN, person=PersonId("4" * 32)),
            replace(ORIGIN, occurrence=2),
            replace(ORIGIN, window="week-before"),
            replace(ORIGIN, generation=2),
        )
    }
    assert len(ids) == 7
    assert found.message_id(ORIGIN) == found.message_id(ORIGIN)
    assert all(re.fullmatch(r"<[a-z2-7]{26}@harbor\.example>", one) for one in ids)
    assert found.message_id(ORIGIN) != replace(found, mid_key=b"n" * 32).message_id(ORIGIN)


def test_the_relay_added_last_is_used_until_it_is_retired(office: Practice) -> None:
    newer = replace(office.relay, id=RelayId(new_id()), name="a newer one", baa=None, required_tls_at=None)
    office.db.write(lambda tx: relays.add(tx, newer, "pass"))
    office.db.write(lambda tx: use_relay(tx, newer.id))
    assert sender(office).relay == office.db.read(lambda tx: relays.get(tx, newer.id))
    retired = replace(newer, retired_at=office.clock.now())
    office.db.write(lambda tx: relays.update(tx, retired))
    assert office.db.read(practice_relay) is None
    assert sender(office).address == ""


def test_without_own_keys_nothing_can_be_sealed(office: Practice) -> None:
    with pytest.raises(VaultError, match="own-key-damaged"):
        office.db.read(lambda tx: load_sealer(tx, office.clock))


@pytest.mark.parametrize(
    ("hour", "english", "spanish"),
    [
        (0, "12:05 am", "12:05 a. m."),
        (11, "11:05 am", "11:05 a. m."),
        (12, "12:05 pm", "12:05 p. m."),
        (23, "11:05 pm", "11:05 p. m."),
    ],
)
def test_times_are_in_the_words_of_the_language(hour: int, english: str, spanish: str) -> None:
    moment = datetime(2026, 11, 24, hour, 5)  # noqa: DTZ001 - wall-clock time
    assert (time_in_words(moment, "en"), time_in_words(moment, "es")) == (english, spanish)


def test_days_are_in_the_words_of_the_language() -> None:
    said = {
        language: [day_in_words(datetime(2026, month, 28), language) for month in range(1, 13)]  # noqa: DTZ001
        for language in ("en", "es", "xx")
    }
    assert said["en"][10] == "Saturday, November 28, 2026"
    assert said["es"][8] == "lunes 28 de septiembre de 2026"
    assert said["xx"] == said["en"]
    assert len({words.split()[1] for words in said["en"]}) == 12
