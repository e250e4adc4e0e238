"""`join`: from a one-time code to an account, in one go at a terminal or in two steps by a script."""

from __future__ import annotations

from desktop.cli.commands import Call, text_of
from desktop.office.values_entry import Join, JoinRequest


def join(call: Call) -> None:
    """With `--start` the authenticator's address is printed; the second step wants it back."""
    given = call.console.ask("user", "invitation")
    user, invitation = text_of(given, "user"), text_of(given, "invitation")
    if call.args.start:
        started = call.office.start_join(JoinRequest(user, invitation=invitation))
        call.console.emit(
            {
                "practice": started.practice,
                "role": started.role,
                "totp_uri": started.totp_uri,
                "security_key": started.security_key,
            }
        )
        return
    if call.console.stdin:
        uri = str(given.get("totp_uri") or "")
    else:
        started = call.office.start_join(JoinRequest(user, invitation=invitation))
        uri = started.totp_uri
        if uri:
            call.console.say(call.console.texts.say("cli.new-authenticator", uri=uri))
        given = call.console.ask("password", "code", *(["key_pin"] if started.security_key else []))
    made = call.office.join(
        Join(
            user,
            invitation=invitation,
            password=text_of(given, "password"),
            totp_uri=uri,
            code=text_of(given, "code"),
            key_pin=str(given.get("key_pin") or ""),
        )
    )
    call.console.emit({"user": user, "recovery_codes": list(made.recovery_codes)})
