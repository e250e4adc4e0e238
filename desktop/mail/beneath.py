"""What else is to be read in a mail than its writer's own words: under quotes that nothing marks, in
signatures, in further texts, in the subject.

Programs that quote without marks (Outlook) do not say where a quote ends, so that what somebody
typed under it is cut from their own words (`replytext.own_words`). Of all that is visible only what
we wrote ourselves is left out, and, where it is marked as quoted, what they wrote before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from desktop.mail.asking import Sentence, asks_anything, is_urgent, sentences_of
from desktop.mail.replytext import visible
from desktop.mail.returned_parts import open_incoming
from desktop.mail.returned_values import Understood
from desktop.models import entries, messages
from desktop.models.correspondence import Direction, Entry
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId

_HEAD, _TAIL = 40_000, 20_000
"""Characters that are looked at of a long mail: in the middle stands old mail."""
_ENTRIES, _NAMED, _THREADS = 20, 50, 5
_LONG = 6
"""So many words in a row are a quote, also where they are a part of a sentence of ours."""
_PREFIX = re.compile(r"^\s*(?:(?:re|aw|rv|fwd?|res|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


@dataclass
class _Known:
    """Sentences that were said before."""

    whole: set[str] = field(default_factory=set)
    run: str = " "

    def learn(self, words: Iterable[str]) -> None:
        found = [one.text for each in words for one in _sentences(each.replace("\r\n", "\n"))]
        self.whole.update(found)
        self.run += "".join(found) + " "

    def holds(self, one: Sentence) -> bool:
        return one.text in self.whole or (one.text.count(" ") >= _LONG and f"{one.text} " in self.run)


@dataclass(frozen=True)
class Beneath:
    """`bare` are sentences that nothing marks as quoted and that we did not write, `other` all others
    that are new here. `sure`: it is known what we wrote.
    """

    bare: tuple[Sentence, ...] = ()
    other: tuple[Sentence, ...] = ()
    sure: bool = False

    @property
    def all(self) -> tuple[Sentence, ...]:
        return self.bare + self.other

    @property
    def needs_reading(self) -> bool:
        """Whether this may say more than a plain yes above it."""
        return is_urgent(self.all) or (self.sure and asks_anything(self.bare))


def beneath(tx: Tx, said: Understood, message: Message | None, *, urgent_only: bool = True) -> Beneath:
    """All that `said`, which answers `message`, lets people see; its writer's own words are among it.

    With `urgent_only` nothing where nothing of it is urgent, which is soon known.
    """
    marked, bare = map(_sentences, _apart(said.text))
    other = [*marked, *_sentences(_PREFIX.sub("", said.subject)), *_sentences(said.more)]
    if not (is_urgent([*bare, *other]) or (not urgent_only and asks_anything(bare))):
        return Beneath()
    return _new(tx, bare, other, _talk(tx, said, message), message.id if message is not None else None)


def beneath_kept(tx: Tx, one: Entry) -> Beneath:
    """As `beneath`, of words that were opened after they were put on file."""
    marked, bare = map(_sentences, _apart(one.text or one.own))
    other = [*marked, *_sentences(_PREFIX.sub("", one.subject))]
    before = entries.of_conversation(tx, one.conversation, limit=_ENTRIES, before=one.seq)
    return _new(tx, bare, other, before, None)


def _new(
    tx: Tx, bare: list[Sentence], other: list[Sentence], talk: list[Entry], message: MessageId | None
) -> Beneath:
    ours, theirs = _Known(), _Known()
    for one in talk:
        told = ours if one.direction is Direction.OUT else theirs
        told.learn((_PREFIX.sub("", one.subject), one.own or one.text))
    in_words = {one.message for one in talk if one.own}
    wordless = {id_ for id_ in (message, *(one.message for one in talk)) if id_ is not None} - in_words
    sure = message is not None and message in in_words
    for id_, words in _wires(tx, wordless):
        ours.learn(words)
        sure = sure or (id_ == message and len(words) > 1)
    return Beneath(
        bare=tuple(one for one in bare if not ours.holds(one)),
        other=tuple(one for one in other if not (ours.holds(one) or theirs.holds(one))),
        sure=sure,
    )


def _sentences(text: str) -> list[Sentence]:
    return list(sentences_of(_ends(text)))


def _talk(tx: Tx, said: Understood, message: Message | None) -> list[Entry]:
    """What was said before in the conversations that the mail names."""
    named = entries.threads_of(tx, [said.in_reply_to, *said.references[-_NAMED:]])
    there = entries.of_message(tx, message.id) if message is not None else None
    homes = dict.fromkeys([*([there.conversation] if there is not None else []), *named[:_THREADS]])
    return [one for home in homes for one in entries.of_conversation(tx, home, limit=_ENTRIES)]


def _wires(tx: Tx, wanted: Iterable[MessageId]) -> Iterator[tuple[MessageId, list[str]]]:
    """Subject and words of messages of ours as they left; of sealed ones there are none to read."""
    for id_, wire in messages.wires(tx, wanted).items():
        mail = open_incoming(wire)
        plain = [part.text for part in mail.of_type("text/plain") if part.text.strip()]
        pages = [visible(part.text) for part in mail.of_type("text/html") if part.text.strip()]
        yield id_, [mail.one("subject"), *plain, *pages]


def _apart(text: str) -> tuple[str, str]:
    """What is marked as quoted, without its marks, and what is not."""
    marked: list[str] = []
    bare: list[str] = []
    before = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = line.lstrip().startswith(">")
        if quoted is not before:
            (marked if quoted else bare).append("")
        before = quoted
        (marked if quoted else bare).append(line.lstrip("> \t"))
    return "\n".join(marked), "\n".join(bare)


def _ends(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n\n{text[-_TAIL:]}"
