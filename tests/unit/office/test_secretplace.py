"""A password or a token of a mailbox or relay goes to no other server than it was given for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desktop.errors import InputError
from desktop.models import grants, sending
from desktop.models.accounts import Session
from desktop.models.delivery import Auth, Grant, GrantState
from desktop.models.records import Baa
from desktop.office.api import Office
from desktop.office.values_delivery import MailboxLine, MailboxRequest
from desktop.office.values_practice import RelayChange, RelayRequest
from tests.made_staff import desk_of

SECRET = "secret of one server"
MAILBOX = MailboxRequest("Office", "127.0.0.1", 1, "implicit", "office@harbor.example", SECRET)
RELAY = RelayRequest(
    "Mail",
    "127.0.0.1",
    1,
    "implicit",
    "office",
    "office@harbor.example",
    Baa("Mail Inc.", date(2026, 1, 1), None, "mail"),
    password=SECRET,
)
ELSEWHERE: list[dict[str, Any]] = [{"host": "localhost"}, {"port": 2}, {"ca_file": "/tmp/theirs.pem"}]
GMAIL = ("imap.gmail.com", "smtp.gmail.com")


def granted(office: Office, owner: str) -> None:
    """Somebody signed in to Google for it."""
    desk = desk_of(office)
    one = Grant(
        owner, "google", "", "app", "", "a@b.example", "r", "a", None, GrantState.GOOD, desk.clock.now()
    )
    desk.opened().database.write(lambda tx: grants.put(tx, one))


def code(ask: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        ask()
    return caught.value.code


def keep(office: Office, session: Session, **changes: Any) -> MailboxLine:
    return office.add_mailbox(session, replace(MAILBOX, **changes))


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_kept_password_goes_to_no_other_server_than_it_was_typed_for(
    at_work: tuple[Office, Session], elsewhere: dict[str, Any]
) -> None:
    office, session = at_work
    line = keep(office, session)
    moved = replace(MAILBOX, id=line.id, password="", **elsewhere)
    for ask in (office.update_mailbox, office.try_mailbox):
        assert code(lambda ask=ask: ask(session, moved)) == "server-secret-needed"  # type: ignore[misc]
    assert office.list_mailboxes(session)[0].host == "127.0.0.1"
    typed = office.update_mailbox(session, replace(moved, password="of the other"))
    assert (typed.host, typed.port) == (moved.host, moved.port)
    renamed = office.update_mailbox(session, replace(moved, name="Front desk", user="other@harbor.example"))
    assert renamed.name == "Front desk"


def test_a_mailbox_that_is_retired_cannot_be_tried_with_what_it_had(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    line = keep(office, session)
    office.retire_mailbox(session, line.id)
    again = replace(MAILBOX, id=line.id, password="")
    assert code(lambda: office.try_mailbox(session, again)) == "mailbox-unknown"


def test_a_token_goes_to_its_own_providers_servers_only(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    line = keep(office, session, host=GMAIL[0], port=993)
    granted(office, f"mailbox:{line.id}")
    asked = replace(MAILBOX, id=line.id, host=GMAIL[0], port=993, auth=Auth.OAUTH, password="")
    office.update_mailbox(session, asked)
    away = replace(asked, host="127.0.0.1", password="typed")
    for ask in (office.update_mailbox, office.try_mailbox):
        assert code(lambda ask=ask: ask(session, away)) == "server-not-of-provider"  # type: ignore[misc]
    assert office.list_mailboxes(session)[0].host == GMAIL[0]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_relays_kept_password_goes_to_no_other_server(
    at_work: tuple[Office, Session], elsewhere: dict[str, Any]
) -> None:
    office, session = at_work
    line = office.add_relay(session, RELAY)
    moved = replace(RELAY, password="", **elsewhere)
    assert code(lambda: office.update_relay(session, RelayChange(line.id, moved))) == "server-secret-needed"
    assert office.list_relays(session)[0].host == RELAY.host
    assert office.update_relay(session, RelayChange(line.id, replace(moved, password="x"))).host == moved.host


def test_a_relays_token_goes_to_its_own_providers_servers_only(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    line = office.add_relay(session, replace(RELAY, host=GMAIL[1], port=465))
    granted(office, f"relay:{line.id}")
    database = desk_of(office).opened().database
    database.write(lambda tx: sending.put(tx, replace(sending.get(tx, line.id), auth=Auth.OAUTH)))
    away = RelayChange(line.id, replace(RELAY, port=465))
    assert code(lambda: office.update_relay(session, away)) == "server-not-of-provider"
    still = RelayChange(line.id, replace(RELAY, name="Google", host=GMAIL[1], port=587))
    assert office.update_relay(session, still).port == 587
