"""A gap of the log is kept until somebody says why, so that it does not depend on its witness."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime

from desktop.audit.witness import Gap
from desktop.models import settings
from desktop.models.database import Tx

_GAP = "log-gap"
_EXPLAINED = "log-gap-explained"
_MOST = 20


def kept(tx: Tx) -> Gap | None:
    """The gap that nobody has explained yet."""
    spelled = settings.get(tx, _GAP)
    if not spelled:
        return None
    tree = json.loads(spelled)
    since = tree.pop("since")
    return Gap(**tree, since=datetime.fromisoformat(since) if since else None)


def keep(tx: Tx, gap: Gap) -> None:
    since = gap.since and gap.since.isoformat()
    settings.put(tx, _GAP, json.dumps(asdict(replace(gap, since=None)) | {"since": since}))


def forget(tx: Tx, roots: Iterable[str] = ()) -> None:
    """It was explained. `roots` are what witnesses outside remember of what is gone: a drive keeps
    that until the next backup is put on it, and it is no new gap.
    """
    settings.put(tx, _GAP, "")
    known = dict.fromkeys((*_roots(tx), *sorted(roots)))
    settings.put(tx, _EXPLAINED, json.dumps(list(known)[-_MOST:]))


def explained(tx: Tx) -> frozenset[str]:
    """Merkle roots of what is known to be gone."""
    return frozenset(_roots(tx))


def _roots(tx: Tx) -> list[str]:
    return [str(root) for root in json.loads(settings.get(tx, _EXPLAINED) or "[]")]
