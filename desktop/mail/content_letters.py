"""What the content check means for one letter: what stops it, what raises it, what has to be seen.

`judge` is pure. What follows from each kind is the practice's choice, kept as a setting;
another patient's file and an open subject never go by a warning, whatever was chosen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.content_values import (
    Action,
    ContentFile,
    ContentInput,
    ContentReport,
    Hit,
    Kind,
    Known,
    Owned,
    Policy,
)
from desktop.mail.mime import Attachment, media_type
from desktop.models import settings
from desktop.models.database import Tx
from desktop.models.records import Reason

SETTING = "content-policy"


@dataclass(frozen=True)
class Judged:
    """Each hit with what follows from it; `seen` names exactly the warnings among them, or is ''."""

    hits: tuple[tuple[Hit, Action], ...]
    raises: tuple[Reason, ...]
    """`content-<kind>` for each kind that only the recipient may read."""
    blocked: Reason | None
    seen: str
    owned: tuple[Owned, ...] = ()


def letter_input(subject: str, text: str, attachments: tuple[Attachment, ...], known: Known) -> ContentInput:
    """A letter as the content check takes it."""
    files = tuple(ContentFile(file.name, media_type(file.name), file.data) for file in attachments)
    return ContentInput(subject, text, attachments=files, known=known)


def judge(message: ContentInput, report: ContentReport, policy: Policy) -> Judged:
    hits = tuple((hit, policy.action(hit)) for hit in report.hits)
    kinds = dict.fromkeys(hit.kind for hit, action in hits if action is Action.RAISE)
    stopped = next((hit.reason for hit, action in hits if action is Action.BLOCK), None)
    return Judged(
        hits,
        tuple(Reason(f"content-{kind.value}") for kind in kinds),
        stopped,
        _seen(message, [hit for hit, action in hits if action is Action.WARN]),
        report.owned,
    )


def read_policy(tx: Tx) -> Policy:
    """The practice's choices over the shipped rules; what is kept in another form is no choice."""
    kept = settings.get(tx, SETTING)
    chosen = json.loads(kept) if kept else {}
    return Policy({**Policy().rules, **{Kind(kind): Action(action) for kind, action in chosen.items()}})


def choose_policy(tx: Tx, rules: Mapping[str, str]) -> int:
    """Keep what differs from the shipped rules; answers how many kinds changed.

    Raises InputError `content-policy-wrong` for a kind or an action that does not exist, and
    where another patient's file is to pass by a warning.
    """
    if not rules.keys() <= set(Kind) or not set(rules.values()) <= set(Action):
        raise InputError("content-policy-wrong")
    if rules.get(Kind.OTHER_PATIENT, Action.BLOCK) != Action.BLOCK:
        raise InputError("content-policy-wrong")
    before = read_policy(tx).rules
    after = {**before, **{Kind(kind): Action(action) for kind, action in rules.items()}}
    shipped = Policy().rules
    kept = {kind.value: action.value for kind, action in after.items() if action is not shipped[kind]}
    settings.put(tx, SETTING, json.dumps(kept, sort_keys=True))
    return sum(after[kind] is not before[kind] for kind in after)


def _seen(message: ContentInput, warned: list[Hit]) -> str:
    """SHA-256 over the warnings, and over the bytes of each file that one is about."""
    if not warned:
        return ""
    files = [hashlib.sha256(file.data).hexdigest() for file in message.attachments]
    lines = [
        [
            hit.kind.value,
            hit.where.part.value,
            files[hit.where.file] if hit.where.file >= 0 else "",
            hit.start,
            hit.end,
        ]
        for hit in warned
    ]
    return hashlib.sha256(json.dumps(lines).encode("ascii")).hexdigest()
