"""Names of backup files: thinning, chains and restore work from them alone.

`YYYYMMDDTHHMMSSZ-<id, 12 digits>-<parent, 12 digits, or "whole">.sealwell`: when, which, and
what it goes on from. Nothing in a name tells whose it is (docs/formats/backup-container.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from desktop.frozen import dataclass
from desktop.models.safekeeping import BackupId

SHORT = 12
"""Digits of an id in a name; the whole id stands in the file."""
WHOLE = "whole"
_FORM = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{12})-([0-9a-f]{12}|whole)\.sealwell", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class BackupName:
    """What a name says. `id` and `parent` are the first 12 digits; `parent` None where it is whole."""

    name: str
    made_at: datetime
    id: str
    parent: str | None


def container_name(made_at: datetime, backup: BackupId, parent: BackupId | None) -> str:
    """The name of a container; `made_at` is UTC, told to the second."""
    goes_on_from = WHOLE if parent is None else parent[:SHORT]
    return f"{made_at.astimezone(UTC).strftime(_MOMENT)}-{backup[:SHORT]}-{goes_on_from}.sealwell"


def parse_name(name: str) -> BackupName | None:
    """What `name` says; None for every other file."""
    found = _FORM.fullmatch(name)
    if found is None:
        return None
    try:
        made_at = datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
    except ValueError:  # a 31st of June
        return None
    return BackupName(name, made_at, found[2], None if found[3] == WHOLE else found[3])


def chain_of(wanted: BackupName, known: Iterable[BackupName]) -> tuple[BackupName, ...] | None:
    """`wanted` with all that it goes on from, the whole one first; None where one is not known."""
    by_id = {one.id: one for one in known}
    chain = [wanted]
    while chain[-1].parent is not None:
        before = by_id.get(chain[-1].parent)
        if before is None or before in chain:
            return None
        chain.append(before)
    return tuple(reversed(chain))
