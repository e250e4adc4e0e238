"""The guard that every use case asks: is this person signed in, here, awake, allowed?

The screen lock is the guard's own: it refuses people while approved work goes on. The
vault lock closes the database and is not known here. Times are measured by the
monotonic clock and by the wall clock, and the longer one counts: the monotonic clock
stands still while a computer sleeps, the wall clock can be set back.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from desktop.access.roles import STEP_UP, Action, Purpose, may
from desktop.clock import Clock
from desktop.config import LIMITS, Limits
from desktop.errors import Refused
from desktop.models.accounts import Session, SessionId, User, UserId
from desktop.models.ids import new_id


@dataclass(frozen=True)
class Moment:
    """One instant on both clocks."""

    wall: datetime
    mono: float

    @classmethod
    def of(cls, clock: Clock) -> Moment:
        return cls(clock.now(), clock.mono())

    def seconds_to(self, later: Moment) -> float:
        """Seconds gone by; never less than either clock says."""
        return max(later.mono - self.mono, (later.wall - self.wall).total_seconds())


@dataclass
class _Live:
    session: Session
    started: Moment
    used: Moment
    signed_in: Moment | None
    """When password and second factor were given; None where a PIN or a touch stood in for them."""
    proofs: dict[Purpose, Moment] = field(default_factory=dict)
    locked: bool = False
    command: bool = False
    second: bool = False
    """Whether a second factor was really given in this session: today's earlier proof is none."""


class Guard:
    """Keeps the sessions of this process; safe to ask from any thread."""

    def __init__(self, clock: Clock, limits: Limits = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._live: dict[SessionId, _Live] = {}
        self._idle_lock = limits.idle_lock
        self._change = threading.Lock()

    @property
    def idle_lock(self) -> int:
        """Idle seconds after which a session locks."""
        return self._idle_lock

    def lock_after(self, seconds: int) -> None:
        """What the practice chose for idle people; never longer than the program's own limit."""
        self._idle_lock = min(seconds, self._limits.idle_most)

    def open(
        self, user: User, now: datetime, id_: SessionId | None = None, *, second: bool = False
    ) -> Session:
        """A new session of a person who was just let in; `second` where more than the password was given.

        Sessions behind the screen lock end: the lock page has been answered.
        """
        moment = Moment(now, self._clock.mono())
        return self._opened(user, id_ or SessionId(new_id()), moment, moment, moment, second)

    def reopen(self, user: User, began: Moment, id_: SessionId) -> Session:
        """A new session by quick unlock: it lasts as if it had begun at the sign-in, and proves nothing."""
        return self._opened(user, id_, began, Moment.of(self._clock), None, second=False)

    def _opened(
        self,
        user: User,
        id_: SessionId,
        began: Moment,
        used: Moment,
        signed_in: Moment | None,
        second: bool,
    ) -> Session:
        session = Session(id_, user.id, user.name, user.role, began.wall)
        with self._change:
            self._live = {key: live for key, live in self._live.items() if not live.locked}
            self._live[session.id] = _Live(session, began, used, signed_in, second=second)
        return session

    def adopt(
        self, session: Session, started: datetime, last_used: datetime, *, second: bool = False
    ) -> None:
        """Take over a session that began in another process (the command line's token).

        Its sign-in is its step-up, `second` as there. Raises `session-ended` when it idled or
        lasted too long.
        """
        moment = Moment.of(self._clock)
        lasted = max(0.0, (moment.wall - started).total_seconds())
        idled = (moment.wall - last_used).total_seconds()
        if lasted > self._limits.session_total or idled > self._limits.command_idle:
            raise Refused("session-ended")
        began = Moment(started, moment.mono - lasted)
        with self._change:
            self._live[session.id] = _Live(session, began, moment, began, command=True, second=second)

    def check(self, session: Session, action: Action) -> None:
        """Return silently if `session` may do `action` now.

        Raises `signed-out`, `locked`, `not-allowed` or `step-up-needed`.
        """
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            if live.locked:
                raise Refused("locked")
            if not may(live.session.role, action):
                raise Refused("not-allowed")
            purpose = STEP_UP.get(action)
            if purpose is not None:
                self._want_fresh(live, purpose, moment)

    def fresh(self, session: Session, purpose: Purpose) -> None:
        """For work that finds out only while it is done that it wants a fresh proof.

        Raises `step-up-needed` with `purpose`, and `signed-out` or `locked`.
        """
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            if live.locked:
                raise Refused("locked")
            self._want_fresh(live, purpose, moment)

    def touch(self, session: Session) -> None:
        """The person moved: idle time starts anew. A session that has already locked stays locked."""
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            if not live.locked:
                live.used = moment

    def prove(self, session: Session, purpose: Purpose, *, second: bool = False) -> None:
        """The person has just proved again who they are: it counts for `purpose` and five minutes.

        `second` where a second factor was given: the session has it from then on. A locked
        session stays locked; the lock page opens a new one.
        """
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            if live.locked:
                raise Refused("locked")
            live.used = live.proofs[purpose] = moment
            live.second = live.second or second

    def second_given(self, session: Session) -> bool:
        """Whether this session ever had a second factor, and not the password or a PIN alone."""
        moment = Moment.of(self._clock)
        with self._change:
            return self._find(session, moment).second

    def lock(self) -> tuple[SessionId, ...]:
        """Screen lock: every session at a screen is refused until somebody signs in again; which they are.

        A command's session has no screen: it ends by its own idle time.
        """
        with self._change:
            screens = {key: live for key, live in self._live.items() if not live.command}
            for live in screens.values():
                live.locked = True
            return tuple(screens)

    def everyone_locked(self) -> bool:
        """Whether nobody may do anything here until somebody signs in."""
        with self._change:
            return all(live.locked for live in self._live.values())

    def screens_locked(self) -> bool:
        """As `everyone_locked`, commands left out."""
        with self._change:
            return all(live.locked or live.command for live in self._live.values())

    def hand_to_command(self, session: Session) -> None:
        """A token goes on with this session from here: it counts as a command's."""
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            live.command, live.used = True, moment

    def is_command(self, session: Session) -> bool:
        """Whether a token, not a screen, holds this session; False where it has ended."""
        with self._change:
            live = self._live.get(session.id)
            return live is not None and live.command

    def expire(self) -> tuple[SessionId, ...]:
        """End what has lasted too long, and commands that idled; which they were."""
        moment = Moment.of(self._clock)
        with self._change:
            ended = tuple(key for key, live in self._live.items() if self._is_over(live, moment))
            for key in ended:
                del self._live[key]
        return ended

    def lock_idle(self) -> tuple[SessionId, ...]:
        """Lock every screen that idled too long, also one that nobody holds or asks about any more.

        Which they were, without those that were locked before.
        """
        moment = Moment.of(self._clock)
        with self._change:
            idle = {key: live for key, live in self._live.items() if self._idles(live, moment)}
            for live in idle.values():
                live.locked = True
            return tuple(idle)

    def end(self, session: Session) -> None:
        """Sign-out; ending what has ended is no error."""
        with self._change:
            self._live.pop(session.id, None)

    def end_user(self, user: UserId, but: SessionId | None = None) -> tuple[SessionId, ...]:
        """End every session of one person here, but for `but`; which ones they were."""
        with self._change:
            ended = tuple(k for k, live in self._live.items() if live.session.user == user and k != but)
            for key in ended:
                del self._live[key]
        return ended

    def sessions(self, user: UserId | None = None) -> tuple[tuple[Session, bool], ...]:
        """The sessions of this process, of one person or of all, and whether a command's token began them."""
        with self._change:
            return tuple(
                (live.session, live.command)
                for live in self._live.values()
                if user is None or live.session.user == user
            )

    def end_all(self) -> None:
        """Vault lock: nobody is signed in any more."""
        with self._change:
            self._live.clear()

    def idle_seconds(self) -> float:
        """Seconds since anybody signed in here last moved; 0 where nobody is."""
        moment = Moment.of(self._clock)
        with self._change:
            return min((live.used.seconds_to(moment) for live in self._live.values()), default=0.0)

    def began(self, session: Session) -> Moment:
        """When password and second factor opened this session's day."""
        moment = Moment.of(self._clock)
        with self._change:
            return self._find(session, moment).started

    def expires_in(self, session: Session) -> int:
        """Whole seconds until the session ends whatever its person does."""
        moment = Moment.of(self._clock)
        with self._change:
            live = self._find(session, moment)
            return int(self._limits.session_total - live.started.seconds_to(moment))

    def _want_fresh(self, live: _Live, purpose: Purpose, moment: Moment) -> None:
        """A sign-in of the last five minutes counts for every purpose, a step-up for its own.

        One's own security is what the second factor stands on, so there the password alone is
        no proof, though it let in (NIST SP 800-63B-4, 4.1.2.1: binding wants the same assurance).
        """
        counts = live.second or purpose is not Purpose.OWN_SECURITY
        for proof in (live.signed_in if counts else None, live.proofs.get(purpose)):
            if proof is not None and proof.seconds_to(moment) <= self._limits.step_up:
                return
        raise Refused("step-up-needed", purpose=purpose.value)

    def _find(self, session: Session, moment: Moment) -> _Live:
        live = self._live.get(session.id)
        if live is None or live.session != session:
            raise Refused("signed-out")
        if self._is_over(live, moment):
            del self._live[session.id]
            raise Refused("signed-out")
        live.locked = live.locked or self._idles(live, moment)
        return live

    def _idles(self, live: _Live, moment: Moment) -> bool:
        """Whether a screen is to be locked now; a command has none."""
        return not (live.command or live.locked) and live.used.seconds_to(moment) > self._idle_lock

    def _is_over(self, live: _Live, moment: Moment) -> bool:
        idle = live.used.seconds_to(moment)
        too_long = live.started.seconds_to(moment) > self._limits.session_total
        return too_long or (live.command and idle > self._limits.command_idle)
