"""As `made_rows.py`, for conversations: a mail that came in, answered, taken and settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models import messages
from desktop.models.accounts import Session
from desktop.models.correspondence import (
    ConversationId,
    ConversationState,
    EntryId,
    FileIn,
    FilingForm,
    MailQuery,
)
from desktop.models.database import Tx
from desktop.models.records import MessageId, State
from desktop.office.values_messages import ConversationChange, ConversationQuery, ToChart
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom

Call = Callable[[Any, Session], object]


def _asked(world: Any) -> ConversationId:
    """Asked for once: what came in stays. It answers a letter that had left."""
    if "asked" not in world.kept:
        ours = world.kept["message"]
        said = Mailroom(world.office).comes("May I come later?", world.person, about=ours)
        desk_of(world.office).opened().database.write(lambda tx: _left(tx, ours))
        world.kept["asked"], world.kept["entry"] = said.conversation, said.id
    return ConversationId(world.kept["asked"])


def _left(tx: Tx, ours: MessageId) -> None:
    row = messages.get(tx, ours)
    assert row is not None
    messages.move(tx, ours, row.state, State.ACCEPTED)


def _entry(world: Any) -> EntryId:
    _asked(world)
    return EntryId(world.kept["entry"])


def _export(world: Any, session: Session) -> object:
    request = ToChart(_asked(world), FilingForm.EML, world.person)
    return world.office.export_conversation(session, request)


def _change(world: Any, session: Session) -> object:
    change = ConversationChange(_asked(world), state=ConversationState.DONE)
    return world.office.change_conversation(session, change)


_WITH_FILE = (
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/html\r\n\r\n<p>See the file\r\n"
    b'--m\r\nContent-Type: text/plain; name="notes.txt"\r\n\r\nmine\r\n--m--\r\n'
)


def _with_file(world: Any) -> EntryId:
    """A mail with a page and a file."""
    if "with-file" not in world.kept:
        files = (FileIn("notes.txt", "text/plain", 4, 1),)
        said = Mailroom(world.office).comes(
            "See the file", world.person, raw=_WITH_FILE, files=files, page=True
        )
        world.kept["with-file"] = said.id
    return EntryId(world.kept["with-file"])


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
    "open_sealed": lambda w, s: w.office.open_sealed(s, _with_file(w)),
    "show_formatted": lambda w, s: w.office.show_formatted(s, _with_file(w)),
    "save_file": lambda w, s: w.office.save_file(s, _with_file(w), 1),
}
