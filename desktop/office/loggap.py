"""A gap of the log is kept until somebody says why, so that it does not depend on its witness."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from desktop.audit.witness import Gap
from desktop.models import settings
from desktop.models.database import Tx

_GAP = "log-gap"


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


def forget(tx: Tx) -> None:
    """It was explained."""
    settings.put(tx, _GAP, "")
