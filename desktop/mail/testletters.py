"""A template or a campaign in one's own mailbox: a letter of a kind of its own, without anybody's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from desktop.mail.outgoing import Frozen, Keep, Verdict
from desktop.models.database import Tx
from desktop.models.records import Message

TEST = "test"
"""The kind of message."""


def recheck(_tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
    """Made-up values cannot become wrong while it waits; stopped addresses are refused before this."""
    return [Keep() for _ in rows]


def as_test(frozen: Frozen) -> Frozen:
    return replace(frozen, kind=TEST)
