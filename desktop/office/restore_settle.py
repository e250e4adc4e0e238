"""What a database out of a backup is told before anybody works with it.

That it was restored, by whom and why; where the log ends in it and how far it had come elsewhere;
that nothing leaves by itself; that no session, no proof and no count of failed tries of the old
computer counts here; and what this computer lacks.
"""

from __future__ import annotations

from datetime import datetime

from desktop.access.signin import slot_uid, start_tries
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.log import AuditLog
from desktop.audit.logkey import PUBLIC, write_vkey
from desktop.audit.note import origin_of, read_checkpoint
from desktop.audit.tokens import keep_reason
from desktop.audit.witness import BACKUP, KEYRING, ROLLED_BACK, Gap, Mark, compare, tree_at
from desktop.clock import Clock
from desktop.crypto.container import SealedHeader
from desktop.errors import InputError, Refused, VaultError
from desktop.frozen import dataclass
from desktop.mail.fence import RESTORED, Fence
from desktop.mail.states import WAITING
from desktop.models import arrivals, factors, messages, users, vaultkeys
from desktop.models.accounts import User, UserState
from desktop.models.database import Tx
from desktop.models.safekeeping import BackupId
from desktop.office import loggap
from desktop.office.arrival_facts import RECOVERY_KEY, concerns
from desktop.office.logwatch import LogWatch
from desktop.office.revocation import end_tokens
from desktop.office.values_backups import ARRIVAL_ITEMS, RestoreRequest
from desktop.paths import PracticeFolder

CAUSE = "restored-backup"


@dataclass(frozen=True)
class Brought:
    """The backup, and what others remember of the log: the keyring's mark, the note beside the backups."""

    backup: BackupId
    made_at: datetime
    sealed: SealedHeader
    vault_id: bytes
    mark: Mark | None
    note: str
    unexplained: Gap | None = None
    """Of the log as it lies in the backup: it stays for whoever can say why."""


@dataclass(frozen=True)
class Stand:
    """How the practice stands once it is settled: for the keyring, and to say it."""

    records: int
    root: str
    waiting: int


class Settling:
    """Everything in the one transaction `settle`."""

    def __init__(self, folder: PracticeFolder, clock: Clock, audit: AuditLog, log_watch: LogWatch) -> None:
        """`log_watch` has entered the database: what drives with backups remember stands there."""
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._log_watch = log_watch

    def settle(self, tx: Tx, brought: Brought, request: RestoreRequest) -> Stand:
        """Raises Refused("restore-user-inactive") for somebody who could not sign in there either."""
        now, token_key = self._clock.now(), vaultkeys.get(tx, "token")
        if token_key is None:
            raise VaultError("database-damaged")
        user = _person(tx, brought.vault_id, request.user)
        gap = self._explained(tx, brought)
        start_tries(tx, self._folder, self._clock)
        for each in users.listing(tx):
            factors.forget_proofs(tx, each.id)
            end_tokens(tx, each.id, now)
        det = keep_reason(tx, token_key, request.reason.strip())
        head: dict[str, Value] = {"records": brought.sealed.records, "root": brought.sealed.root}
        self._record(tx, user, Event(Act.PRACTICE_RESTORED, obj=brought.backup, det={**det, **head}))
        if gap is not None:
            root = tree_at(tx).root().hex()
            missing: dict[str, Value] = {"first": gap.first, "last": gap.last, "root": root}
            if gap.root:
                missing["root-before"] = gap.root
            self._record(tx, user, Event(Act.LOG_RESTORE_GAP, why=CAUSE, det={**det, **missing}))
        Fence(self._clock, self._audit).put(tx, RESTORED)
        arrivals.open_items(tx, _lacking(tx, with_key=bool(request.recovery_key)), now)
        tree, counts = tree_at(tx), messages.counts(tx)
        waiting = sum(number for state, number in counts.items() if state in WAITING)
        return Stand(tree.stop, tree.root().hex(), waiting)

    def _explained(self, tx: Tx, brought: Brought) -> Gap | None:
        """What is missing or other here, by whoever saw the log furthest; nobody is asked about it again."""
        records = brought.sealed.records
        noted = _missing(tx, records, _noted(tx, brought), BACKUP)
        found = [noted, _missing(tx, records, brought.mark, KEYRING)]
        if brought.unexplained is None:
            found.append(self._log_watch.gap)
        self._log_watch.explained(tx)
        loggap.forget(tx, () if noted is None else (noted.root,))
        if brought.unexplained is not None:
            loggap.keep(tx, brought.unexplained)
        return max((gap for gap in found if gap is not None), key=lambda gap: gap.last, default=None)

    def _record(self, tx: Tx, user: User, event: Event) -> None:
        self._audit.record(tx, event, actor=user.id, role=user.role.value)


def _person(tx: Tx, vault_id: bytes, name: str) -> User:
    user = users.get(tx, slot_uid(vault_id, name))
    if user is None or user.state is not UserState.ACTIVE or user.disabled_at is not None:
        raise Refused("restore-user-inactive")
    return user


def _missing(tx: Tx, records: int, mark: Mark | None, witness: str) -> Gap | None:
    """Against the log as it lies in the backup: what was recorded since then is of this computer."""
    if mark is None:
        return None
    if mark.size > records:
        return Gap(ROLLED_BACK, records + 1, mark.size, witness, mark.at, mark.root)
    return compare(tx, mark, witness)


def _noted(tx: Tx, brought: Brought) -> Mark | None:
    """The checkpoint beside the backups, if this practice's log signed it; else it says nothing."""
    public = vaultkeys.get(tx, PUBLIC)
    if public is None or not brought.note:
        return None
    try:
        seen = read_checkpoint(brought.note, write_vkey(f"sealwell.local/{brought.vault_id.hex()}", public))
    except InputError:
        return None
    if seen.origin != origin_of(brought.vault_id):
        return None
    return Mark(seen.size, seen.root.hex(), 0, brought.made_at, brought.note)


def _lacking(tx: Tx, *, with_key: bool) -> list[str]:
    """Those of `ARRIVAL_ITEMS` that concern this practice; a new recovery key only where there is one."""
    return [item for item in ARRIVAL_ITEMS if concerns(tx, item) and (with_key or item != RECOVERY_KEY)]
