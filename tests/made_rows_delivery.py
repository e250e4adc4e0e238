"""As `made_rows.py`, for the use cases of delivery: what each needs, and how it is called with sense."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from desktop.errors import DeliveryError
from desktop.models import checkrounds, messages, suppressions
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, RelaySending, Scope, Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.records import Label, MessageId, Reason, State
from desktop.office.values import LetterRequest
from desktop.office.values_delivery import AddressCheck, LiftRequest, PauseRequest, Resend, Resolution, Resume
from desktop.office.values_health import DeliveryTick, FeedRequest, StaffAccountIn
from tests.made_staff import desk_of, without_printer
from tests.support.queued import queued

Call = Callable[[Any, Session], object]


def run_outbox(world: Any, session: Session) -> None:
    """Past every hold; nobody answers at the relay, which is a recorded end like another."""
    world.staff.clock.move(30)
    with suppress(DeliveryError):
        world.office.run_outbox(session)


def a_failed_letter(world: Any) -> MessageId:
    """One that the mail service refused because the address does not exist; it is stopped now."""
    asked = LetterRequest(world.person, "Hours", "We open at nine.", label=Label.ROUTINE)
    message = queued(world.office.send_letter(world.session, asked)).id
    database, now = desk_of(world.office).opened().database, world.staff.clock.now()

    def refused(tx: Tx) -> None:
        why, reply = Reason("address-refused"), "550 5.1.1 no such user"
        messages.move(tx, message, State.QUEUED, State.FAILED, reason=why, reply=reply)
        kind = SuppressionKind.HARD_BOUNCE
        world.kept["stopped"] = new_id()
        stopped = Suppression(world.kept["stopped"], "old@example.org", kind, message, now)
        suppressions.add(tx, stopped)

    database.write(refused)
    return message


def unclear(world: Any) -> MessageId:
    """A letter of which nobody knows whether it arrived; each time another once it was settled."""

    def lost(tx: Tx) -> MessageId | None:
        some = messages.by_states(tx, (State.UNCERTAIN,))
        return next((row.id for row in some if not row.superseded), None)

    database = desk_of(world.office).opened().database
    found = database.read(lost)
    if found is not None:
        return found
    asked = LetterRequest(world.person, "Hours", "We close at five.", label=Label.ROUTINE)
    made = queued(world.office.send_letter(world.session, asked)).id
    database.write(lambda tx: messages.move(tx, made, State.QUEUED, State.UNCERTAIN))
    return made


def a_feed(world: Any) -> FeedRequest:
    """Nobody answers there."""
    url = "https://127.0.0.1:1/events"
    return FeedRequest(world.kept["relay"], "plain", url, secret="feed-secret", enabled=True)


def a_check(world: Any, session: Session) -> None:
    """Its messages are held no more when the outbox runs."""
    world.office.start_delivery_check(session)
    world.staff.clock.move(30)


def a_tick(world: Any, session: Session) -> object:
    checks = desk_of(world.office).opened().database.read(checkrounds.rounds)
    return world.office.tick_delivery(session, DeliveryTick(checks[0][0].id, "inbox", "yes"))


CHECKS: dict[str, Call] = {
    "set_staff_accounts": lambda w, s: w.office.set_staff_accounts(
        s, (StaffAccountIn(f"staff{len(w.kept)}@example.org", "Example"),)
    ),
    "start_delivery_check": a_check,
    "tick_delivery": a_tick,
    "show_delivery_checks": lambda w, s: w.office.show_delivery_checks(s),
    "set_feed": lambda w, s: w.office.set_feed(s, a_feed(w)),
    "list_feeds": lambda w, s: w.office.list_feeds(s),
    "poll_feed": lambda w, s: w.office.poll_feed(s, w.kept["relay"]),
}
FAILURES: dict[str, Call] = {
    "show_failure": lambda w, s: w.office.show_failure(s, w.kept["failed"]),
    "check_failed_address": lambda w, s: w.office.check_failed_address(
        s, AddressCheck(w.kept["failed"], "phone", "changed", "zoraida.new@example.org", "She spelled it")
    ),
    "phone_instead": lambda w, s: w.office.phone_instead(s, w.kept["failed"]),
    "list_suppressions": lambda w, s: w.office.list_suppressions(s),
    "lift_suppression": lambda w, s: w.office.lift_suppression(s, LiftRequest(w.kept["stopped"], "phone")),
}


SENDING: dict[str, Call] = {
    "show_sending_rules": lambda w, s: w.office.show_sending_rules(s),
    "set_sending_rules": lambda w, s: w.office.set_sending_rules(
        s, replace(w.office.show_sending_rules(s), silence_days=4)
    ),
    "show_relay_sending": lambda w, s: w.office.show_relay_sending(s, w.kept["relay"]),
    "set_relay_sending": lambda w, s: w.office.set_relay_sending(
        s, RelaySending(w.kept["relay"], per_minute=30)
    ),
    "relay_use": lambda w, s: w.office.relay_use(s, w.kept["relay"]),
}
OUTBOX: dict[str, Call] = {
    "show_message": lambda w, s: w.office.show_message(s, w.kept["message"]),
    "pause_sending": lambda w, s: w.office.pause_sending(s, PauseRequest(EVERYTHING)),
    "list_pauses": lambda w, s: w.office.list_pauses(s),
    "would_go": lambda w, s: w.office.would_go(s, EVERYTHING),
    "resume_sending": lambda w, s: w.office.resume_sending(s, Resume(EVERYTHING)),
    "resolve_message": lambda w, s: w.office.resolve_message(s, Resolution(unclear(w), "arrived")),
    "resend_message": lambda w, s: w.office.resend_message(s, Resend(unclear(w))),
    "call_list": lambda w, s: w.office.call_list(s),
    "print_call_list": lambda w, s: without_printer(lambda: w.office.print_call_list(s)),
    "cancel_scope": lambda w, s: w.office.cancel_scope(s, Scope("kind:letter")),
}
