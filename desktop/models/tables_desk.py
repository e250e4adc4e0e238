"""Tables of conversations, what was said in them, tasks, snippets, and what was filed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, text

from desktop.models.columns import Json, Utc
from desktop.models.tables import kept, key, link, number, word

conversation = kept(
    "conversation",
    key(),
    link("person", "person", optional=True),
    link("account", "mail_account", optional=True),
    word("subject"),
    word("state", None),
    link("owner", "app_user", optional=True),
    word("label", None),
    number("urgency"),
    Column("ask", Json),
    word("retention", "standard"),
    number("turn"),
    number("unseen"),
    link("answering", "app_user", optional=True),
    Column("answering_until", Utc),
    link("started_by", "app_user", optional=True),
    word("sender"),
    word("snippet"),
    word("last", None),
    Column("opened_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("auto_answered_at", Utc),
    Column("done_at", Utc),
    Column("destroyed_at", Utc),
)
_PRESSING = conversation.c.state, conversation.c.urgency, conversation.c.changed_at
_COUNTED = conversation.c.unseen, conversation.c.person
Index("conversation_inbox", *_PRESSING, *_COUNTED, sqlite_where=conversation.c.person.is_not(None))
Index("conversation_unknown", *_PRESSING, *_COUNTED, sqlite_where=conversation.c.person.is_(None))
Index("conversation_sent", conversation.c.sent_at, sqlite_where=text("sent_at IS NOT NULL"))
Index("conversation_by_state", conversation.c.state, conversation.c.changed_at)
Index("conversation_by_person", conversation.c.person, conversation.c.changed_at)
Index("conversation_by_owner", conversation.c.owner, conversation.c.state, conversation.c.changed_at)
Index("conversation_by_label", conversation.c.label)
Index(
    "conversation_by_end",
    *(conversation.c.retention, conversation.c.done_at),
    sqlite_where=conversation.c.destroyed_at.is_(None),
)
Index("conversation_by_starter", conversation.c.started_by, sqlite_where=text("started_by IS NOT NULL"))

entry = kept(
    "entry",
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    link("conversation", "conversation"),
    Column("at", Utc, nullable=False),
    word("direction", None),
    link("received", "received", optional=True),
    link("message", "message", optional=True),
    link("person", "person", optional=True),
    link("author", "app_user", optional=True),
    word("label", None),
    word("signature"),
    word("sealed"),
    number("opened", 1),
    number("page"),
    word("sender_name"),
    word("sender"),
    word("subject"),
    Column("files", Json, nullable=False, server_default=text("'[]'")),
    word("own"),
    word("text"),
)
"""`text` comes last: a list that does not read it does not walk the pages that it fills."""
Index("entry_by_conversation", entry.c.conversation, entry.c.seq)
Index("entry_by_message", entry.c.message)
Index("entry_by_received", entry.c.received)
Index("entry_by_person", entry.c.person, entry.c.seq)
Index("entry_by_time", entry.c.at)
Index("entry_hits", entry.c.seq, entry.c.conversation, entry.c.at)
"""For search: a hundred thousand hits are looked at without walking the pages that their words fill."""

task = kept(
    "task",
    key(),
    word("kind", None),
    word("source"),
    link("person", "person", optional=True),
    link("conversation", "conversation", optional=True),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    word("state", None),
    link("owner", "app_user", optional=True),
    Column("opened_at", Utc, nullable=False),
    Column("due_at", Utc),
    Column("closed_at", Utc),
    link("closed_by", "app_user", optional=True),
    word("result"),
    word("note"),
)
Index("task_by_state", task.c.state, task.c.due_at)
Index("task_by_kind", task.c.kind, task.c.source)
Index("task_by_conversation", task.c.conversation)
Index("task_by_person", task.c.person)

task_entry = kept(
    "task_entry",
    Column("seq", Integer, primary_key=True),
    Column("task", Text, ForeignKey("task.id"), nullable=False, unique=True),
)
"""Which task a row of the search index stands for: a copy of the file numbers rows without a key anew."""

snippet = kept(
    "snippet",
    key(),
    word("kind", None),
    word("name", None),
    word("subject"),
    word("text"),
    word("language", None),
    link("owner", "app_user", optional=True),
    Column("changed_at", Utc, nullable=False),
    Column("retired_at", Utc),
)

filing = kept(
    "filing",
    key(),
    link("person", "person"),
    link("conversation", "conversation"),
    Column("entry", Text, ForeignKey("entry.id")),
    word("form", None),
    word("name", None),
    word("sha256", None),
    Column("at", Utc, nullable=False),
    link("by", "app_user"),
)
Index("filing_by_person", filing.c.person, filing.c.at)
Index("filing_by_conversation", filing.c.conversation)
