"""What is asked and answered about a sending domain."""

from __future__ import annotations

from desktop.frozen import dataclass
from desktop.models.records import Reason


@dataclass(frozen=True)
class PostureRequest:
    """`resolver` is `HOST:PORT`, or '' for this computer's own.

    `service` names the mail service (`resources/posture/senders.json`), '' where it is not
    known; `selectors` are those of the domain's DKIM keys, where somebody knows them.
    """

    domain: str
    resolver: str = ""
    service: str = ""
    selectors: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostureLine:
    """`grade` is good, better (works, could be improved), bad or unknown; `fix` is text to copy."""

    check: str
    grade: str
    reason: Reason
    fix: str | None = None

    @property
    def ok(self) -> bool:
        return self.grade == "good"


@dataclass(frozen=True)
class PostureShown:
    """`campaigns` says whether receivers can tie the domain's mail to it."""

    domain: str
    checks: tuple[PostureLine, ...]
    campaigns: bool
