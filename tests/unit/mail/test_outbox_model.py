"""The outbox against a simple model of it: whatever people, relays and crashes do, in any order.

The model knows a state for each message and a few rules. Rows never get lost or doubled, nothing
is queued again once its content may have left, what has an end or a successor leaves no more,
and what is paused stays.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from desktop.errors import Refused
from desktop.mail.letters import Draft
from desktop.mail.outbox import Claimed, Frozen, Keep, Outcome
from desktop.mail.settling import RESOLUTIONS
from desktop.mail.states import IN_FLIGHT, NOT_SENT, WAITING, TransitionError
from desktop.models import messages, pauses
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Pause, Scope
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, MessageId, Reason, State
from tests.practice.office import HOLDER, Practice, practice

AGAIN = (State.FAILED, State.EXPIRED, State.CANCELLED, State.UNCERTAIN, State.BOUNCED)
PASSED = (State.DATA, State.DOT_SENT)


@dataclass
class Known:
    """What the model believes of one message."""

    state: State
    superseded: bool = False
    left: bool = False
    """Its content may have reached the relay."""


class Sending(RuleBasedStateMachine):
    """Rows by id; `claimed` are in the hands of the one who sends."""

    rows = Bundle("rows")

    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.opened = practice(Path(self.folder.name))
        self.office: Practice = self.opened.__enter__()
        self.office.take_lease()
        self.known: dict[MessageId, Known] = {}
        self.claimed: dict[MessageId, Claimed] = {}
        self.held: set[Scope] = set()
        person = self.office.person()
        draft = Draft(person.id, "Hello", "A text.", label=Label.ROUTINE)
        prepared = self.office.db.read(lambda tx: self.office.letters.prepare(tx, draft))
        self.frozen = self.office.letters.seal(prepared, self.office.sealer)

    @initialize(target=rows)
    def begin(self) -> Any:
        """There is something to send from the start."""
        self.open()
        return multiple(*(self.queue_one(None) for _ in range(3)))

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()

    def fresh(self, generation: int, life: int | None) -> Frozen:
        self.tick()
        until = None if life is None else self.office.clock.now() + timedelta(minutes=life)
        sealed = replace(self.frozen.sealed, message_id=f"<{new_id()}@harbor.example>")
        return replace(
            self.frozen, sealed=sealed, generation=generation, useless_after=until, source=new_id()
        )

    def tick(self) -> None:
        """No two rows are due at one moment: their numbers are random, a run of the model must not be."""
        self.office.clock.pass_(seconds=1)

    def write(self, work: Any) -> Any:
        return self.office.db.write(work)

    def tried(self, work: Any) -> tuple[str, Any]:
        """The code of a refusal, or '' and what came of it."""
        try:
            return "", self.write(work)
        except Refused as refused:
            return refused.code, None

    def row(self, id_: MessageId) -> Message:
        row = self.office.db.read(lambda tx: messages.get(tx, id_))
        assert row is not None
        return row

    # --- what people do ------------------------------------------------------------------

    @rule(target=rows, life=st.one_of(st.none(), st.integers(1, 120)))
    def queue(self, life: int | None) -> MessageId:
        return self.queue_one(life)

    def queue_one(self, life: int | None) -> MessageId:
        made = self.write(lambda tx: self.office.outbox.enqueue(tx, self.fresh(1, life), self.office.session))
        self.known[made.id] = Known(State.QUEUED)
        return MessageId(made.id)

    @rule(id_=rows)
    def cancel(self, id_: MessageId) -> None:
        done = self.write(lambda tx: self.office.outbox.cancel(tx, id_, Reason("cancelled-by-person")))
        assert done is (self.known[id_].state in (*WAITING, State.CLAIMED))
        if not done:
            return
        self.known[id_].state = State.CANCELLED
        taken = self.claimed.pop(id_, None)
        if taken is not None:  # whoever was about to mark it can no longer
            code, _ = self.tried(lambda tx: self.office.outbox.advance(tx, taken, State.CONNECTING))
            assert code == "message-moved"

    @rule(target=rows, id_=rows)
    def resend(self, id_: MessageId) -> MessageId:
        known, generation = self.known[id_], self.row(id_).generation + 1
        may = known.state in AGAIN and not known.superseded
        frozen, by = self.fresh(generation, None), self.office.session
        code, new = self.tried(lambda tx: self.office.outbox.resend(tx, id_, frozen, by))
        assert code == ("" if may else "not-resendable")
        if not may:
            return id_
        known.superseded = True
        self.known[new.id] = Known(State.QUEUED)
        return MessageId(new.id)

    @rule(id_=rows, how=st.sampled_from(sorted(RESOLUTIONS)))
    def resolve(self, id_: MessageId, how: str) -> None:
        known, before = self.known[id_], self.row(id_)
        told = how == "called" and before.reason == RESOLUTIONS["called"].reason
        may = known.state is State.UNCERTAIN and not known.superseded and not told
        by = self.office.session
        code, _ = self.tried(lambda tx: self.office.outbox.resolve(tx, id_, how, by))
        assert code == ("" if may else "not-unclear")
        if may:
            known.state = RESOLUTIONS[how].state or known.state

    @rule(id_=st.one_of(rows, rows, st.none()))
    def pause(self, id_: MessageId | None) -> None:
        scope = EVERYTHING if id_ is None else pauses.scope_of(pauses.MESSAGE, id_)
        now = self.office.clock.now()
        self.write(lambda tx: pauses.put(tx, Pause(scope, Reason("paused-by-person"), None, now)))
        self.held.add(scope)

    @precondition(lambda self: self.held)
    @rule()
    def resume(self) -> None:
        for scope in self.held:
            assert self.write(lambda tx, scope=scope: pauses.end(tx, scope))
        self.held.clear()

    # --- what time, the relay and the power do -------------------------------------------

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.office.clock.pass_(minutes=minutes)

    @rule(want=st.integers(1, 3), steps=st.sampled_from((0, 1, 2, 3, 3, 4)))
    def claim(self, want: int, steps: int) -> None:
        def keep(tx: Tx, rows: Sequence[Message]) -> list[Keep]:
            return [Keep() for _ in rows]

        self.office.clock.pass_(seconds=11)  # past the hold

        taken = self.write(lambda tx: self.office.outbox.claim(tx, HOLDER, {"letter": keep}, want))
        for one in taken:
            known = self.known[one.message.id]
            assert known.state in WAITING
            assert not known.superseded
            assert not known.left or known.state is State.DEFERRED
            assert self.held.isdisjoint(pauses.scopes(one.message))
            known.state = State.CLAIMED
            self.claimed[one.message.id] = one
            self.advance_by(one.message.id, steps)
        for id_, known in self.known.items():
            row = self.row(id_)
            if known.state in WAITING and row.state is State.EXPIRED:
                assert row.useless_after is not None
                assert row.useless_after <= self.office.clock.now()
                known.state = State.EXPIRED

    @precondition(lambda self: self.claimed)
    @rule(data=st.data(), steps=st.integers(1, 4))
    def advance(self, data: st.DataObject, steps: int) -> None:
        self.advance_by(data.draw(st.sampled_from(list(self.claimed))), steps)

    def advance_by(self, id_: MessageId, steps: int) -> None:
        way = (State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)
        at = self.known[id_].state
        path = way[way.index(at) + 1 if at in way else 0 :][:steps]
        if path:
            row = self.claimed[id_]
            self.claimed[id_] = self.write(lambda tx: self.office.outbox.advance(tx, row, *path))
            self.known[id_].state = path[-1]
            self.known[id_].left |= any(step in PASSED for step in path)

    @precondition(lambda self: self.claimed)
    @rule(
        data=st.data(),
        to=st.sampled_from((State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN, State.QUEUED)),
    )
    def settle(self, data: st.DataObject, to: State) -> None:
        id_ = data.draw(st.sampled_from(list(self.claimed)))
        at = self.known[id_].state
        ends = {
            State.CLAIMED: {State.QUEUED},
            State.CONNECTING: {State.QUEUED},
            State.ENVELOPE: {State.QUEUED, State.DEFERRED, State.FAILED},
            State.DATA: {State.DEFERRED, State.FAILED, State.UNCERTAIN},
            State.DOT_SENT: {State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN},
        }
        self.tick()
        again = self.office.clock.now() + timedelta(minutes=5) if to in WAITING else None
        outcome = Outcome(to, "250 2.0.0 Ok: queued as 4Xyz", Reason("no-receipt"), again)
        if to not in ends[at]:
            with pytest.raises(TransitionError):
                self.write(lambda tx: self.office.outbox.settle(tx, id_, outcome))
            return
        self.write(lambda tx: self.office.outbox.settle(tx, id_, outcome))
        self.known[id_].state = to
        if to is State.DEFERRED:
            self.known[id_].left = False  # the relay said that it has not taken it
        del self.claimed[id_]

    @rule()
    def crash(self) -> None:
        """The power fails; who comes next sorts out what was under way."""
        flying = {id_ for id_, known in self.known.items() if known.state in IN_FLIGHT}
        found = self.write(lambda tx: self.office.outbox.recover(tx, HOLDER))
        for id_ in flying:
            known = self.known[id_]
            known.state = State.QUEUED if known.state in NOT_SENT else State.UNCERTAIN
        assert found.requeued + found.uncertain == len(flying)
        self.claimed.clear()

    # --- what always holds ---------------------------------------------------------------

    @invariant()
    def everybody_is_somewhere_once(self) -> None:
        if not hasattr(self, "known"):
            return
        counts = self.office.db.read(messages.counts)
        assert counts == Counter(known.state for known in self.known.values())
        for id_, known in self.known.items():
            row = self.row(id_)
            assert (row.state, row.superseded) == (known.state, known.superseded)
            if known.left:
                assert row.state not in (State.QUEUED, State.CLAIMED)

    @invariant()
    def nothing_else_is_due(self) -> None:
        if not hasattr(self, "known"):
            return
        now = self.office.clock.now()
        for row in self.office.db.read(lambda tx: messages.due(tx, now, 1000)):
            assert self.known[row.id].state in WAITING
            late = row.useless_after is not None and row.useless_after <= now
            assert late or self.held.isdisjoint(pauses.scopes(row))


TestSending = Sending.TestCase
TestSending.settings = settings(max_examples=6, stateful_step_count=40, deadline=None)
