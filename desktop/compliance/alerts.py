"""Looking at what the log has gained, and raising alerts by the rules.

Only records behind a mark are read anew; a rule that finds one of its own among them then
reads its window along the log's indexes. So the cost follows what happened lately and not
the size of the log. Several alike within a day are one alert with a count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import SYSTEM, AuditLog
from desktop.audit.outside import Seen, moment, seen
from desktop.audit.rules import BACKUP_OLD, RULES, WRONG_RECIPIENT, AlertRule, Group
from desktop.compliance.freshness import freshness
from desktop.compliance.hours import BEGINNING, Hours, load_hours
from desktop.frozen import dataclass
from desktop.models import alerts, audit, audit_queries, messages, people, settings
from desktop.models.accounts import UserId
from desktop.models.alerts import Alert
from desktop.models.database import Tx
from desktop.models.filters import AuditFilter
from desktop.models.ids import new_id
from desktop.models.records import Kind, MessageId
from desktop.models.safekeeping import FRESH
from desktop.people.lookalikes import is_private

BACKUP_AT = "backup-last-at"
"""When the last backup ended (ISO 8601). Until there has been one, its rule is silent."""
PORTION = 2000
"""Records that one look reads at most; who comes late looks again."""
_FIRST_LOOK = 10_000
_MARK = "alerts-looked-to"
_SEQS = 20
_TOGETHER = timedelta(days=1)
_FOUR_WEEKS = 28


@dataclass(frozen=True)
class Looked:
    """`raised` are new alerts, whoever raised them; `more` says that there is more to read."""

    raised: tuple[Alert, ...]
    more: bool


@dataclass(frozen=True)
class _Hit:
    """One record that counts for a rule. `at` is when it happened, which may be before it was written."""

    seq: int
    at: datetime
    weight: int


@dataclass(frozen=True)
class _RuleNow:
    """A rule with the figures that count here and now, from `since` on."""

    rule: AlertRule
    least: int
    minutes: int
    since: datetime

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether a look would read anything: asked on the reading lane, before anybody writes."""
    head = audit.last(tx)
    return head is not None and (head.seq > _mark(tx, head.seq) or _backup_is_old(tx, now))


def look(tx: Tx, log: AuditLog, now: datetime) -> Looked:
    """Read on from the mark, raise what the rules say, and move the mark."""
    head = audit.last(tx)
    if head is None:
        return Looked((), more=False)
    mark, hours = _mark(tx, head.seq), load_hours(tx)
    new = [seen(record) for record in audit.records(tx, after=mark, limit=PORTION)]
    raised = []
    for now_rule in _rules_now(tx, hours):
        for subject, first in _touched(tx, now_rule.rule, new, hours).items():
            alert = _weigh(tx, now_rule, subject, first, mark, hours)
            if alert is not None:
                raised.append(alert)
    raised += _backup(tx, now)
    for alert in raised:
        det: dict[str, str | int] = {"rule": alert.rule, "count": alert.count}
        log.record(tx, Event(Act.ALERT_RAISED, obj=alert.id, det=det))
    reached = new[-1].seq if new else mark
    settings.put(tx, _MARK, str(reached))
    return Looked((*raised, *_raised_at_once(tx, new)), more=reached < head.seq)


def _raised_at_once(tx: Tx, new: list[Seen]) -> Iterable[Alert]:
    """What did not wait for a look, but is told like the others."""
    for record in new:
        if record.act == Act.ALERT_RAISED and record.det.get("rule") == WRONG_RECIPIENT:
            alert = alerts.get(tx, record.obj)
            if alert is not None:
                yield alert


def _mark(tx: Tx, head: int) -> int:
    kept = settings.get(tx, _MARK)
    return int(kept) if kept is not None else max(0, head - _FIRST_LOOK)


def _rules_now(tx: Tx, hours: Hours) -> Iterable[_RuleNow]:
    chosen = alerts.thresholds(tx)
    for rule in RULES.values():
        since = hours.changed_at if rule.closed else BEGINNING
        own = chosen.get(rule.code)
        if own is None:
            yield _RuleNow(rule, rule.least, rule.minutes, since)
        else:
            yield _RuleNow(rule, own.least, own.minutes, max(since, own.changed_at))


def _touched(tx: Tx, rule: AlertRule, new: list[Seen], hours: Hours) -> dict[str, datetime]:
    """Subjects that gained something for this rule, and when the first of it was written."""
    found: dict[str, datetime] = {}
    for record in new:
        if record.at is not None and _weight(tx, rule, record, hours):
            found.setdefault(rule.subject(record), record.at)
    return found


def _weight(tx: Tx, rule: AlertRule, record: Seen, hours: Hours) -> int:
    weight = rule.weight(record)
    if not weight or (rule.closed and record.at is not None and not hours.closed(record.at)):
        return 0
    return 0 if rule.personal and not _went_to_a_personal_mailbox(tx, record) else weight


def _went_to_a_personal_mailbox(tx: Tx, record: Seen) -> bool:
    """A letter by somebody here to a professional contact whose address is at a private provider.

    A patient's address may be anywhere; a clinic, a laboratory or a payer has its own domain.
    """
    message = messages.get(tx, MessageId(record.obj)) if record.actor != SYSTEM else None
    person = people.get(tx, message.person) if message is not None else None
    if message is None or person is None or person.kind is not Kind.PROFESSIONAL:
        return False
    return is_private(message.address.rpartition("@")[2].lower())


def _weigh(tx: Tx, rule: _RuleNow, subject: str, first: datetime, mark: int, hours: Hours) -> Alert | None:
    """A new alert where a window that holds something new is heavy enough; an old one goes on."""
    hits = _hits(tx, rule, subject, first, hours)
    heavy = _heaviest(hits, rule.window, mark)
    count = sum(hit.weight for hit in heavy)
    if count < rule.least or (rule.rule.above and count <= _usual(tx, rule.rule, heavy[-1].at)):
        return None
    before = alerts.latest(tx, rule.rule.code, subject)
    last = heavy[-1].at
    if before is not None and last - before.first < _TOGETHER:
        new = [hit for hit in heavy if hit.seq > mark]
        alerts.go_on(
            tx,
            replace(
                before,
                last=max(before.last, last),
                count=before.count + sum(hit.weight for hit in new),
                seqs=tuple(dict.fromkeys((*before.seqs, *(hit.seq for hit in new))))[:_SEQS],
            ),
        )
        return None
    return _added(tx, rule.rule, subject, heavy[0].at, last, count, tuple(hit.seq for hit in heavy))


def _added(
    tx: Tx, rule: AlertRule, subject: str, first: datetime, last: datetime, count: int, seqs: tuple[int, ...]
) -> Alert:
    made = Alert(new_id(), rule.code, rule.severity.value, subject, first, last, count, seqs[:_SEQS])
    alerts.add(tx, made)
    return made


def _hits(tx: Tx, rule: _RuleNow, subject: str, first: datetime, hours: Hours) -> list[_Hit]:
    """What counts for the rule and the subject in the windows that end with what is new, by time."""
    wanted = AuditFilter(
        since=max(first - rule.window, rule.since),
        acts=rule.rule.acts,
        actor=UserId(subject) if rule.rule.by is Group.ACTOR else None,
    )
    found = []
    for record in map(seen, audit_queries.records(tx, wanted)):
        at = _happened(record)
        if at is not None and at >= rule.since and rule.rule.subject(record) == subject:
            weight = _weight(tx, rule.rule, record, hours)
            if weight:
                found.append(_Hit(record.seq, at, weight))
    return sorted(found, key=lambda hit: (hit.at, hit.seq))


def _happened(record: Seen) -> datetime | None:
    """Failed sign-ins before the vault was open are written later and carry their own time."""
    at = record.det.get("at")
    return moment(at) if isinstance(at, int) else record.at


def _heaviest(hits: list[_Hit], window: timedelta, mark: int) -> list[_Hit]:
    """The heaviest run of hits within one window that holds a new one; none is empty."""
    best, best_weight = (0, 0), 0
    start = weight = fresh = 0
    for end, hit in enumerate(hits):
        weight += hit.weight
        fresh += hit.seq > mark
        while hit.at - hits[start].at > window:
            weight -= hits[start].weight
            fresh -= hits[start].seq > mark
            start += 1
        if fresh and weight >= best_weight:
            best, best_weight = (start, end + 1), weight
    return hits[best[0] : best[1]]


def _usual(tx: Tx, rule: AlertRule, until: datetime) -> int:
    """What is still usual: so many times the busiest day of the four weeks before this one."""
    busiest = 0
    for day in range(1, _FOUR_WEEKS + 1):
        end = until - timedelta(days=day)
        some = AuditFilter(since=end - timedelta(days=1), until=end, acts=rule.acts)
        busiest = max(busiest, audit_queries.count(tx, some).number)
    return rule.above * busiest


def _backup_is_old(tx: Tx, now: datetime) -> bool:
    last = settings.get(tx, BACKUP_AT)
    if last is None:
        return False
    own = alerts.thresholds(tx).get(BACKUP_OLD)
    longest = timedelta(minutes=own.minutes if own else RULES[BACKUP_OLD].minutes)
    before = alerts.latest(tx, BACKUP_OLD, "")
    said = before is not None and now - before.last < _TOGETHER
    if said or now - datetime.fromisoformat(last) <= longest:
        return False
    return freshness(tx, now).state != FRESH  # a practice that was closed for a week has lost nothing


def _backup(tx: Tx, now: datetime) -> list[Alert]:
    return [_added(tx, RULES[BACKUP_OLD], "", now, now, 1, ())] if _backup_is_old(tx, now) else []
