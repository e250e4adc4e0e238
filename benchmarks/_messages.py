"""Invented mail of a practice: conversations with 100,000 things said in them, 20 KB each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate

from benchmarks._people import FIRST, LAST, NOW
from desktop.models import conversations, entries, people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
    Urgency,
)
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Label, Person, PersonId, Status

TEXT = 20_000
"""Letters of each text."""
PATIENTS = 5_000
LONG = 50
"""Things said in the longest conversations; the others have one to nine."""
_AT_ONCE = 500
_VOCABULARY = 30_000
_SYLLABLES = """
ba be bo ca ce co da de di do fa fe fi ga go ha he ka la le li lo ma me mi mo na ne ni no pa pe pi ra re
ri ro sa se si so ta te ti to va ve vi za sion ment tra pre con dis
"""


def vocabulary() -> list[str]:
    """Words, the commonest first."""
    pick, syllables = random.Random(11), _SYLLABLES.split()
    made: dict[str, None] = {}
    while len(made) < _VOCABULARY:
        made["".join(pick.choices(syllables, k=pick.randrange(2, 5)))] = None
    return list(made)


def fill(database: Database, count: int) -> tuple[User, list[PersonId]]:
    """People, one user, and `count` things said, the newest last."""
    pick = random.Random(5)
    user = User(UserId(new_id()), "Rita", Role.FRONT_DESK)
    patients = [_patient(pick, number) for number in range(PATIENTS)]

    def begin(tx: Tx) -> None:
        users.add(tx, user, "SECRET")
        for one in patients:
            people.insert(tx, one)

    database.write(begin)
    texts = _texts(pick)
    for first in range(0, count, _AT_ONCE):
        many = min(_AT_ONCE, count - first)
        database.write(lambda tx, first=first, many=many: _say(tx, pick, user, patients, texts, first, many))  # type: ignore[misc]
    return user, [one.id for one in patients]


def _patient(pick: random.Random, number: int) -> Person:
    return Person(
        id=PersonId(new_id()),
        kind=Kind.PATIENT,
        first_name=pick.choice(FIRST),
        last_name=f"{pick.choice(LAST)} {pick.choice(LAST)}",
        birth_date=None,
        email=f"patient{number}@example.com",
        language="en",
        detail=Detail.STANDARD,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
    )


def _say(
    tx: Tx,
    pick: random.Random,
    user: User,
    patients: list[Person],
    texts: Iterator[str],
    first: int,
    many: int,
) -> None:
    """Whole conversations, said one after the other; one in fifty is still open."""
    left = many
    while left:
        length = min(left, LONG if pick.random() < 0.005 else pick.randrange(1, 10))
        patient = pick.choice(patients) if pick.random() < 0.97 else None
        one = _conversation(pick, user, patient, first + many - left)
        conversations.add(tx, one)
        for turn in range(length):
            entries.add(tx, _entry(one, patient, turn, next(texts)))
        left -= length


def _conversation(pick: random.Random, user: User, patient: Person | None, number: int) -> Conversation:
    at = NOW + timedelta(minutes=number)
    state = pick.choices(list(ConversationState), (2, 3, 95))[0]
    return Conversation(
        *(ConversationId(new_id()), "About your visit", state, at, at),
        person=patient.id if patient else None,
        label=pick.choices(list(Label), (20, 69.5, 10, 0.5))[0],
        urgency=pick.choices(list(Urgency), (80, 15, 5))[0],
        unseen=state is ConversationState.OPEN and pick.random() < 0.5,
        owner=user.id if pick.random() < 0.02 else None,
        started_by=user.id if pick.random() < 0.02 else None,
        sent_at=at if pick.random() < 0.8 else None,
        snippet="Can I come a little later on that day, please? I have to bring my son to school first.",
    )


def _entry(one: Conversation, patient: Person | None, turn: int, text: str) -> Entry:
    return Entry(
        *(EntryId(new_id()), one.id, one.opened_at + timedelta(minutes=turn)),
        Direction.OUT if turn % 2 else Direction.IN,
        person=patient.id if patient else None,
        label=one.label,
        sender=patient.email if patient else "somebody@example.net",
        subject="About your visit",
        own=text[:400],
        text=text,
    )


def _texts(pick: random.Random) -> Iterator[str]:
    """Put together from paragraphs whose words are as frequent as in a language (Zipf's law)."""
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    paragraphs = [" ".join(pick.choices(words, cum_weights=weights, k=150)) for _ in range(4_000)]
    while True:
        rare = " ".join(pick.choices(words, k=10))
        yield f"{rare} {' '.join(pick.choices(paragraphs, k=24))}"[:TEXT]
