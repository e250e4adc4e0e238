"""Conversations of a real practice, written as mail that comes in writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desktop.models import conversations, entries, people, received
from desktop.models.accounts import Session
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
)
from desktop.models.database import Tx
from desktop.models.delivery import ReceivedId
from desktop.models.records import Label, PersonId
from desktop.office.api import Office
from tests.made_practice import MovedClock
from tests.made_staff import desk_of
from tests.support.correspondence import a_conversation, a_received, an_account, an_entry


class Inbox:
    """What strangers and patients write; each one a second after the one before."""

    def __init__(self, office: Office, session: Session, clock: MovedClock) -> None:
        self.office = office
        self.session = session
        self.clock = clock

    def write(self, work: Any) -> Any:
        return desk_of(self.office).opened().database.write(work)

    def person(self, name: str) -> PersonId:
        return self.office.search_people(self.session, name).people[0].id

    def arrives(
        self,
        name: str = "",
        text: str = "Can I come later?",
        subject: str = "A question",
        said: Sequence[dict[str, Any]] = ({},),
        **fields: Any,
    ) -> ConversationId:
        """A conversation of `name`, or of nobody; `said` gives its entries, `fields` are its own."""
        self.clock.move(1)
        now = self.clock.now()
        person = self.person(name) if name else None
        usual: dict[str, Any] = {"person": person, "unseen": True, "turn": len(said), "snippet": text}
        usual |= {"opened_at": now, "changed_at": now, "label": Label.SENSITIVE}
        if person is None:
            usual["sender"] = "lena@stranger.example"
        one = a_conversation(subject=subject, **usual | fields)

        def add(tx: Tx) -> None:
            conversations.add(tx, one)
            for more in said:
                self._say(tx, one, text, more)

        self.write(add)
        return one.id

    def again(self, conversation: ConversationId, text: str, **more: Any) -> EntryId:
        """They write once more: it is open and unseen."""
        self.clock.move(1)

        def add(tx: Tx) -> EntryId:
            row = conversations.get(tx, conversation)
            assert row is not None
            changed = replace(
                row,
                state=ConversationState.OPEN,
                turn=row.turn + 1,
                unseen=True,
                snippet=text,
                changed_at=self.clock.now(),
            )
            conversations.put(tx, changed)
            return self._say(tx, changed, text, more).id

        made: EntryId = self.write(add)
        return made

    def change(self, conversation: ConversationId, **fields: Any) -> None:
        """As somebody at another computer does."""

        def put(tx: Tx) -> None:
            row = conversations.get(tx, conversation)
            assert row is not None
            conversations.put(tx, replace(row, **fields))

        self.write(put)

    def row(self, conversation: ConversationId) -> Conversation:
        found = desk_of(self.office).opened().database.read(lambda tx: conversations.get(tx, conversation))
        assert found is not None
        return found

    def _say(self, tx: Tx, one: Conversation, text: str, more: dict[str, Any]) -> Entry:
        person = people.get(tx, one.person) if one.person is not None else None
        address = person.email if person is not None else one.sender
        usual: dict[str, Any] = {
            "own": text,
            "at": self.clock.now(),
            "person": one.person,
            "label": one.label,
        }
        usual |= {"subject": one.subject}
        if more.get("direction", Direction.IN) is Direction.IN:
            usual |= {"sender": address, "sender_name": person.name if person is not None else ""}
        else:
            usual |= {"author": self.session.user}
        return entries.add(tx, an_entry(one.id, **usual | more), person.name if person is not None else "")

    def mail(self, conversation: ConversationId, raw: bytes, text: str, **more: Any) -> EntryId:
        """A whole mail, kept as it came beside its entry."""

        def keep(tx: Tx) -> ReceivedId:
            one = a_received(an_account(tx), at=self.clock.now(), raw=raw)
            received.add(tx, one)
            return one.id

        return self.again(conversation, text, received=self.write(keep), **more)
