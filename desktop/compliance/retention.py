"""How long things are kept, and what may be destroyed when.

The log is kept six years from the end of its year and no setting shortens that
(45 CFR 164.316(b)(2)(i), 164.530(j)). Content is kept as long as the practice chose, and no
longer. An open incident holds everything back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.outside import seen
from desktop.audit.segments import Cover, Edge, read_segment
from desktop.audit.verify import Start
from desktop.errors import InputError, Refused, VaultError
from desktop.frozen import dataclass
from desktop.mail.states import IN_FLIGHT, TERMINAL, WAITING
from desktop.models import (
    alerts,
    audit,
    audit_queries,
    destroying,
    import_undo,
    logyears,
    settings,
    vaultkeys,
)
from desktop.models.correspondence import ConversationId, Retention
from desktop.models.database import Tx
from desktop.models.filters import AuditFilter
from desktop.models.logyears import Segment

YEARS = 6
MESSAGES, ATTEMPTS, DRAFTS, IMPORTS = "messages", "attempts", "drafts", "imports"
CONVERSATIONS: Mapping[Retention, str] = MappingProxyType(
    {
        Retention.STANDARD: "conversations",
        Retention.CHART: "conversations-chart",
        Retention.SHORT: "conversations-short",
    }
)
GIVEN: Mapping[str, int] = MappingProxyType(
    {
        MESSAGES: 180,
        ATTEMPTS: 365,
        DRAFTS: 90,
        IMPORTS: 30,
        CONVERSATIONS[Retention.STANDARD]: 365,
        CONVERSATIONS[Retention.CHART]: 3650,
        CONVERSATIONS[Retention.SHORT]: 30,
    }
)
"""Days after the end of a message, an attempt, the last change of a draft, after a conversation was
done, and after an import, of which the bytes are never stored: the rows that it left out, and what it
changed, with which it can be taken back."""
LEAST_DAYS, MOST_DAYS = 30, 3650
LEAST_CHART_DAYS = YEARS * 365 + 2
"""What belongs to the record of care is kept no shorter than the log that speaks of it."""
AT_ONCE = 100
"""So many conversations at most lose their words in one go: somebody may be waiting to be signed in."""
_RAN_AT = "retention-ran-at"
_EVERY = timedelta(days=1)
_GAP = "log-gap"
"""The setting that holds an unexplained gap: an older database must not be tidied up."""

FORGET_PAGES = 100
"""Of the search index, rewritten in one short transaction."""


@dataclass(frozen=True)
class Destroyed:
    messages: int
    attempts: int
    drafts: int
    conversations: int = 0
    mails: int = 0
    """Received ones that belong to no conversation."""
    notes: int = 0
    """Of ended tasks that belong to no conversation."""
    imports: int = 0
    """Of which the rows left out and the old values went."""


# --- content ------------------------------------------------------------------------------


def classes(tx: Tx) -> dict[str, int]:
    """Days by class, as chosen."""
    return {name: int(settings.get(tx, f"retention-{name}") or days) for name, days in GIVEN.items()}


def put_class(tx: Tx, name: str, days: int) -> None:
    """Raises InputError "retention-class-unknown", "retention-days-range"."""
    if name not in GIVEN:
        raise InputError("retention-class-unknown")
    least = least_days(name)
    if not least <= days <= MOST_DAYS:
        raise InputError("retention-days-range", least=least, most=MOST_DAYS)
    settings.put(tx, f"retention-{name}", str(days))


def least_days(name: str) -> int:
    """The fewest days that can be chosen for a class."""
    return LEAST_CHART_DAYS if name == CONVERSATIONS[Retention.CHART] else LEAST_DAYS


def is_due(tx: Tx, now: datetime) -> bool:
    """Once a day is enough; a clock that was set back does not stop it."""
    ran = settings.get(tx, _RAN_AT)
    return ran is None or abs(now - datetime.fromisoformat(ran)) >= _EVERY


def destroy_due(tx: Tx, log: AuditLog, now: datetime) -> Destroyed | None:
    """Destroy what is past its time, with one record of how much; None where something holds it.

    A conversation loses its words only once it is done and no task of it is open; of many, `AT_ONCE`,
    and the others are due at once. Rows are deleted and their place in the file is overwritten
    (`secure_delete`). A record's own key is not there to be forgotten, and copies of the whole file
    keep what they had.
    """
    settings.put(tx, _RAN_AT, now.isoformat())
    held = "legal-hold" if alerts.open_incidents(tx) else "log-gap" if settings.get(tx, _GAP) else ""
    if held:
        log.record(tx, Event(Act.CONTENT_DESTROYED, outcome="refused", why=held))
        return None
    days = classes(tx)

    def before(name: str) -> datetime:
        return now - timedelta(days=days[name])

    done = Destroyed(
        messages=destroying.bodies(tx, TERMINAL, before(MESSAGES)),
        attempts=destroying.attempts(tx, TERMINAL, before(ATTEMPTS)),
        drafts=destroying.drafts(tx, before(DRAFTS)),
        conversations=_said(tx, {kept: before(name) for kept, name in CONVERSATIONS.items()}, now),
        mails=destroying.received_mail(tx, before(CONVERSATIONS[Retention.STANDARD])),
        notes=destroying.notes(tx, before(CONVERSATIONS[Retention.STANDARD])),
        imports=import_undo.forget(tx, before(IMPORTS)),
    )
    if done.conversations == AT_ONCE:
        settings.put(tx, _RAN_AT, (now - _EVERY).isoformat())
    if any(asdict(done).values()):
        log.record(tx, Event(Act.CONTENT_DESTROYED, det=asdict(done)))
    return done


def _said(tx: Tx, before: Mapping[Retention, datetime], now: datetime) -> int:
    those: list[ConversationId] = []
    for kept, moment in before.items():
        those += destroying.over(tx, kept, moment, AT_ONCE - len(those), WAITING | IN_FLIGHT)
    return destroying.words(tx, those, TERMINAL, now)


def forgets(tx: Tx) -> bool:
    """Whether the search index still holds words of what was destroyed."""
    return destroying.forgets(tx)


def forget_words(tx: Tx) -> bool:
    """A little of it; whether more is left."""
    return destroying.forget_words(tx, FORGET_PAGES)


# --- closed years of the log ------------------------------------------------------------------


def cover_of(one: Segment) -> Cover:
    """What the segment was sealed with."""
    return Cover(**one.details["cover"])


def edge(tx: Tx) -> Edge:
    """Behind the last sealed year."""
    sealed = logyears.listing(tx)
    return Edge.behind(cover_of(sealed[-1])) if sealed else Edge()


def start(tx: Tx) -> Start | None:
    """What is left of the destroyed years: where reading the log has to begin; None where it is whole."""
    gone = [one for one in logyears.listing(tx) if one.purged_at is not None]
    if not gone:
        return None
    cover = cover_of(gone[-1])
    return Start(cover.last, cover.last_hash, cover.tree)


def purgeable(year: int) -> date:
    """The first day on which the year's records may be destroyed: six years after its end."""
    return date(year + YEARS + 1, 1, 1)


def last_of(tx: Tx, year: int, behind: Edge, now: datetime) -> int:
    """The last record of a year that can be sealed now, the records before it all older than its end.

    Raises InputError("year-wrong"), Refused "year-open" (not over yet), "year-sealed", "year-order" (an
    earlier one comes first), "year-empty".
    """
    zone = _zone(tx)
    if not 2000 <= year < 9999 - YEARS:
        raise InputError("year-wrong")
    if now.astimezone(zone).year <= year:
        raise Refused("year-open", year=year)
    sealed = logyears.listing(tx)
    if sealed and year <= sealed[-1].year:
        raise Refused("year-sealed", year=year)
    end = datetime(year + 1, 1, 1, tzinfo=zone)
    later = audit_queries.matching(tx, AuditFilter(since=end))
    head = audit.last(tx)
    last = (min(later) if later else head.seq + 1 if head else 1) - 1
    if last <= behind.seq:
        raise Refused("year-empty", year=year)
    first = seen(next(audit.records(tx, after=behind.seq, limit=1)))
    began = first.at.astimezone(zone).year if first.at is not None else year
    if began < year and (not sealed or began > sealed[-1].year):
        raise Refused("year-order", year=began)
    return last


def refuse_purge(tx: Tx, year: int, now: datetime) -> Segment:
    """The sealed year, if its time is over as far as this program can tell.

    Raises Refused "retention-locked" (also where the log shows fewer than six later years: a
    clock that was set forward makes nobody older), "segment-unsealed", "purge-order" (an older
    year comes first), "already-purged", "legal-hold".
    """
    if now.astimezone(_zone(tx)).date() < purgeable(year) or not _six_years_seen(tx, year):
        raise Refused("retention-locked", until=purgeable(year).isoformat())
    if alerts.open_incidents(tx):
        raise Refused("legal-hold")
    one = logyears.get(tx, year)
    if one is None:
        raise Refused("segment-unsealed", year=year)
    if one.purged_at is not None:
        raise Refused("already-purged", year=year)
    if any(other.year < year and other.purged_at is None for other in logyears.listing(tx)):
        raise Refused("purge-order")
    return one


def check_sealed(tx: Tx, one: Segment, folder: Path) -> int:
    """Whether the file holds, and holds what the tables hold; how many records.

    Raises VaultError "segment-missing", "segment-damaged".
    """
    key = vaultkeys.get(tx, logyears.key_name(one.year))
    if key is None:
        raise VaultError("segment-damaged", file=one.file)
    cover = cover_of(one)
    kept = audit.records(tx, after=cover.first - 1, limit=cover.last - cover.first + 1)
    number = 0
    for sealed, row in zip(read_segment(folder / one.file, key, one.sha256, cover), kept, strict=False):
        if (sealed.seq, sealed.body, sealed.hash) != (row.seq, row.body, row.hash):
            raise VaultError("segment-damaged", file=one.file)
        number += 1
    if number != cover.last - cover.first + 1:
        raise VaultError("segment-damaged", file=one.file)
    return number


def certificate(
    one: Segment, records: int, vault_id: bytes, approval: str, by: str, second: str, now: datetime
) -> dict[str, object]:
    """What is left of a destroyed year. Ids name people: the names may be looked up in the program."""
    cover = cover_of(one)
    return {
        "document": "sealwell-destruction",
        "v": 1,
        "vault": vault_id.hex(),
        "year": one.year,
        "records": records,
        "first": cover.first,
        "last": cover.last,
        "prev": cover.prev,
        "last_hash": cover.last_hash,
        "root": cover.root,
        "frontier": cover.after,
        "file": one.file,
        "sha256": one.sha256,
        "sealed_at": one.sealed_at.astimezone(UTC).isoformat(),
        "destroyed_at": now.astimezone(UTC).isoformat(),
        "asked_by": by,
        "approved_by": second,
        "approval": approval,
        "how": "rows deleted with secure_delete; the key of the sealed file deleted; the file removed",
        "not_covered": "copies of the database or the file that were made before, outside this program",
    }


def _six_years_seen(tx: Tx, year: int) -> bool:
    """Whether people worked with the program in each of the six years after."""
    zone = _zone(tx)
    for later in range(year + 1, year + YEARS + 1):
        since, until = datetime(later, 1, 1, tzinfo=zone), datetime(later + 1, 1, 1, tzinfo=zone)
        if not audit_queries.count(tx, AuditFilter(since=since, until=until), 1).number:
            return False
    return True


def _zone(tx: Tx) -> ZoneInfo:
    return ZoneInfo(settings.get(tx, "zone") or "UTC")
