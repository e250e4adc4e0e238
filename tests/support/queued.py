"""A letter that was queued, and did not become a call."""

from __future__ import annotations

from desktop.office.values import CallOpened, Queued


def queued(answer: Queued | CallOpened) -> Queued:
    assert isinstance(answer, Queued)
    return answer
