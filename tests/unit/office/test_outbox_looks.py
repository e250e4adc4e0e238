"""Looking at the outbox: by state, in stretches, and not again while nothing has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.models.accounts import Session
from desktop.models.records import State
from desktop.office.api import Office
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits

Queued = tuple[Office, Session]


@pytest.fixture
def queued(
    at_work: tuple[Office, Session], practice: Practice, relay_request: Callable[..., RelayRequest]
) -> Queued:
    """Two reminders wait."""
    office, session = at_work
    office.add_relay(session, relay_request())
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    return office, session


def looks_on_record(office: Office, session: Session) -> int:
    return sum(line.act == "outbox.listed" for line in office.query_log(session).lines)


def test_stretches_are_the_whole_without_a_gap_or_a_repeat(queued: Queued) -> None:
    office, session = queued
    whole = office.list_outbox(session).messages
    first = office.list_outbox(session, limit=1).messages
    second = office.list_outbox(session, limit=1, offset=1).messages
    assert (*first, *second) == whole
    assert len(whole) == 2


def test_a_state_shows_its_own_messages_alone(queued: Queued) -> None:
    office, session = queued
    line = office.list_outbox(session).messages[0]
    office.cancel_messages(session, (line.id,))
    stopped = office.list_outbox(session, states=(State.CANCELLED,))
    assert [one.id for one in stopped.messages] == [line.id]
    assert stopped.counts == {State.CANCELLED: 1, State.QUEUED: 1}, "the counts are of everything"
    assert office.list_outbox(session, states=(State.UNCERTAIN,)).messages == ()


def test_a_look_while_nothing_changed_reads_no_name_and_leaves_no_record(queued: Queued) -> None:
    office, session = queued
    shown = office.list_outbox(session)
    before = looks_on_record(office, session)
    again = office.list_outbox(session, known=shown.mark)
    assert again.unchanged
    assert again.messages == ()
    assert again.counts == shown.counts
    assert looks_on_record(office, session) == before


def test_a_step_of_one_message_is_seen_and_recorded(queued: Queued) -> None:
    office, session = queued
    shown = office.list_outbox(session)
    office.cancel_messages(session, (shown.messages[0].id,))
    before = looks_on_record(office, session)
    again = office.list_outbox(session, known=shown.mark)
    assert not again.unchanged
    assert len(again.messages) == 2
    assert looks_on_record(office, session) == before + 1


def test_a_mark_of_another_time_is_worth_nothing(queued: Queued) -> None:
    office, session = queued
    assert not office.list_outbox(session, known="0" * 32).unchanged
