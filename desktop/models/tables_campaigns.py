"""Tables of templates, reminder windows, campaigns and what patients answered about visits."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, text

from desktop.models.columns import Day, Json, Utc
from desktop.models.tables import kept, key, link, number, word

template = kept(
    "template",
    key(),
    word("code"),
    word("name", None),
    word("group", None),
    word("purpose", None),
    Column("answers", Json, nullable=False, server_default=text("'{}'")),
    word("payer"),
    word("layout", None),
    number("visit"),
    number("version", 1),
    link("by", "app_user"),
    Column("made_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""`code` is the one of the library that it was begun from. `version` is its newest, approved or not."""

template_version = kept(
    "template_version",
    Column("template", Text, ForeignKey("template.id"), primary_key=True, nullable=False),
    Column("number", Integer, primary_key=True, nullable=False),
    word("sha256", None),
    link("by", "app_user"),
    Column("at", Utc, nullable=False),
    link("approved_by", "app_user", optional=True),
    Column("approved_at", Utc),
    Column("signature", LargeBinary),
    rowid=False,
)
"""Never changed but by its approval: `signature` covers `sha256`, the hash of every text of it and of
what decides how they come out."""

template_text = kept(
    "template_text",
    Column("template", Text, ForeignKey("template.id"), primary_key=True, nullable=False),
    Column("number", Integer, primary_key=True, nullable=False),
    Column("language", Text, primary_key=True, nullable=False),
    word("subject", None),
    word("preview"),
    word("body", None),
    rowid=False,
)

picture = kept(
    "picture",
    Column("name", Text, primary_key=True, nullable=False),
    word("kind", None),
    word("sha256", None),
    number("width", None),
    number("height", None),
    word("alt"),
    Column("data", LargeBinary, nullable=False),
    link("authorization", "authorization", optional=True),
    link("by", "app_user"),
    Column("at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""What letters show; of a patient only with their written permission (45 CFR 164.508)."""

reminder_window = kept(
    "reminder_window",
    key(),
    word("type_key"),
    word("kind", None),
    number("minutes", None),
    link("template", "template", optional=True),
    word("code"),
    link("by", "app_user", optional=True),
    Column("changed_at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""When something is written about a visit of the type `type_key` ('' is every type without windows of
its own): `minutes` before its start, of what follows a visit after it. `code` names a template of the
library where none of the practice's own is named; without either the plain words of the program."""
Index("reminder_window_by_type", reminder_window.c.type_key)

reminder_visit = kept(
    "reminder_visit",
    Column("message", Text, ForeignKey("message.id"), primary_key=True, nullable=False),
    Column("appointment", Text, ForeignKey("appointment.id"), primary_key=True, nullable=False),
    number("occurrence"),
    word("window", None),
    number("live", 1),
    rowid=False,
)
"""Which visits one message is about: of a family several. While it is `live` no other message may be
about the same occurrence and window: the database itself refuses a second reminder."""
Index(
    "reminder_visit_one_live",
    reminder_visit.c.appointment,
    reminder_visit.c.occurrence,
    reminder_visit.c.window,
    unique=True,
    sqlite_where=reminder_visit.c.live == 1,
)

visit_answer = kept(
    "visit_answer",
    Column("appointment", Text, ForeignKey("appointment.id"), primary_key=True, nullable=False),
    Column("occurrence", Integer, primary_key=True, nullable=False),
    word("answer", None),
    Column("at", Utc, nullable=False),
    link("message", "message", optional=True),
    link("by", "app_user", optional=True),
    Column("entered_at", Utc),
    link("entered_by", "app_user", optional=True),
    rowid=False,
)
"""What the patient said of this very time, and whether somebody has entered it in the schedule."""

campaign = kept(
    "campaign",
    key(),
    word("name", None),
    word("state", None),
    number("version", 1),
    word("purpose", None),
    Column("answers", Json, nullable=False, server_default=text("'{}'")),
    word("payer"),
    link("segment", "segment", optional=True),
    number("segment_version"),
    Column("without", Json, nullable=False, server_default=text("'[]'")),
    link("template", "template", optional=True),
    number("template_version"),
    Column("variants", Json, nullable=False, server_default=text("'[]'")),
    Column("schedule", Json, nullable=False, server_default=text("'{}'")),
    word("content"),
    word("audience"),
    Column("approval", Text, ForeignKey("approval.id")),
    link("by", "app_user"),
    Column("made_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("checked_at", Utc),
    Column("approved_at", Utc),
    Column("started_at", Utc),
    link("started_by", "app_user", optional=True),
    Column("ended_at", Utc),
    word("ended_why"),
)
"""`version` counts changes: who changes another than they saw is refused. `content` and `audience` are
the hashes that an approval covers, written by the check. Who got a campaign of `without` is left out."""
Index("campaign_by_state", campaign.c.state, campaign.c.changed_at)

campaign_person = kept(
    "campaign_person",
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True, nullable=False),
    Column("person", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    number("included", None),
    word("code"),
    Column("params", Json, nullable=False, server_default=text("'{}'")),
    word("variant"),
    word("method"),
    word("rehearsed"),
    link("message", "message", optional=True),
    word("late_code"),
    rowid=False,
)
"""Everybody of the group exactly once: who gets it, and who does not with the reason. `rehearsed` is the
hash of how and what the practice run would have sent; `late_code` why somebody fell out after approval."""
Index("campaign_person_by_person", campaign_person.c.person)
Index("campaign_person_by_message", campaign_person.c.message)

free_slot = kept(
    "free_slot",
    Column("day", Day, primary_key=True, nullable=False),
    Column("type_key", Text, primary_key=True, nullable=False),
    number("count", None),
    Column("changed_at", Utc, nullable=False),
    rowid=False,
)
"""How many visits the practice can still take; what a campaign may bring is paced by it (H21)."""

test_send = kept(
    "test_send",
    Column("message", Text, ForeignKey("message.id"), primary_key=True, nullable=False),
    word("source", None),
    link("by", "app_user"),
    Column("at", Utc, nullable=False),
)
"""Letters that somebody sent to themselves to look at them: no statistics count them."""
