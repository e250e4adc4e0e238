"""The outbox for people: see, send what is due, stop what is held."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import DeliveryError, SealwellError
from desktop.models import messages, outboxmark
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId, Reason, State
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.listed import Listed
from desktop.office.outbox_lines import lines_of
from desktop.office.values import Cancelled, OutboxShown
from desktop.sync.run import RunCounts

BY_HAND = "sending-stopped"
"""Why a run ended that its own caller stopped."""


class OutboxDesk:
    """The dispatcher alone sends; this only asks it to."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._starting = threading.Lock()
        self._sending: Future[None] | None = None
        self._sends_for: Opened | None = None

    def list_outbox(
        self,
        session: Session,
        limit: int = 200,
        offset: int = 0,
        states: tuple[State, ...] = (),
        known: str = "",
    ) -> OutboxShown:
        opened = self._desk.opened()
        stopped = opened.dispatcher.trouble
        return self._desk.read(
            session,
            Action.LIST_OUTBOX,
            lambda tx: replace(self._look(tx, limit, offset, states, known), stopped=stopped),
            lambda shown: None if shown.unchanged else _listed(Act.OUTBOX_LISTED, shown),
        )

    def _look(self, tx: Tx, limit: int, offset: int, states: tuple[State, ...], known: str) -> OutboxShown:
        now = self._clock.now()
        mark = outboxmark.mark(tx, now)
        if known == mark:
            return OutboxShown(messages.counts(tx), (), mark=mark, unchanged=True)
        rows = messages.listing(tx, states=states or None, limit=limit, offset=offset)
        return replace(_shown(tx, rows, now), mark=mark)

    def run_outbox(self, session: Session, progress: Progress | None = None) -> OutboxShown:
        """Blocks until every row that is due, or held for less than a minute, has an end.

        Raises DeliveryError with the relay's code, `connection-broke`, `too-many-refusals` or
        `lease-lost` where the run ended before that; what is left waits, and nothing was lost.
        """
        opened = self._desk.check(session, Action.RUN_OUTBOX)

        def tell(counts: RunCounts) -> bool:
            return progress is None or progress(counts.done, counts.total)

        opened.campaigns.look()  # a command may be the only one who works here: nobody else makes letters
        stopped = opened.dispatcher.run_due(wait_for_holds=True, progress=tell).stopped
        opened.campaigns.look()
        failed = stopped is not None and stopped.code != BY_HAND

        def end(tx: Tx) -> OutboxShown:
            shown = _shown(tx, messages.listing(tx, limit=1_000_000), self._clock.now())
            why = stopped.code if stopped is not None else ""
            listed = _listed(Act.OUTBOX_RUN, shown, "failed" if failed else "ok", why)
            record = Recorder(self._desk.audit, tx, session)
            listed.keep(tx, record, opened.token_key, opened.field_key)
            return shown

        # The guard was asked when the run began: a long one may outlast the idle time.
        shown = opened.database.write(end)
        if stopped is not None and failed:
            raise DeliveryError(stopped.code, **stopped.params)
        return shown

    def start_sending(self, session: Session) -> None:
        """From now on rows leave as they fall due, until the vault closes; a second call changes nothing."""
        opened = self._desk.check(session, Action.RUN_OUTBOX)
        with self._starting:
            if self._sending is None or self._sending.done() or self._sends_for is not opened:
                self._sending, self._sends_for = opened.dispatcher.start(), opened
                self._sending.add_done_callback(_tell_bug)

    @property
    def sends(self) -> bool:
        """Whether rows leave in the background for what is open now."""
        with self._starting:
            running = self._sending is not None and not self._sending.done()
            return running and self._sends_for is self._desk.opened_or_none()

    def cancel_messages(self, session: Session, wanted: tuple[MessageId, ...]) -> Cancelled:
        """Undo: what nobody has claimed yet is stopped; the rest has left."""
        opened = self._desk.check(session, Action.CANCEL_MESSAGES)

        def stop(tx: Tx, record: Recorder) -> Cancelled:
            reason = Reason("cancelled-by-person")
            stopped = sum(opened.outbox.cancel(tx, one, reason, session) for one in wanted)
            record.written += stopped
            if stopped < len(wanted):
                det = {"count": len(wanted) - stopped}
                record(Event(Act.OUTBOX_LISTED, det=det))
            return Cancelled(stopped, len(wanted) - stopped)

        return self._desk.write(session, Action.CANCEL_MESSAGES, stop)


def _tell_bug(ended: Future[None]) -> None:
    """Sending that ended by a bug must not end in silence: the reminders behind it would be lost."""
    error = None if ended.cancelled() else ended.exception()
    closed = isinstance(error, SealwellError) and error.code == "locked"
    if error is not None and not closed:
        sys.excepthook(type(error), error, error.__traceback__)


def _shown(tx: Tx, rows: Sequence[Message], now: datetime) -> OutboxShown:
    return OutboxShown(messages.counts(tx), lines_of(tx, rows, now))


def _listed(act: Act, shown: OutboxShown, outcome: str = "ok", why: str = "") -> Listed:
    """How many rows were shown, and whose: names are read here too."""
    people_shown = tuple(line.person for line in shown.messages)
    return Listed(act, people_shown, {"count": len(shown.messages)}, outcome, why)
