"""Quick unlock: an idle lock of somebody who gave the password today opens by PIN or touch.

What opens is that person's own session and nobody else's. It proves nothing for a step-up,
and ends twelve hours after the password, as if it had never been locked.
"""

from __future__ import annotations

from desktop.access.signin import WRONG_PIN, SignIn
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, SealwellError
from desktop.frozen import dataclass
from desktop.models import factors, users
from desktop.models.accounts import Session, SessionId, User, UserId, UserState
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.office.choices import read_policy
from desktop.office.desk import Desk
from desktop.office.opening import Opener
from desktop.office.persons import copy_of, practice_part
from desktop.office.quickstore import Kept
from desktop.office.revocation import end_tokens, ended_at
from desktop.office.values_entry import QuickUnlock
from desktop.paths import PracticeFolder


@dataclass(frozen=True)
class QuickEntry:
    """Used under the door's own lock: one person at a time."""

    desk: Desk
    folder: PracticeFolder
    clock: Clock
    opener: Opener
    audit: AuditLog
    signin: SignIn

    def unlock(self, uid: UserId, request: QuickUnlock) -> tuple[Session, User]:
        """Refused "quick-unlock-gone" (the password is asked), "pin-wrong" with `left`, "too-many-tries"."""
        with self.signin.counted(uid, WRONG_PIN):
            kept = self._proved(uid, request)
        session, way = SessionId(new_id()), "quick-pin" if request.pin.strip() else "quick-touch"
        vault = copy_of(kept.vault)
        try:
            person = self._opened(kept, vault, session, way)
        except BaseException:  # the keys are forgotten; then it goes on up
            vault.close()
            raise
        self.desk.persons.keep(session, vault)
        return self.desk.guard.reopen(person, kept.began, session), person

    def _proved(self, uid: UserId, request: QuickUnlock) -> Kept:
        if request.pin.strip():
            return self.desk.quick.try_pin(uid, request.pin)
        kept = self.desk.quick.of(uid)
        if not kept.keys:
            raise Refused("quick-unlock-gone")
        self.signin.touched(list(kept.keys), request.key_pin)
        return kept

    def _opened(self, kept: Kept, vault: OpenVault, session: SessionId, way: str) -> User:
        """The person is let in where the database is open on duty, or opened again for them."""
        opened = self.desk.opened_or_none()
        if opened is not None:
            return opened.database.write(lambda tx: self._let_in(tx, kept, session, way))
        try:
            settle_rotation(self.folder)
            OpenVault.from_vault_key(self.folder.keys, vault.vault_key(), kept.user.id).close()
            database = self.opener.database(vault)
        except SealwellError as error:
            self.desk.quick.forget(kept.user.id)
            if error.code == "vault-altered":  # a new vault key, by another process; else the password tells
                raise Refused("quick-unlock-gone") from None
            raise
        return self._filled(database, kept, vault, session, way)

    def _filled(self, database: Database, kept: Kept, vault: OpenVault, session: SessionId, way: str) -> User:
        try:
            person = database.write(lambda tx: self._let_in(tx, kept, session, way))
            self.desk.put(self.opener.open(practice_part(vault), database))
        except BaseException:  # the file is not kept open; then it goes on up
            database.close()
            raise
        return person

    def _let_in(self, tx: Tx, kept: Kept, session: SessionId, way: str) -> User:
        """Not after a suspension, another role, or a changed password, key or policy elsewhere."""
        person, ended = users.get(tx, kept.user.id), ended_at(tx, kept.user.id)
        self.desk.quick.allow(read_policy(tx).quick_unlock)
        ended_since = ended is not None and kept.since < ended
        out = person is None or person.state is not UserState.ACTIVE or person.role is not kept.user.role
        if person is None or out or ended_since or not self.desk.quick.allowed:
            self.desk.quick.forget(kept.user.id)
            raise Refused("quick-unlock-gone")
        if ended is not None and kept.began.wall < ended:  # by this very session's own change of password
            end_tokens(tx, person.id, ended, but=session)
        if way == "quick-touch":
            self._key_known(tx, kept)
        users.seen(tx, person.id, self.clock.now())
        event = Event(Act.SESSION_UNLOCKED, obj=person.id, det={"action": way})
        self.audit.record(tx, event, actor=person.id, role=person.role.value, session=session)
        return person

    def _key_known(self, tx: Tx, kept: Kept) -> None:
        known = {key.cred_id for key in factors.keys_of(tx, kept.user.id)}
        if not {key.cred_id for key in kept.keys} <= known:
            self.desk.quick.forget(kept.user.id)
            raise Refused("quick-unlock-gone")
