"""The office of a look around: what would make a real practice of it is refused."""

from __future__ import annotations

from typing import Any

from desktop.errors import Refused
from desktop.office.api import Office
from desktop.sample.opened import OPEN

_NOT_REAL = frozenset({"create_practice", "recover", "start_join", "join", "issue_token", "resume"})
_OTHER_FOLDERS = frozenset(
    {
        *("find_backups", "restore", "open_emergency", "plan_move", "show_arrival", "settle_arrival"),
        *("retire_computer", "add_target", "change_target", "test_target", "watch_folder"),
    }
)
_REAL_PEOPLE = frozenset({"import_people", "import_appointments", "try_import", "run_import"})
"""Files of real patients stay out: the password of this practice stands in its window."""
_OUTSIDE = frozenset(
    {
        *("add_relay", "update_relay", "retire_relay", "test_relay", "try_relay", "set_onward"),
        *("test_portal", "begin_grant", "finish_grant", "end_grant", "add_mailbox", "update_mailbox"),
        *("retire_mailbox", "test_mailbox", "try_mailbox", "set_feed", "poll_feed", "find_keys"),
        *("add_storage", "test_storage", "retire_storage", "publish_own_keys", "start_delivery_check"),
        *("read_back", "allow_updates", "check_updates", "download_update", "check_posture"),
    }
)
_THE_THREE = frozenset(
    {
        *("offboard_user", "suspend_user", "set_role", "set_policy", "change_password", "end_session"),
        *("new_authenticator", "confirm_authenticator", "enrol_key", "remove_key"),
        *("set_quick_pin", "forget_quick_pin"),
    }
)
"""Whose places one changes by one press: nobody locks them out."""
REFUSED = _NOT_REAL | _OTHER_FOLDERS | _REAL_PEOPLE | _OUTSIDE | _THE_THREE


class SampleOffice:
    """Fulfils `office.api.Office`; whatever is not in `OPEN` raises Refused("not-in-sample")."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __getattr__(self, name: str) -> Any:
        return getattr(self._office, name) if name in OPEN else _refuse


def _refuse(*_: object, **__: object) -> None:
    raise Refused("not-in-sample")
