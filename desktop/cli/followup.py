"""`failures …`, `suppressions …`, `delivery-check …` and `feed …`: what comes after a message left."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import maybe_path, maybe_word, word
from desktop.models.records import MessageId, RelayId
from desktop.office.values_delivery import AddressCheck, FailureShown, LiftRequest, SuppressionsShown
from desktop.office.values_health import (
    DeliveryCheckLine,
    DeliveryChecksShown,
    DeliveryTick,
    FeedLine,
    FeedRequest,
    StaffAccountIn,
)


def failures_show(call: Call) -> None:
    shown = call.office.show_failure(call.session(), MessageId(call.args.message))
    call.console.emit(_failure(call, shown))


def failures_check(call: Call) -> None:
    """Reads how the address was checked: an address is nothing for a command's words."""
    session, given = call.session(), call.console.document()
    try:
        check = AddressCheck(
            MessageId(call.args.message),
            word(given, "way"),
            word(given, "result"),
            maybe_word(given, "address"),
            maybe_word(given, "note"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(call, error) from error
    call.console.emit(_failure(call, call.office.check_failed_address(session, check)))


def failures_phone(call: Call) -> None:
    opened = call.office.phone_instead(call.session(), MessageId(call.args.message))
    call.console.emit(
        {"task": opened.task, "person": opened.person, "reason": call.console.reason(opened.reason)}
    )


def suppressions_list(call: Call) -> None:
    call.console.emit(_suppressions(call.office.list_suppressions(call.session())))


def suppressions_lift(call: Call) -> None:
    request = LiftRequest(call.args.suppression, call.args.way)
    call.console.emit(_suppressions(call.office.lift_suppression(call.session(), request)))


def delivery_check_accounts(call: Call) -> None:
    """These mailboxes and no others."""
    session, given = call.session(), call.console.document()
    try:
        found = given["accounts"]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise TypeError("accounts")
        accounts = tuple(
            StaffAccountIn(word(one, "address"), word(one, "provider"), maybe_word(one, "device"))
            for one in found
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(call, error) from error
    call.console.emit(_checks(call, call.office.set_staff_accounts(session, accounts)))


def delivery_check_start(call: Call) -> None:
    call.console.emit(_checks(call, call.office.start_delivery_check(call.session())))


def delivery_check_list(call: Call) -> None:
    call.console.emit(_checks(call, call.office.show_delivery_checks(call.session())))


def delivery_check_tick(call: Call) -> None:
    tick = DeliveryTick(call.args.check, call.args.placed, call.args.opened)
    call.console.emit(_checks(call, call.office.tick_delivery(call.session(), tick)))


def delivery_check_read_back(call: Call) -> None:
    call.console.emit(_checks(call, call.office.read_back(call.session())))


def feed_set(call: Call) -> None:
    """Without `secret` the old one stays, as long as it goes to the same address."""
    session, given = call.session(), call.console.document()
    try:
        enabled = given.get("enabled", False)
        if not isinstance(enabled, bool):
            raise TypeError("enabled")
        request = FeedRequest(
            RelayId(word(given, "relay")),
            word(given, "adapter"),
            word(given, "url"),
            maybe_word(given, "secret"),
            enabled,
            maybe_path(given, "ca_file"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(call, error) from error
    call.console.emit(_feed(call, call.office.set_feed(session, request)))


def feed_list(call: Call) -> None:
    lines = call.office.list_feeds(call.session())
    call.console.emit({"feeds": [_feed(call, line) for line in lines]})


def feed_poll(call: Call) -> None:
    """Where it could not be read, `trouble` says why."""
    call.console.emit(_feed(call, call.office.poll_feed(call.session(), RelayId(call.args.relay))))


def _wrong(call: Call, error: Exception) -> WrongUse:
    return WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'")))


def _failure(call: Call, shown: FailureShown) -> shapes.Doc:
    return {
        "message": shown.line.id,
        "person": shown.line.person,
        "state": shown.line.state.value,
        "cause": call.console.reason(shown.cause),
        "hard": shown.hard,
        "address": shown.address,
        "other_addresses": list(shown.other_addresses),
        "phone": shown.phone,
        "checked": shapes.moment(shown.checked),
        "suppressed": shown.suppressed.value if shown.suppressed is not None else None,
        "may_resend": shown.may_resend,
        "why_not": shapes.maybe_reason(call.console, shown.why_not),
        "task": shown.task or None,
    }


def _suppressions(shown: SuppressionsShown) -> shapes.Doc:
    return {
        "suppressions": [
            {
                "id": line.id,
                "address": line.address,
                "names": list(line.names),
                "kind": line.kind.value,
                "at": shapes.moment(line.at),
                "message": line.message,
            }
            for line in shown.lines
        ]
    }


def _checks(call: Call, shown: DeliveryChecksShown) -> shapes.Doc:
    return {
        "accounts": [
            {"address": one.address, "provider": one.provider, "device": one.device} for one in shown.accounts
        ],
        "due": shown.due,
        "advice": shapes.reasons(call.console, shown.advice),
        "rounds": [[_check(call, line) for line in round_] for round_ in shown.rounds],
    }


def _check(call: Call, line: DeliveryCheckLine) -> shapes.Doc:
    return {
        "id": line.id,
        "address": line.address,
        "provider": line.provider,
        "device": line.device,
        "form": line.form,
        "at": shapes.moment(line.at),
        "state": line.state.value,
        "placed": line.placed,
        "opened": line.opened,
        "changes": None if line.changes is None else shapes.reasons(call.console, line.changes),
    }


def _feed(call: Call, line: FeedLine) -> shapes.Doc:
    return {
        "relay": line.relay,
        "name": line.name,
        "adapter": line.adapter,
        "url": line.url,
        "enabled": line.enabled,
        "polled_at": shapes.moment(line.polled_at),
        "trouble": shapes.maybe_reason(call.console, line.trouble),
    }
