"""What counts beside the password: a code, a saved code, a security key, or today's proof.

Asked once per person, computer and day: what was proved this morning with a code counts
until midnight of the practice's zone, on this computer alone. A computer without a share
of its own cannot be told from another, so there the code is asked each time; and a clock
that was set back ends the day (NIST SP 800-63B-4, 2.2.2: two different factors at AAL2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.access import totp
from desktop.access.recoverycodes import code_hash
from desktop.audit.events import Act, Event
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.models import factors, settings, tasks, users, vaultkeys
from desktop.models.accounts import UserId
from desktop.models.database import Tx
from desktop.models.ids import new_id

MAX_SEEN = "max-seen-utc"
NEW_AUTHENTICATOR_DUE = "notice-authenticator-due"
"""The notice that stays until a new authenticator is set up or its person has read it."""


GIVEN = frozenset({"authenticator", "recovery-code", "security-key"})
"""The ways of `check_second` in which a second factor was there; today's earlier proof is none."""


@dataclass(frozen=True)
class Factors:
    """What somebody gives beside the password; empty where they were not asked."""

    code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class Given:
    """The factors, where they were given ('' on a computer without a share), and the key that answered."""

    factors: Factors
    computer: str = ""
    cred_id: bytes = b""


def check_second(tx: Tx, user: UserId, given: Given, now: datetime, record: Callable[[Event], None]) -> str:
    """Let `user` through by what was given, and say by which: a code for the record.

    Raises Refused "code-needed" where nothing was given and today's proof is missing,
    "code-wrong", "code-used", "recovery-code-wrong", and "clock-back".
    """
    way = _way(tx, user, given, now, record)
    if given.computer and way != "proved-today":
        factors.prove(tx, user, given.computer, now)
    _clock_seen(tx, now, record)
    return way


def _way(tx: Tx, user: UserId, given: Given, now: datetime, record: Callable[[Event], None]) -> str:
    if given.cred_id:
        factors.key_used(tx, given.cred_id, now)
        return "security-key"
    if given.factors.recovery_code.strip():
        _use_code(tx, user, given.factors.recovery_code, now, record)
        return "recovery-code"
    if given.factors.code.strip():
        secret, last_step = users.totp(tx, user)
        if not secret:
            raise Refused("code-wrong")
        users.set_last_step(tx, user, totp.verify(secret, given.factors.code, now, last_step, latest(tx)))
        return "authenticator"
    if _clock_back(tx, now):
        raise Refused("clock-back")
    if not _proved_today(tx, user, given.computer, now):
        raise Refused("code-needed")
    return "proved-today"


def _use_code(tx: Tx, user: UserId, code: str, now: datetime, record: Callable[[Event], None]) -> None:
    """A saved code is used up, and a new authenticator is due."""
    token_key = vaultkeys.get(tx, "token")
    if token_key is None:
        raise VaultError("database-damaged")
    if not factors.use_code(tx, user, code_hash(token_key, user, code), now):
        raise Refused("recovery-code-wrong")
    left = factors.codes_left(tx, user)
    record(Event(Act.RECOVERY_CODE_USED, obj=user, det={"left": left}))
    details: dict[str, str | int] = {"left": left}
    tasks.add(tx, tasks.Task(new_id(), NEW_AUTHENTICATOR_DUE, now, owner=user, details=details))


def _proved_today(tx: Tx, user: UserId, computer: str, now: datetime) -> bool:
    proved = factors.proved_at(tx, user, computer) if computer else None
    if proved is None or proved > now + totp.CLOCK_SLACK:
        return False
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    return proved.astimezone(zone).date() == now.astimezone(zone).date()


def latest(tx: Tx) -> datetime | None:
    """The latest time at which anybody was let in."""
    seen = settings.get(tx, MAX_SEEN)
    return datetime.fromisoformat(seen) if seen else None


def _clock_back(tx: Tx, now: datetime) -> bool:
    seen = latest(tx)
    return seen is not None and now < seen - totp.CLOCK_SLACK


def _clock_seen(tx: Tx, now: datetime, record: Callable[[Event], None]) -> None:
    """Who came in by a key or a saved code needs no clock, and puts right one that had run ahead."""
    before = latest(tx) or now
    if _clock_back(tx, now):
        det: dict[str, str | int] = {"before": milliseconds(before), "after": milliseconds(now)}
        record(Event(Act.CLOCK_ANOMALY, det=det))
        before = now
    settings.put(tx, MAX_SEEN, max(now, before).isoformat())


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds, as audit records hold them."""
    return int(moment.timestamp() * 1000)
