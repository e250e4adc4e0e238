"""A test of a relay that succeeds ends what its refusals began, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.faults import At, Fault
from demo.relay import RecordingRelay, RelaySetup
from desktop.mail import standby
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending
from desktop.models.records import Reason, RelayId
from desktop.office.api import Office
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits
from tests.made_staff import desk_of
from tests.support.waiting import until

Work = tuple[Office, Session]
Requested = Callable[..., RelayRequest]
WRONG = Fault(At.AUTH, "535 5.7.8 Wrong")


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[RecordingRelay, Path]]:
    authority = Authority(tmp_path)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as relay:
        yield relay, authority.ca_file


@pytest.fixture
def request_(relay: tuple[RecordingRelay, Path], relay_request: Requested) -> RelayRequest:
    server, ca_file = relay
    setup = server.setup
    account = {"user": setup.user, "password": setup.password, "security": setup.security}
    return relay_request(port=server.port, ca_file=str(ca_file), **account)


def test_what_waited_for_a_wrong_password_leaves_as_soon_as_a_test_succeeds(
    at_work: Work, practice: Practice, relay: tuple[RecordingRelay, Path], request_: RelayRequest
) -> None:
    """The clock of the test stands still: no rest of the background ends by itself."""
    (office, session), (server, _) = at_work, relay
    added = office.add_relay(session, request_)
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    practice.clock.move(11)
    server.faults.append(replace(WRONG))
    office.start_sending(session)
    until(lambda: bool(office.list_pauses(session).pauses))
    server.faults.clear()
    assert office.test_relay(session, added.id).ok
    until(lambda: len(server.received) == 2)
    assert office.list_pauses(session).pauses == ()


def test_a_test_of_the_first_relay_that_succeeds_ends_the_standbys_turn(
    at_work: Work, relay: tuple[RecordingRelay, Path], request_: RelayRequest, practice: Practice
) -> None:
    (office, session), (server, _) = at_work, relay
    second = office.add_relay(session, replace(request_, name="Second")).id
    first = office.add_relay(session, replace(request_, name="First")).id
    office.set_relay_sending(session, RelaySending(second, standby=True))
    database, now = desk_of(office).opened().database, practice.clock.now()

    def fail(tx: Tx) -> standby.StandIn | None:
        return standby.take_over(tx, first, Reason("relay-auth-refused"), now, now.date())

    def by() -> RelayId | None:
        found = database.read(standby.current)
        return found.by if found is not None else None

    assert database.write(fail) is not None
    assert office.test_relay(session, second).ok
    assert by() == second
    server.faults.append(replace(WRONG))
    assert not office.test_relay(session, first).ok
    assert by() == second
    server.faults.clear()
    assert office.test_relay(session, first).ok
    assert by() is None
    assert ("relay.changed", standby.OVER) in [
        (line.act, line.why) for line in office.query_log(session).lines
    ]
