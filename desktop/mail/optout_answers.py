"""Who said no by mail is told that it was understood, and that reminders of visits go on.

One letter for each refusal, by a way that the policy finds safe; where none is, nothing leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.letters import Draft, Letters, Prepared
from desktop.mail.outbox import Outbox
from desktop.mail.sealing import Sealer
from desktop.mail.sender import load_sender
from desktop.models import consents, lettersto, people
from desktop.models.database import Database, Tx
from desktop.models.records import Label, PersonId
from desktop.models.standing import Use
from desktop.texts import Texts

FRESH = timedelta(days=1)
"""Who said it before is not answered any more."""
_SOURCE = "mailbox"
_MOST = 50
"""In one look."""
_WORDS = {Use.MARKETING: "mail.opt-out", Use.GIFTS: "mail.opt-out-gifts"}


@dataclass(frozen=True)
class _Refusal:
    entry: int
    person: PersonId
    use: Use

    @property
    def source(self) -> str:
        """What the letter is from, so that each refusal has one."""
        return f"opt-out:{self.entry}"


class OptOutAnswers:
    """Hangs on the watch of the open practice."""

    def __init__(
        self, database: Database, letters: Letters, outbox: Outbox, sealer: Callable[[], Sealer], clock: Clock
    ) -> None:
        self._database = database
        self._letters = letters
        self._outbox = outbox
        self._sealer = sealer
        self._clock = clock
        self._settled: set[int] = set()

    def look(self) -> None:
        for one in self._database.read(self._due):
            self._settled.add(one.entry)
            self._answer(one)

    def _due(self, tx: Tx) -> list[_Refusal]:
        since = self._clock.now() - FRESH
        found = (
            _Refusal(*each, use)
            for use in _WORDS
            for each in consents.refused_since(tx, use, _SOURCE, since, _MOST)
        )
        return [
            one for one in found if one.entry not in self._settled and not lettersto.is_from(tx, one.source)
        ]

    def _answer(self, one: _Refusal) -> None:
        try:
            prepared = self._database.read(lambda tx: self._prepared(tx, one))
            frozen = replace(self._letters.seal(prepared, self._sealer()), source=one.source)
        except (InputError, Refused):
            return  # no safe way to them, or nobody any more: nothing is said

        def queue(tx: Tx) -> None:
            if not lettersto.is_from(tx, one.source):
                self._outbox.enqueue(tx, frozen, None)

        self._database.write(queue)

    def _prepared(self, tx: Tx, one: _Refusal) -> Prepared:
        person, sender = people.get(tx, one.person), load_sender(tx)
        if person is None:
            raise InputError("person-unknown")
        say = Texts(person.language).say
        words = _WORDS[one.use]
        code = f"{words}.text" if sender.phone else f"{words}.text-no-phone"
        text = say(code, practice=sender.practice, phone=sender.phone)
        subject = say(f"{words}.subject", practice=sender.practice)
        return self._letters.prepare(tx, Draft(person.id, subject, text, label=Label.ROUTINE))
