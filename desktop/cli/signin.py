"""`signin` and `signout` of a relay or a mailbox: agreed to in a browser, maybe on another computer."""

from __future__ import annotations

from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import maybe_word, word
from desktop.office.values_delivery import GrantRequest
from desktop.office.values_practice import GrantShown


def relay_signin(call: Call) -> None:
    _sign_in(call, f"relay:{call.args.relay}")


def relay_signout(call: Call) -> None:
    _sign_out(call, f"relay:{call.args.relay}")


def mailbox_signin(call: Call) -> None:
    _sign_in(call, f"mailbox:{call.args.mailbox}")


def mailbox_signout(call: Call) -> None:
    _sign_out(call, f"mailbox:{call.args.mailbox}")


def _sign_in(call: Call, owner: str) -> None:
    """Says where to sign in, waits until it is done, and stores what was granted."""
    session = call.session()
    given = call.console.document()
    try:
        request = GrantRequest(
            owner=owner,
            provider=word(given, "provider"),
            account=word(given, "account"),
            tenant=maybe_word(given, "tenant"),
            client_id=maybe_word(given, "client_id"),
            client_secret=maybe_word(given, "client_secret"),
            flow=maybe_word(given, "flow") or "browser",
        )
    except (KeyError, TypeError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    waiting = call.office.begin_grant(session, request)
    say = call.console.texts.say
    if waiting.user_code:
        call.console.say(say("cli.signin-code", url=waiting.url, code=waiting.user_code))
    else:
        call.console.say(say("cli.signin-open", url=waiting.url))
    _emit(call, call.office.finish_grant(session, owner))


def _sign_out(call: Call, owner: str) -> None:
    """The tokens are gone here."""
    _emit(call, call.office.end_grant(call.session(), owner))


def _emit(call: Call, shown: GrantShown) -> None:
    call.console.emit({"provider": shown.provider, "account": shown.account, "state": shown.state})
