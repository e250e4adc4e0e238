"""The outbox for people: see, send what is due, stop what is held."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.models import messages, people
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId, Person, PersonId, Reason, Session, State
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.values import Cancelled, OutboxLine, OutboxShown
from desktop.sync.run import RunCounts

_CAN_CANCEL = frozenset({State.QUEUED, State.DEFERRED})


class OutboxDesk:
    """The dispatcher alone sends; this only asks it to."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_outbox(self, session: Session, limit: int = 200) -> OutboxShown:
        return self._desk.read(
            session,
            Action.LIST_OUTBOX,
            lambda tx: _shown(tx, limit),
            lambda shown: Event(Act.OUTBOX_LISTED, det={"count": len(shown.messages)}),
        )

    def run_outbox(self, session: Session, progress: Progress | None = None) -> OutboxShown:
        """Blocks until every row that is due, or held for less than a minute, has an end."""
        opened = self._desk.check(session, Action.RUN_OUTBOX)

        def tell(counts: RunCounts) -> bool:
            return progress is None or progress(counts.done, counts.total)

        opened.dispatcher.run_due(wait_for_holds=True, progress=tell)

        def end(tx: Tx, record: Recorder) -> OutboxShown:
            shown = _shown(tx, limit=1_000_000)
            record(Event(Act.OUTBOX_RUN, det={"count": len(shown.messages)}))
            return shown

        return self._desk.write(session, Action.RUN_OUTBOX, end)

    def start_sending(self, session: Session) -> None:
        """From now on rows leave as they fall due, until the vault closes."""
        opened = self._desk.check(session, Action.RUN_OUTBOX)
        opened.dispatcher.start()

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


def _shown(tx: Tx, limit: int) -> OutboxShown:
    rows = messages.listing(tx, limit=limit)
    known = people.get_many(tx, list({row.person for row in rows}))
    return OutboxShown(messages.counts(tx), tuple(_line(row, known) for row in rows))


def _line(row: Message, known: dict[PersonId, Person]) -> OutboxLine:
    person = known.get(row.person)
    return OutboxLine(
        row.id,
        row.person,
        person.name if person else "",
        row.kind,
        row.method,
        row.state,
        row.reply,
        row.attempts,
        row.queued_at,
        row.not_before,
        row.reason,
        row.state in _CAN_CANCEL and not row.superseded,
    )
