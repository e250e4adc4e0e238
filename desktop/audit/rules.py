"""What stands out in the log: the alert rules, as data.

A rule looks at some acts, adds up what they weigh for one subject within its window, and
speaks from `least` on. The practice may change `least` and the window; then it counts from
that change. The figures are set so that an ordinary Monday stays silent (FEATURES C12).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop.audit.events import Act
from desktop.audit.outside import Seen
from desktop.frozen import dataclass


class Severity(StrEnum):
    NOTICE = "notice"
    WARNING = "warning"
    URGENT = "urgent"


class Group(StrEnum):
    """Whose records are added up."""

    ACTOR = "actor"
    OBJECT = "object"
    """The user that the record is about: who fails to sign in is nobody yet."""
    PRACTICE = "practice"


@dataclass(frozen=True)
class Look:
    """One kind of record. Empty `outcome` and `whys` let all through.

    It weighs `times`, or `times` for each of the number that its field `weigh` holds.
    """

    act: Act
    outcome: str = ""
    whys: frozenset[str] = frozenset()
    kind: str = ""
    weigh: str = ""
    times: int = 1

    def weight(self, record: Seen) -> int:
        """0 where the record is none of these."""
        if record.act != self.act or self.outcome not in ("", record.outcome):
            return 0
        if (self.whys and record.why not in self.whys) or self.kind not in ("", record.det.get("kind")):
            return 0
        number = record.det.get(self.weigh, 1) if self.weigh else 1
        return self.times * number if isinstance(number, int) else 0


@dataclass(frozen=True)
class AlertRule:
    """`minutes` is the window.

    `closed` counts what happens outside the opening hours only. With `above` the count must
    also be more than that many times the busiest day of the practice's last four weeks.
    `personal` counts letters to professionals at a personal mailbox only.
    """

    code: str
    looks: tuple[Look, ...]
    least: int
    minutes: int
    severity: Severity
    by: Group
    closed: bool = False
    above: int = 0
    personal: bool = False

    @property
    def acts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(look.act.value for look in self.looks))

    def weight(self, record: Seen) -> int:
        return max((look.weight(record) for look in self.looks), default=0)

    def subject(self, record: Seen) -> str:
        match self.by:
            case Group.ACTOR:
                return record.actor
            case Group.OBJECT:
                return record.obj
            case Group.PRACTICE:
                return ""


HOUR, DAY = 60, 24 * 60

AUDIT_MISMATCH = "audit-mismatch"
"""The one that everybody sees: the log cannot be trusted at the moment."""
BACKUP_OLD = "backup-old"
"""Not found in the log but by its absence: the time of the last backup is a setting."""
WRONG_RECIPIENT = "wrong-recipient"
"""Raised with its incident at once (`mail/wrong_person.py`), and counted by nothing."""

_RULES = (
    AlertRule(
        "signin-failures",
        (
            Look(Act.SIGNIN_FAILED),
            Look(Act.SIGNIN_CODE_FAILED),
            Look(Act.SIGNIN_STOPPED, times=10),
            Look(Act.PIN_FAILED),
            Look(Act.INVITATION_FAILED),
        ),
        least=8,
        minutes=HOUR,
        severity=Severity.WARNING,
        by=Group.OBJECT,
    ),
    AlertRule(
        "off-hours-views",
        (
            Look(Act.PEOPLE_SHOWN, times=10),
            Look(Act.PEOPLE_SEARCHED, weigh="count"),
            Look(Act.APPOINTMENTS_SHOWN, weigh="count"),
        ),
        least=300,
        minutes=HOUR,
        severity=Severity.WARNING,
        by=Group.ACTOR,
        closed=True,
    ),
    AlertRule(
        "off-hours-export",
        (Look(Act.AUDIT_EXPORTED, outcome="ok"),),
        least=1,
        minutes=HOUR,
        severity=Severity.WARNING,
        by=Group.ACTOR,
        closed=True,
    ),
    AlertRule(
        "outbound-volume",
        (Look(Act.MESSAGE_QUEUED),),
        least=200,
        minutes=DAY,
        severity=Severity.WARNING,
        by=Group.PRACTICE,
        above=3,
    ),
    AlertRule(
        "personal-mail",
        (Look(Act.MESSAGE_QUEUED, kind="letter"),),
        least=3,
        minutes=DAY,
        severity=Severity.WARNING,
        by=Group.ACTOR,
        personal=True,
    ),
    AlertRule(
        AUDIT_MISMATCH,
        (Look(Act.AUDIT_VERIFIED, outcome="failed"),),
        least=1,
        minutes=DAY,
        severity=Severity.URGENT,
        by=Group.PRACTICE,
    ),
    AlertRule(
        "clock-anomaly",
        (Look(Act.CLOCK_ANOMALY),),
        least=2,
        minutes=DAY,
        severity=Severity.NOTICE,
        by=Group.PRACTICE,
    ),
    AlertRule(BACKUP_OLD, (), least=1, minutes=3 * DAY, severity=Severity.WARNING, by=Group.PRACTICE),
    AlertRule(WRONG_RECIPIENT, (), least=1, minutes=DAY, severity=Severity.URGENT, by=Group.PRACTICE),
    AlertRule(
        "many-refusals",
        (Look(Act.GUARD_REFUSED, whys=frozenset({"not-allowed"})),),
        least=10,
        minutes=HOUR,
        severity=Severity.WARNING,
        by=Group.ACTOR,
    ),
    AlertRule(
        "sending-stopped",
        (
            Look(
                Act.SENDING_PAUSED,
                whys=frozenset(
                    {
                        *("relay-sign-in-failed", "too-many-refusals"),
                        *("too-many-bounces", "too-many-complaints"),
                    }
                ),
            ),
        ),
        least=1,
        minutes=DAY,
        severity=Severity.URGENT,
        by=Group.PRACTICE,
    ),
    AlertRule(
        "first-relay-refuses",
        (Look(Act.RELAY_CHANGED, whys=frozenset({"standby-after-refusal"})),),
        least=1,
        minutes=DAY,
        severity=Severity.WARNING,
        by=Group.PRACTICE,
    ),
    AlertRule(
        "much-came-back",
        (Look(Act.SENDING_WARNED),),
        least=1,
        minutes=DAY,
        severity=Severity.WARNING,
        by=Group.PRACTICE,
    ),
    AlertRule(
        "emergency-access",
        (Look(Act.VAULT_RECOVERED, outcome="ok"), Look(Act.EMERGENCY_OPENED, outcome="ok")),
        least=1,
        minutes=DAY,
        severity=Severity.URGENT,
        by=Group.PRACTICE,
    ),
)

RULES: Mapping[str, AlertRule] = MappingProxyType({rule.code: rule for rule in _RULES})
"""By code, in the order in which they are shown. A refusal because the screen is locked or a
proof is too old belongs to ordinary work: only "not allowed" counts."""
