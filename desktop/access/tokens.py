"""The command line's token: what `signin` leaves behind for the commands that follow.

The file `session-<id>` holds the vault key and the session, sealed under the token, this
computer's share and this run of the machine (DESIGN.md, "The token"). Every command
renews it. Idle and total time are a gate, not cryptography: the file's own times are
authenticated, and the longer of monotonic and wall clock counts. Behind the token's id the
name says whose file it is, of which session (both opaque) and since when, so that a person's
sessions can be listed and ended without their tokens.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.clock import Clock, milliseconds
from desktop.config import LIMITS, Limits
from desktop.crypto.sessions import new_token, open_session, seal_session, session_id
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.locks import held
from desktop.models.accounts import Role, Session, SessionId, UserId
from desktop.paths import write_private

_PREFIX = "session-"


@dataclass(frozen=True)
class Resumed:
    """What a token opened: enough for `OpenVault.from_vault_key` and `Guard.adopt`."""

    vault_id: bytes
    vault_key: bytes = field(repr=False)
    person_keys: bytes = field(repr=False)
    session: Session
    started: datetime
    last_used: datetime
    """Both reckoned back from now by the clock that says longer ago."""
    issued: datetime
    """When the token was written; ending a person's sessions ends those issued before."""
    second: bool
    """Whether a second factor was really given in the session that issued it."""

    @property
    def user_id(self) -> UserId:
        return self.session.user


@dataclass(frozen=True)
class CommandSession:
    """A session file as its name and times tell it; whether it still opens is known to its token alone."""

    session: SessionId
    started: datetime


class SessionFiles:
    """The session files in one folder. `share` is the computer's, or None without a key store."""

    def __init__(self, folder: Path, clock: Clock, share: bytes | None, limits: Limits = LIMITS) -> None:
        self._folder = folder
        self._clock = clock
        self._share = share
        self._limits = limits

    def write(self, vault: OpenVault, session: Session, *, second: bool = False) -> str:
        """Keep `session` and answer its token, which is shown once; files too old to open go.

        `second` as in `Resumed`; a file of an earlier version does not say, and counts as without.
        """
        token = new_token()
        now = self._now()
        lasted = max(0, now["wall"] - milliseconds(session.started))
        payload = {
            "vault_id": vault.vault_id.hex(),
            "vault_key": vault.vault_key().hex(),
            "person_keys": vault.person_keys().hex(),
            "session": session.id,
            "user": session.user,
            "user_name": session.user_name,
            "role": session.role.value,
            "signed_in": session.started.isoformat(),
            "started": {"wall": now["wall"] - lasted, "mono": now["mono"] - lasted},
            "issued": now["wall"],
            "used": now,
            "second": second,
        }
        with self._alone():
            self._sweep()
            whose = f"{session.user}-{session.id}-{now['wall']:x}"
            self._put(self._folder / f"{_PREFIX}{session_id(token)}-{whose}", token, payload)
        return token

    def open(self, token: str) -> Resumed:
        """What the token opens, its idle time started anew.

        Raises Refused("session-ended") when the token is unknown, too old, idle for too
        long, or from before a restart; VaultError("session-damaged").
        """
        with self._alone():
            path = self._path(token)
            try:
                blob = path.read_bytes()
            except FileNotFoundError:
                raise Refused("session-ended") from None
            payload = json.loads(open_session(token, self._share, self._clock.boot_id(), blob))
            idle, lasted = self._since(payload["used"]), self._since(payload["started"])
            if idle > self._limits.command_idle * 1000 or lasted > self._limits.session_total * 1000:
                path.unlink(missing_ok=True)
                raise Refused("session-ended")
            self._put(path, token, {**payload, "used": self._now()})
        now = self._clock.now()
        return Resumed(
            vault_id=bytes.fromhex(payload["vault_id"]),
            vault_key=bytes.fromhex(payload["vault_key"]),
            person_keys=bytes.fromhex(payload["person_keys"]),
            session=Session(
                SessionId(payload["session"]),
                UserId(payload["user"]),
                payload["user_name"],
                Role(payload["role"]),
                datetime.fromisoformat(payload["signed_in"]),
            ),
            started=now - timedelta(milliseconds=lasted),
            last_used=now - timedelta(milliseconds=idle),
            issued=_moment(payload.get("issued", payload["started"]["wall"])),
            second=payload.get("second") is True,
        )

    def end(self, token: str) -> None:
        """Sign-out; ending what has ended is no error."""
        with self._alone():
            self._path(token).unlink(missing_ok=True)

    def sessions_of(self, user: UserId) -> tuple[CommandSession, ...]:
        """The command line's sessions of one person on this computer, those too old left out."""
        oldest = self._clock.now().timestamp() - self._limits.command_idle
        found = []
        for path in self._files_of(user, "*"):
            *_, session, began = path.name.split("-")
            if path.stat().st_mtime >= oldest:
                found.append(CommandSession(SessionId(session), _moment(int(began, 16))))
        return tuple(found)

    def end_session(self, user: UserId, session: SessionId) -> bool:
        """End one session of a person without its token; False where there is none."""
        with self._alone():
            found = self._files_of(user, session)
            for path in found:
                path.unlink(missing_ok=True)
        return bool(found)

    def end_user(self, user: UserId) -> int:
        """End all of one person's; how many files there were."""
        with self._alone():
            found = self._files_of(user, "*")
            for path in found:
                path.unlink(missing_ok=True)
        return len(found)

    def end_all(self) -> None:
        """After a rotation of the vault key: no token opens anything any more."""
        with self._alone():
            for path in self._folder.glob(f"{_PREFIX}*"):
                path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No command brings back the file that another is removing."""
        try:
            with held(self._folder / "sessions"):
                yield
        except OSError:
            raise VaultError("session-unwritable", folder=str(self._folder)) from None

    def _put(self, path: Path, token: str, payload: dict[str, Any]) -> None:
        blob = seal_session(token, self._share, self._clock.boot_id(), json.dumps(payload).encode("utf-8"))
        write_private(path, blob)
        now = self._clock.now().timestamp()
        os.utime(path, (now, now))

    def _path(self, token: str) -> Path:
        name = f"{_PREFIX}{session_id(token)}"
        return next(iter(self._folder.glob(f"{name}-*")), self._folder / name)

    def _files_of(self, user: UserId, session: str) -> tuple[Path, ...]:
        return tuple(self._folder.glob(f"{_PREFIX}*-{user}-{session}-*"))

    def _now(self) -> dict[str, int]:
        return {"wall": milliseconds(self._clock.now()), "mono": int(self._clock.mono() * 1000)}

    def _since(self, moment: dict[str, int]) -> int:
        """Milliseconds gone by, by the clock that says more."""
        now = self._now()
        return max(0, now["wall"] - moment["wall"], now["mono"] - moment["mono"])

    def _sweep(self) -> None:
        oldest = self._clock.now().timestamp() - self._limits.session_total
        for path in self._folder.glob(f"{_PREFIX}*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
