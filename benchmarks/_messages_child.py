"""The measured process of `messages.py`: a seed for `main`, or -1: open the database and no more.

The key and where the database lies come by standard input; milliseconds by kind and the peak
memory in MiB go out as one JSON document.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from benchmarks._messages import LONG, vocabulary
from benchmarks._people import FIRST, LAST, NOW, Key, reopen
from desktop.models import conversations, entries, mailsearch, people
from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId, ConversationState, MailQuery
from desktop.models.database import Database, Tx
from desktop.models.mailsearch import Readable
from desktop.models.records import Label

PAGE = 50
EACH = 20
_BY_HAND = {
    "inbox": "SELECT * FROM conversation WHERE state = 'open' AND person IS NOT NULL "
    "ORDER BY urgency DESC, changed_at DESC LIMIT 50",
    "conversation": "SELECT * FROM entry WHERE conversation = ? ORDER BY seq DESC LIMIT 50",
    "search": "SELECT e.* FROM entry_search f JOIN entry e ON e.seq = f.rowid "
    "WHERE entry_search MATCH ? ORDER BY f.rowid DESC LIMIT 50",
}
_BILLING = frozenset(Label) - {Label.VERY_SENSITIVE}


class Measured:
    """Milliseconds by kind of what was done."""

    def __init__(self, database: Database, bare: Any) -> None:
        self._database = database
        self._bare = bare
        self.taken: dict[str, list[float]] = {}

    def ours(self, name: str, work: Callable[[Tx], object]) -> None:
        began = time.perf_counter()
        worked = self._database.read(lambda tx: _worked(tx, work))
        self.taken.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        self.taken.setdefault(f"{name}, processor", []).append(worked * 1000)

    def by_hand(self, name: str, *values: str) -> None:
        began = time.perf_counter()
        self._bare.execute(_BY_HAND[name], values).fetchall()
        self.taken.setdefault(f"{name}, by hand", []).append((time.perf_counter() - began) * 1000)


def _worked(tx: Tx, work: Callable[[Tx], object]) -> float:
    """Seconds of the processor's time that the lane's thread takes."""
    began = time.thread_time()
    work(tx)
    return time.thread_time() - began


def searches(
    pick: random.Random, patients: list[str], me: UserId
) -> dict[str, Callable[[], tuple[MailQuery, Readable]]]:
    """What people look for, and who looks."""
    words, all_ = vocabulary(), Readable()

    def common() -> str:
        return words[pick.randrange(20)]

    def rare() -> str:
        return words[pick.randrange(20_000, len(words))]

    def asked(**given: Callable[[], Any]) -> Callable[[], tuple[MailQuery, Readable]]:
        return lambda: (MailQuery(**{name: make() for name, make in given.items()}), all_)

    day = timedelta(days=1)
    return {
        "a common word": asked(text=common),
        "a rare word": asked(text=rare),
        "two common words": asked(text=lambda: f"{common()} {common()}"),
        "a common and a rare word": asked(text=lambda: f"{common()} {rare()}"),
        "two letters": asked(text=lambda: common()[:2]),
        "four letters": asked(text=lambda: words[pick.randrange(2_000)][:4]),
        "a name": asked(text=lambda: f"{pick.choice(FIRST)} {pick.choice(LAST)[:4]}"),
        "of a person": asked(person=lambda: pick.choice(patients)),
        "a common word of a person": asked(text=common, person=lambda: pick.choice(patients)),
        "a common word, open": asked(text=common, state=lambda: ConversationState.OPEN),
        "a common word, rare label": asked(text=common, label=lambda: Label.DO_NOT_EMAIL),
        "a common word, one day": asked(text=common, since=lambda: NOW + day, until=lambda: NOW + 2 * day),
        "a common word, own alone": lambda: (MailQuery(common()), Readable(frozenset(), _BILLING, me)),
        "a common word, not the most private": lambda: (MailQuery(common()), Readable(_BILLING)),
        "nothing there": asked(text=lambda: f"{rare()} zzyzx"),
    }


def peak() -> float:
    """The most memory that this process has had at once, in MiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def look(measured: Measured, database: Database, known: dict[str, Any], seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(EACH):
        measured.ours("inbox", lambda tx: _inbox(tx, UserId(known["user"])))
        measured.by_hand("inbox")
    longest = database.read(_long)
    for one in pick.sample(longest, min(len(longest), EACH)):
        measured.ours("conversation", lambda tx, one=one: _conversation(tx, one))  # type: ignore[misc]
        measured.by_hand("conversation", one)
    made = searches(pick, known["patients"], UserId(known["user"]))
    for _ in range(EACH):
        for name, make in made.items():
            query, role = make()
            measured.ours("search", lambda tx, query=query, role=role: mailsearch.find(tx, query, role))  # type: ignore[misc]
            measured.taken.setdefault(f"search: {name}", []).append(measured.taken["search, processor"][-1])
            wanted = mailsearch.words_in(query.text) or ["zzyzx"]
            measured.by_hand("search", " ".join(f'"{word}"*' for word in wanted))


def _inbox(tx: Tx, user: UserId) -> object:
    lines = conversations.listing(tx, "inbox", user, limit=PAGE)
    who = people.get_many(tx, [one.person for one in lines if one.person is not None])
    return lines, who, conversations.counts(tx, user), conversations.mark(tx)


def _conversation(tx: Tx, one: ConversationId) -> object:
    said = entries.of_conversation(tx, one, limit=PAGE)
    return conversations.get(tx, one), said, entries.count(tx, one)


def _long(tx: Tx) -> list[ConversationId]:
    rows = tx.connection.exec_driver_sql(
        "SELECT conversation FROM entry INDEXED BY entry_by_conversation "
        "GROUP BY conversation HAVING count(*) >= ?",
        (LONG,),
    )
    return [ConversationId(row.conversation) for row in rows]


def main(seed: int) -> int:
    known = json.loads(sys.stdin.read())
    key = Key(*(bytes.fromhex(known[name]) for name in ("key", "salt", "vault")))

    with closing(reopen(Path(known["path"]), key)) as database:
        bare = driver.connect(known["path"], isolation_level=None)
        bare.execute(f"PRAGMA key = \"x'{known['key']}{known['salt']}'\"")
        with closing(bare):
            measured = Measured(database, bare)
            if seed >= 0:
                look(measured, database, known, seed)
            print(json.dumps({**measured.taken, "peak": peak()}))
    return 0
