"""Tables of who may be written to: evidence, imports, merges, segments, the facts of the practice."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, text

from desktop.models.columns import Day, Json, Utc
from desktop.models.tables import kept, key, link, number, word

consent_state = kept(
    "consent_state",
    link("person", "person", primary=True),
    Column("purpose", Text, primary_key=True, nullable=False),
    word("state", None),
    Column("expires", Utc),
    number("entry", None),
    rowid=False,
)
"""What the ledger comes to: its last entry of each purpose, for lists, segments and audiences.

Without a row nobody was ever asked. `state` past `expires` counts as unknown.
"""
Index("consent_state_by_purpose", consent_state.c.purpose, consent_state.c.state)

consent_evidence = kept(
    "consent_evidence",
    key(),
    word("kind", None),
    word("file_name"),
    word("media_type"),
    word("sha256", None),
    Column("data", LargeBinary),
    word("wording"),
    word("note"),
    Column("taken_on", Day),
    link("by", "app_user", optional=True),
    Column("kept_at", Utc, nullable=False),
)
"""`sha256` of the file as it came, or of the canonical words of what has no file."""

consent_batch = kept(
    "consent_batch",
    key(),
    word("kind", None),
    word("purpose", None),
    word("wording"),
    link("evidence", "consent_evidence", optional=True),
    link("by", "app_user"),
    Column("at", Utc, nullable=False),
    number("count"),
    word("content", None),
    Column("signature", LargeBinary),
    Column("undone_at", Utc),
    link("undone_by", "app_user", optional=True),
)
"""Entries that one administrator signed together: `content` is the SHA-256 that `signature` covers."""

authorization = kept(
    "authorization",
    key(),
    link("person", "person"),
    word("purpose", None),
    word("what", None),
    word("discloser", None),
    word("recipient", None),
    word("aim", None),
    Column("expires_on", Day),
    word("expires_event"),
    Column("signed_on", Day),
    word("signed_by"),
    word("authority"),
    number("paid"),
    word("payer"),
    number("copy_given"),
    word("form"),
    link("evidence", "consent_evidence", optional=True),
    link("by", "app_user"),
    Column("kept_at", Utc, nullable=False),
    Column("revoked_on", Day),
    Column("revoked_at", Utc),
    word("revoked_how"),
)
"""Every element of 45 CFR 164.508(c); `form` names language and version of the statements of (c)(2)."""
Index("authorization_by_person", authorization.c.person)

opt_in = kept(
    "opt_in",
    key(),
    link("person", "person"),
    word("purpose", None),
    word("address", None),
    word("code_key", None),
    word("wording", None),
    link("message", "message", optional=True),
    link("by", "app_user"),
    Column("asked_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("answered_at", Utc),
    word("answer"),
)
"""A question by mail whose code comes back in the reply; `code_key` is a keyed hash of the code."""
Index("opt_in_by_code", opt_in.c.code_key, unique=True)
Index("opt_in_by_person", opt_in.c.person)

import_mapping = kept(
    "import_mapping",
    key(),
    word("name", None),
    word("kind", None),
    word("signature", None),
    Column("columns", Json, nullable=False),
    Column("options", Json, nullable=False, server_default=text("'{}'")),
    Column("made_at", Utc, nullable=False),
    link("by", "app_user"),
    Column("used_at", Utc),
    Column("retired_at", Utc),
)
"""`signature` is the SHA-256 of the folded header, by which a file of the same program is known again."""
Index("import_mapping_by_signature", import_mapping.c.signature)

import_change = kept(
    "import_change",
    link("import_id", "import_batch", primary=True),
    Column("kind", Text, primary_key=True, nullable=False),
    Column("obj", Text, primary_key=True, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    rowid=False,
)
"""What an import changed of each row, old and new: an undo puts back only what still stands as imported."""

import_reject = kept(
    "import_reject",
    link("import_id", "import_batch", primary=True),
    Column("line", Integer, primary_key=True, nullable=False),
    word("code", None),
    Column("params", Json, nullable=False, server_default=text("'{}'")),
    Column("cells", Json, nullable=False, server_default=text("'[]'")),
    rowid=False,
)

watched_folder = kept(
    "watched_folder",
    key(),
    word("path", None),
    word("kind", None),
    link("mapping", "import_mapping", optional=True),
    number("minutes", 15),
    link("by", "app_user"),
    Column("made_at", Utc, nullable=False),
    Column("looked_at", Utc),
    word("trouble"),
    Column("retired_at", Utc),
)

watched_file = kept(
    "watched_file",
    link("folder", "watched_folder", primary=True),
    Column("sha256", Text, primary_key=True, nullable=False),
    word("name", None),
    Column("taken_at", Utc, nullable=False),
    link("import_id", "import_batch", optional=True),
    word("trouble"),
    rowid=False,
)

duplicate_pair = kept(
    "duplicate_pair",
    Column("first", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    Column("second", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    number("score", None),
    Column("reasons", Json, nullable=False, server_default=text("'[]'")),
    Column("found_at", Utc, nullable=False),
    word("decision"),
    Column("decided_at", Utc),
    link("decided_by", "app_user", optional=True),
    rowid=False,
)
"""`first` < `second`. Once somebody said that they are two people, the pair is not offered again."""
Index("duplicate_pair_by_decision", duplicate_pair.c.decision, duplicate_pair.c.score)

person_merge = kept(
    "person_merge",
    key(),
    link("kept", "person"),
    link("gone", "person"),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    link("by", "app_user"),
    Column("at", Utc, nullable=False),
    Column("undone_at", Utc),
    link("undone_by", "app_user", optional=True),
)
Index("person_merge_by_kept", person_merge.c.kept)

custom_field = kept(
    "custom_field",
    key(),
    word("name", None),
    word("label", None),
    word("kind", None),
    word("class", None),
    Column("choices", Json, nullable=False, server_default=text("'[]'")),
    number("place"),
    Column("made_at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""`name` is the key in `person.custom`; `class` is plain, identifying or clinical."""
Index("custom_field_by_name", custom_field.c.name, unique=True)

practice_location = kept(
    "practice_location",
    key(),
    word("name", None),
    word("name_key", None),
    word("address"),
    word("phone"),
    word("directions"),
    Column("hours", Json, nullable=False, server_default=text("'{}'")),
    word("booking_link"),
    word("portal_link"),
    Column("retired_at", Utc),
)
"""`name_key` is how schedules write the place, folded."""

visit_rule = kept(
    "visit_rule",
    Column("type_key", Text, primary_key=True, nullable=False),
    word("name", None),
    number("arrive_early"),
    Column("instructions", Json, nullable=False, server_default=text("'{}'")),
    number("patient_only"),
    number("remind", 1),
    Column("changed_at", Utc, nullable=False),
    rowid=False,
)
"""By the folded name of a type. `arrive_early` in minutes; `patient_only`: no guardian hears of it."""

segment = kept(
    "segment",
    key(),
    word("name", None),
    word("kind", None),
    Column("rule", Json, nullable=False, server_default=text("'{}'")),
    number("clinical"),
    number("version", 1),
    link("by", "app_user"),
    Column("made_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("evaluated_at", Utc),
    Column("evaluated_on", Day),
    Column("retired_at", Utc),
)
"""`kind` is `rule` or `list`. Of a rule the members are a cache: they are right for `evaluated_on` once
nobody stands in `segment_dirty`."""

segment_member = kept(
    "segment_member",
    link("segment", "segment", primary=True),
    link("person", "person", primary=True),
    Column("since", Utc, nullable=False),
    rowid=False,
)
Index("segment_member_by_person", segment_member.c.person)

segment_dirty = kept(
    "segment_dirty",
    link("person", "person", primary=True),
    rowid=False,
)
"""People of whom something changed since the segments were worked out; triggers write it."""
