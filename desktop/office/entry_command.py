"""The command line's token: what `signin` leaves behind for the commands that follow.

Without a background service a sealed file carries the keys from one command to the next
(`access/tokens.py`). With one, the service holds session and keys itself and knows a token by
its hash; a file from before it ran is taken over at its next use, and removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from desktop.access.computer import refuse_unsuitable
from desktop.access.roles import Action
from desktop.access.tokens import Resumed, SessionFiles
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.config import Limits
from desktop.crypto.keyslots import read_slots
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.sessions import new_token
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Session, User, UserState
from desktop.models.database import Database, Tx
from desktop.office.desk import Desk, Recorder
from desktop.office.opening import Opener
from desktop.office.persons import practice_part
from desktop.office.revocation import ended_at
from desktop.paths import PracticeFolder


@dataclass
class CommandEntry:
    """Used under the door's own lock. `holds` is whether this process outlives a command."""

    desk: Desk
    folder: PracticeFolder
    clock: Clock
    limits: Limits
    opener: Opener
    files: Callable[[bytes], SessionFiles]
    holds: bool
    resumed: Session | None = None
    """Whose file this process went on with; the service goes on with none."""
    _held: dict[str, Session] = field(default_factory=dict)

    def issue(self, session: Session) -> tuple[str, int]:
        """A token with the keys of this session's own person, and the seconds that it counts for."""
        self.desk.check(session, Action.ISSUE_TOKEN)
        vault, guard = self.desk.vault_of(session), self.desk.guard
        expires = min(self.limits.command_idle, guard.expires_in(session))
        until = int(self.clock.now().timestamp() * 1000) + expires * 1000
        second = guard.second_given(session)

        def issue(_: Tx, record: Recorder) -> str:
            record(Event(Act.SESSION_ISSUED, obj=session.id, det={"until": until}))
            return "" if self.holds else self.files(vault.vault_id).write(vault, session, second=second)

        token = self.desk.write(session, Action.ISSUE_TOKEN, issue)
        if self.holds:
            token = new_token()
            guard.hand_to_command(session)
            self._keep(token, session)
        return token, expires

    def resume(self, token: str) -> tuple[Session, User]:
        """The session of `token`, its idle time started anew. Raises Refused("session-ended")."""
        session = self._held.get(_hashed(token))
        if session is not None:
            return session, self._go_on(session)
        return self._from_file(token)

    def forget(self, session: Session) -> None:
        """Sign-out of a command: neither token nor file opens it any more."""
        self._held = {key: held for key, held in self._held.items() if held.id != session.id}
        if self.resumed == session or self.holds:
            self.files(self.desk.opened().vault.vault_id).end_session(session.user, session.id)
            self.resumed = None

    def _keep(self, token: str, session: Session) -> None:
        """Those that ended by themselves go."""
        guard = self.desk.guard
        self._held = {key: held for key, held in self._held.items() if guard.is_command(held)}
        self._held[_hashed(token)] = session

    def _go_on(self, session: Session) -> User:
        try:
            self.desk.guard.touch(session)
            opened = self.desk.opened()
        except Refused:
            raise Refused("session-ended") from None
        person = self._active(opened.database, session)[0]
        if person is None:
            self.desk.end_person(session.user)
            raise Refused("session-ended")
        return person

    def _from_file(self, token: str) -> tuple[Session, User]:
        """Open the vault with what the token's file holds, or take the session over where it is open."""
        refuse_unsuitable(self.folder.root)
        opened = self.desk.opened_or_none()
        if opened is None:
            settle_rotation(self.folder)
        files = self.files(read_slots(self.folder.keys).vault_id)
        found = files.open(token)
        vault = OpenVault.from_vault_key(self.folder.keys, found.vault_key, found.user_id, found.person_keys)
        try:
            self.desk.guard.adopt(found.session, found.started, found.last_used, second=found.second)
            if opened is not None:
                person = self._still_allowed(opened.database, found)
            else:
                person = self._open(vault, found)
        except BaseException:  # the keys are forgotten; then it goes on up
            vault.close()
            raise
        self.desk.persons.keep(found.session.id, vault)
        if self.holds:
            self._keep(token, found.session)
            files.end(token)
        else:
            self.resumed = found.session
        return found.session, person

    def _open(self, vault: OpenVault, found: Resumed) -> User:
        database = self.opener.database(vault)
        try:
            person = self._still_allowed(database, found)
            self.desk.put(self.opener.open(practice_part(vault), database))
        except BaseException:  # the file is not kept open; then it goes on up
            database.close()
            raise
        return person

    def _still_allowed(self, database: Database, found: Resumed) -> User:
        """A token outlives neither its user's account, nor a change of role, password or factors."""
        person, ended = self._active(database, found.session)
        if person is None or (ended is not None and found.issued < ended):
            self.desk.guard.end(found.session)
            raise Refused("session-ended")
        return person

    def _active(self, database: Database, session: Session) -> tuple[User | None, datetime | None]:
        def look(tx: Tx) -> tuple[User | None, datetime | None]:
            return users.get(tx, session.user), ended_at(tx, session.user)

        user, ended = database.read(look)
        out = user is None or user.state is not UserState.ACTIVE or user.role is not session.role
        return None if out else user, ended


def _hashed(token: str) -> str:
    return hashlib.sha256(token.strip().encode("utf-8", "surrogatepass")).hexdigest()
