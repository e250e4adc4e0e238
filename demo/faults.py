"""How the recording relay may be told to misbehave."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

DROP = "drop"
STALL = "stall"


class At(StrEnum):
    """Where a fault strikes; `STORED` is after the message is safe and before the reply."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    RSET = "rset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    STORED = "stored"
    REPLIED = "replied"
    QUIT = "quit"


@dataclass
class Fault:
    """At the phase `at`: `DROP`, `STALL`, or a reply line such as `451 4.7.1 later`.

    `skip` visits pass first; then it strikes `times` times (0: for ever).
    """

    at: At
    does: str
    times: int = 0
    skip: int = 0
    seen: int = field(default=0, init=False)

    def strikes(self) -> bool:
        """Count a visit; True when this one is to go wrong."""
        self.seen += 1
        late = self.seen - self.skip
        return late > 0 and (self.times == 0 or late <= self.times)
