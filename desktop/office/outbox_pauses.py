"""Stopping what would leave, seeing what waits behind it, and letting it go on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail.breakers import spelled
from desktop.mail.settling import is_unclear
from desktop.mail.states import WAITING
from desktop.models import messages, pauses, relays, scopes, users
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Pause, Scope
from desktop.models.records import Message, MessageId, Reason, RelayId, State
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.outbox_lines import lines_of
from desktop.office.values import Cancelled
from desktop.office.values_delivery import PauseRequest, PausesShown, Resume, WouldGo

_BY_PERSON = "paused-by-person"
_CANCELLED = "cancelled-by-person"
_KINDS = ("reminder", "letter", "campaign", "journey")


class Pauses:
    """A pause counts at the next claim, and stops the run under way after its current message."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_pauses(self, session: Session) -> PausesShown:
        return self._desk.read(
            session,
            Action.LIST_OUTBOX,
            lambda tx: _shown(tx, self._clock.now()),
            lambda shown: Event(Act.PAUSES_LISTED, det={"count": len(shown.pauses)}),
        )

    def pause_sending(self, session: Session, request: PauseRequest) -> PausesShown:
        """What the program itself has paused stays paused for its own reason.

        Raises InputError `scope-unknown`, `until-past`.
        """

        def begin(tx: Tx, record: Recorder) -> PausesShown:
            now = self._clock.now()
            if not is_scope(tx, request.scope):
                raise InputError("scope-unknown")
            if request.until is not None and request.until <= now:
                raise InputError("until-past")
            stands = pauses.get(tx, request.scope, now)
            if stands is None or stands.by is not None:
                pauses.put(tx, Pause(request.scope, Reason(_BY_PERSON), session.user, now, request.until))
            record(Event(Act.SENDING_PAUSED, spelled(request.scope), why=_BY_PERSON))
            return _shown(tx, now)

        shown = self._desk.write(session, Action.PAUSE_SENDING, begin)
        self._desk.opened().dispatcher.reconsider()
        return shown

    def would_go(self, session: Session, scope: Scope) -> WouldGo:
        """What leaves if this pause ends now, what is too late by now, and what nobody knows of.

        Raises InputError `scope-unknown`.
        """

        def event(shown: WouldGo) -> Listed:
            whose = tuple(line.person for line in (*shown.go, *shown.late, *shown.uncertain))
            return Listed(Act.WOULD_GO_SHOWN, whose, {"count": len(shown.go)})

        return self._desk.read(session, Action.LIST_OUTBOX, lambda tx: self._would_go(tx, scope), event)

    def resume_sending(self, session: Session, request: Resume) -> PausesShown:
        """End a pause; where the program itself had paused everything, only what was shown goes.

        Raises InputError `not-paused`, Refused `would-go-not-seen`.
        """

        def end(tx: Tx, record: Recorder) -> PausesShown:
            now = self._clock.now()
            pause = pauses.get(tx, request.scope, now)
            if pause is None:
                raise InputError("not-paused")
            if request.scope == EVERYTHING and pause.by is None:
                behind = _behind(tx, request.scope, now)
                if request.seen != _seen(pause, behind):
                    raise Refused("would-go-not-seen")
            pauses.end(tx, request.scope)
            record(Event(Act.SENDING_RESUMED, spelled(request.scope)))
            return _shown(tx, now)

        shown = self._desk.write(session, Action.RESUME_SENDING, end)
        self._desk.opened().dispatcher.nudge()
        return shown

    def cancel_scope(self, session: Session, scope: Scope) -> Cancelled:
        """Stop everything that waits in one scope, such as a whole campaign; what is on its way has left.

        Raises InputError `scope-unknown`.
        """
        opened = self._desk.check(session, Action.CANCEL_MESSAGES)

        def stop(tx: Tx, record: Recorder) -> Cancelled:
            if not is_scope(tx, scope):
                raise InputError("scope-unknown")
            rows = [row for row in scopes.in_scope(tx, scope) if not row.superseded]
            live = [row for row in rows if row.state is not State.CANCELLED]
            stopped = sum(opened.outbox.cancel(tx, row.id, Reason(_CANCELLED), session) for row in live)
            record(Event(Act.OUTBOX_LISTED, det={"count": stopped}))
            return Cancelled(stopped, len(live) - stopped)

        return self._desk.write(session, Action.CANCEL_MESSAGES, stop)

    def _would_go(self, tx: Tx, scope: Scope) -> WouldGo:
        if not is_scope(tx, scope):
            raise InputError("scope-unknown")
        now = self._clock.now()
        pause, behind = pauses.get(tx, scope, now), _behind(tx, scope, now)
        late = [row for row in behind if row.useless_after is not None and row.useless_after <= now]
        gone = {row.id for row in late}
        unclear = [row for row in messages.by_states(tx, (State.UNCERTAIN,)) if is_unclear(row)]
        return WouldGo(
            go=lines_of(tx, [row for row in behind if row.id not in gone], now),
            late=lines_of(tx, late, now),
            uncertain=lines_of(tx, [row for row in unclear if scope in pauses.scopes(row)], now),
            pause=pause,
            seen=_seen(pause, behind) if pause is not None else "",
        )


def is_scope(tx: Tx, scope: Scope) -> bool:
    """Whether it names something that there is."""
    kind, colon, id_ = scope.partition(":")
    if scope == EVERYTHING:
        return True
    if not colon or not id_:
        return False
    match kind:
        case pauses.KIND:
            return id_ in _KINDS
        case pauses.RELAY:
            return relays.get(tx, RelayId(id_)) is not None
        case pauses.MESSAGE:
            return messages.get(tx, MessageId(id_)) is not None
        case pauses.SOURCE:
            return bool(scopes.in_scope(tx, scope, limit=1))
        case _:
            return False


def _shown(tx: Tx, now: datetime) -> PausesShown:
    waiting = messages.by_states(tx, WAITING)
    listed = tuple(pauses.listing(tx, now))
    by = [users.get(tx, one.by) for one in listed if one.by is not None]
    names = {one.id: one.name for one in by if one is not None}
    return PausesShown(listed, len(pauses.covers(tx, waiting, now)), dict(names))


def _behind(tx: Tx, scope: Scope, now: datetime) -> list[Message]:
    """What waits in `scope` and is held by nothing else."""
    others = {one.scope for one in pauses.listing(tx, now)} - {scope}
    return [
        row
        for row in messages.by_states(tx, WAITING)
        if scope in (mine := pauses.scopes(row)) and others.isdisjoint(mine)
    ]


def _seen(pause: Pause, behind: Sequence[Message]) -> str:
    """Changes with the pause and with every message that comes or goes behind it."""
    ids = sorted(row.id for row in behind)
    whole = "\n".join((pause.scope, pause.reason.code, pause.at.isoformat(), *ids))
    return hashlib.sha256(whole.encode("utf-8")).hexdigest()
