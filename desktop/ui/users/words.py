"""Roles, states and factors as people read them."""

from __future__ import annotations

from desktop.models.accounts import Role, UserState
from desktop.office.values_access import UserLine
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words

READY = (Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK)
"""Ready to use; the others stand under "more"."""
MORE = (Role.CLINICIAN, Role.BILLING, Role.AUDITOR)


def role_words(ui: Ui, role: Role) -> str:
    return ui.say(f"ui.role.{role.value}")


def state_words(ui: Ui, line: UserLine) -> str:
    """The state, with what it waits for."""
    if line.awaits is not None:
        return ui.say("ui.users.awaits", role=role_words(ui, line.awaits))
    if line.state is UserState.INVITED and line.invited_until is not None:
        until = moment_words(line.invited_until, ui.texts.language)
        return ui.say("ui.users.invited-until", until=until)
    return _plain_state(ui, line)


def _plain_state(ui: Ui, line: UserLine) -> str:
    if line.state is UserState.INVITED and line.invited_until is None:
        return ui.say("ui.users.invitation-over")
    return ui.say(f"ui.user-state.{line.state.value}")


def short_state(ui: Ui, line: UserLine) -> str:
    """The state for a narrow column."""
    return ui.say("ui.users.waits") if line.awaits is not None else _plain_state(ui, line)


def state_colour(ui: Ui, line: UserLine) -> str:
    tokens = ui.theme.tokens
    if line.awaits is not None or line.state is UserState.INVITED:
        return tokens.warn
    return "" if line.state is UserState.ACTIVE else tokens.muted


def seen_words(ui: Ui, line: UserLine) -> str:
    if line.signed_in:
        return ui.say("ui.users.here")
    if line.last_seen is None:
        return ui.say("ui.users.never")
    return moment_words(line.last_seen, ui.texts.language)


def factor_words(ui: Ui, line: UserLine) -> str:
    """What secures the sign-in besides the password."""
    return " + ".join(ui.say(f"ui.mfa.{one}") for one in line.mfa) or ui.say("ui.mfa.none")
