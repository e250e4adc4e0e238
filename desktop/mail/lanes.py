"""Which lane a kind of message leaves by: what one person waits for never stands behind a campaign."""

from __future__ import annotations

from desktop.models.delivery import BULK_KINDS, Lane


def lane_of(kind: str) -> Lane:
    """A kind that is not known as bulk is prompt: it waits for nothing."""
    return Lane.BULK if kind in BULK_KINDS else Lane.PROMPT


def kinds_of(lane: Lane) -> frozenset[str]:
    """The kinds that are named as the lane's own; of `prompt` it is everything else, so none is."""
    return BULK_KINDS if lane is Lane.BULK else frozenset()
