"""How backups and their targets stand, as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.compliance import drills as drill_times
from desktop.compliance import freshness
from desktop.mail.relays import agreement_problem
from desktop.models import backups, drills, settings, targets
from desktop.models.database import Tx
from desktop.models.records import Reason
from desktop.models.safekeeping import AT_OTHERS, Target, TargetId
from desktop.office.values_backups import BackupLine, BackupsShown, Freshness, TargetLine

_SAME_DISK = "backup-same-disk-"
HISTORY = 60
"""Backups that are listed at most; what lies on a target is `list_target`."""


def refusal(tx: Tx, target: Target, now: datetime) -> Reason | None:
    """Why nothing is put there: it is with others, and no agreement covers it (45 CFR 164.308(b))."""
    if target.own or target.place.kind not in AT_OTHERS:
        return None
    return agreement_problem(target.baa, target.name, _today(tx, now))


def note_disk(tx: Tx, target: TargetId, *, same: bool) -> None:
    """Looked up when it was reached: a line of a list asks no share."""
    settings.put(tx, _SAME_DISK + target, "yes" if same else "")


def is_beside(tx: Tx, target: TargetId) -> bool:
    """Whether it lies on the practice's own disk."""
    return bool(settings.get(tx, _SAME_DISK + target))


def target_line(tx: Tx, target: Target, now: datetime, again: datetime | None = None) -> TargetLine:
    """One target and its honest state; `again` is when it is tried after trouble."""
    there, whole = backups.of_target(tx, target.id), backups.whole_at(tx, target.id)
    last = whole[0] if whole else None
    behind = backups.count_after(tx, last.records if last else 0)
    tried = targets.last_try(tx, target.id)
    problem = None if target.retired_at else refusal(tx, target, now)
    next_at = None if target.retired_at or problem else again or _next(tx, target, behind, now)
    return TargetLine(
        target=target,
        last=last,
        bytes=sum(one.bytes for one in there),
        next_at=next_at,
        behind=behind,
        tried_at=tried.at if tried else None,
        trouble=Reason(tried.trouble) if tried and tried.trouble else None,
        baa_problem=problem,
        same_disk=is_beside(tx, target.id),
    )


def _next(tx: Tx, target: Target, behind: int, now: datetime) -> datetime | None:
    """By its schedule; None where it has all and nothing changed."""
    put = backups.last_put(tx, target.id)
    earliest = put + timedelta(hours=target.every_hours) if put else now
    if behind:
        return max(now, earliest)
    newest = backups.newest(tx)
    since = freshness.change_since(tx, newest.records, now) if newest else now
    return None if since is None else max(now, earliest, since + freshness.EVERY)


def shown(
    tx: Tx,
    now: datetime,
    *,
    running: bool = False,
    here_bytes: int = 0,
    again: Mapping[TargetId, datetime] | None = None,
) -> BackupsShown:
    """All of it: what `show_backups` and `retire_target` answer."""
    due = drill_times.due_at(tx)
    later = again or {}
    return BackupsShown(
        freshness=fresh(tx, now),
        targets=tuple(target_line(tx, one, now, later.get(one.id)) for one in targets.listing(tx)),
        history=tuple(
            BackupLine(one, tuple(backups.copies_of(tx, one.id))) for one in backups.listing(tx, HISTORY)
        ),
        drills=drills.listing(tx),
        drill_due=_today(tx, due) if due else None,
        running=running,
        here_bytes=here_bytes,
    )


def fresh(tx: Tx, now: datetime) -> Freshness:
    """`compliance/freshness.freshness` as a value of the door."""
    found = freshness.freshness(tx, now)
    return Freshness(found.state, found.since, found.last, found.words)


def _today(tx: Tx, at: datetime) -> date:
    """The practice's own day."""
    return at.astimezone(ZoneInfo(settings.get(tx, "zone") or "UTC")).date()
