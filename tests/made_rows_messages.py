"""As `made_rows.py`, for conversations: a mail that came in, answered, taken and settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models.accounts import Session
from desktop.models.correspondence import (
    ConversationId,
    ConversationState,
    EntryId,
    FilingForm,
    MailQuery,
)
from desktop.office.values_messages import ConversationChange, ConversationQuery, ToChart
from tests.support.mailroom import Mailroom

Call = Callable[[Any, Session], object]


def _asked(world: Any) -> ConversationId:
    """Asked for once: what came in stays."""
    if "asked" not in world.kept:
        said = Mailroom(world.office).comes("May I come later?", world.person, about=world.kept["message"])
        world.kept["asked"], world.kept["entry"] = said.conversation, said.id
    return ConversationId(world.kept["asked"])


def _entry(world: Any) -> EntryId:
    _asked(world)
    return EntryId(world.kept["entry"])


def _export(world: Any, session: Session) -> object:
    request = ToChart(_asked(world), FilingForm.EML, world.person)
    return world.office.export_conversation(session, request)


def _change(world: Any, session: Session) -> object:
    change = ConversationChange(_asked(world), state=ConversationState.DONE)
    return world.office.change_conversation(session, change)


MESSAGES: dict[str, Call] = {
    "list_conversations": lambda w, s: w.office.list_conversations(s, ConversationQuery()),
    "show_conversation": lambda w, s: w.office.show_conversation(s, _asked(w)),
    "take_conversation": lambda w, s: w.office.take_conversation(s, _asked(w)),
    "begin_answer": lambda w, s: w.office.begin_answer(s, _asked(w)),
    "end_answer": lambda w, s: w.office.end_answer(s, _asked(w)),
    "export_conversation": _export,
    "search_mail": lambda w, s: w.office.search_mail(s, MailQuery("later")),
    "wrong_person": lambda w, s: w.office.wrong_person(s, _entry(w)),
    "change_conversation": _change,
}
