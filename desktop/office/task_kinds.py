"""Every kind of task that this program opens: where it stands, who sees it, and where its work is.

The list is closed: `tests/architecture/test_task_kinds.py` finds what code opens and is not here.
Kinds that are records or somebody's own notices stand here too, and on no page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desktop.access.roles import MATRIX, Action
from desktop.compliance.digest import LOG_REVIEW
from desktop.compliance.freshness import BACKUP_OLD
from desktop.compliance.offboarding import KEY_CHANGE_DUE
from desktop.compliance.review import ACCESS_REVIEW
from desktop.frozen import dataclass
from desktop.mail.calls import CALL
from desktop.mail.events import DECLINED_TASK, FAILED_TASK
from desktop.mail.moves import CANCEL_VISIT, MOVE
from desktop.mail.optouts import SUGGESTED
from desktop.mail.wrong_person import TASK as WRONG_PERSON
from desktop.models import addresschecks, checks
from desktop.models.accounts import Role
from desktop.models.correspondence import Urgency
from desktop.office.guardian_watch import OWN_ADDRESS
from desktop.office.keys_expiry import KEY_EXPIRING, OWN_KEY_EXPIRING
from desktop.office.values_messages import TASK_GROUPS

OWN = "own"
DRILL_DUE = "drill-due"
UPDATE, UPDATE_DOUBT = "update", "update-doubt"
"""A newer version of the program; what was heard of one is not believed. The source is which."""
FOLDER = "folder"
"""A watched folder wants somebody; its source is the folder."""
NOTICE = "notice-"
"""Kinds that begin so are read and acknowledged by their owner alone (`office/notices.py`)."""
_EVERYBODY = frozenset(role for role in Role if Action.LIST_TASKS in MATRIX[role])


def _who_may(action: Action) -> frozenset[Role]:
    """Those of a task list whose work it is at all."""
    return frozenset(role for role in _EVERYBODY if action in MATRIX[role])


@dataclass(frozen=True)
class TaskKind:
    """`title` is a reason's code with `name` and, of a visit, `when`; `step` as in `TaskLine`."""

    group: str
    title: str
    roles: frozenset[Role] = _EVERYBODY
    step: str = ""
    ends_itself: bool = False
    urgency: Urgency = Urgency.PLAIN
    by_work_alone: bool = False
    """Only the work itself ends it: its being open is what other rooms rely on."""


KINDS: Mapping[str, TaskKind] = MappingProxyType(
    {
        WRONG_PERSON: TaskKind("urgent", "task-wrong-person", step="conversation", urgency=Urgency.URGENT),
        CALL: TaskKind("calls", "task-call", step="call", ends_itself=True, urgency=Urgency.ASKS),
        FAILED_TASK: TaskKind(
            "addresses",
            "task-failed-delivery",
            _who_may(Action.HANDLE_FAILURE),
            "failure",
            True,
            Urgency.ASKS,
        ),
        OWN_ADDRESS: TaskKind(
            "addresses", "task-own-address", _who_may(Action.SET_HOUSEHOLD), "person", True, Urgency.ASKS
        ),
        MOVE: TaskKind("moves", "task-move", _who_may(Action.TODAY), "conversation", True, Urgency.ASKS),
        CANCEL_VISIT: TaskKind(
            "moves", "task-cancel-visit", _who_may(Action.TODAY), "conversation", True, Urgency.ASKS
        ),
        DECLINED_TASK: TaskKind(
            "moves", "task-declined", _who_may(Action.TODAY), "conversation", True, Urgency.ASKS
        ),
        SUGGESTED: TaskKind("replies", "task-opt-out", _who_may(Action.TAKE_OPT_OUT), "conversation"),
        KEY_EXPIRING: TaskKind("keys", "task-key-expiring", _who_may(Action.FIND_KEY), "keys", True),
        OWN_KEY_EXPIRING: TaskKind(
            "keys", "task-own-key-expiring", _who_may(Action.MANAGE_OWN_KEYS), "settings", True
        ),
        ACCESS_REVIEW: TaskKind(
            "review",
            "task-access-review",
            _who_may(Action.SIGN_REVIEW),
            "review",
            True,
            by_work_alone=True,
        ),
        LOG_REVIEW: TaskKind(
            "review",
            "task-log-review",
            _who_may(Action.SIGN_DIGEST),
            "log-review",
            True,
            by_work_alone=True,
        ),
        KEY_CHANGE_DUE: TaskKind(
            "system",
            "task-rotation-due",
            _who_may(Action.OFFBOARD_USER),
            "settings",
            True,
            by_work_alone=True,
        ),
        DRILL_DUE: TaskKind("system", "task-drill-due", _who_may(Action.RUN_DRILL), "backups", True),
        BACKUP_OLD: TaskKind("system", "task-backup-old", _who_may(Action.MAKE_BACKUP), "backups", True),
        UPDATE: TaskKind("system", "task-update-normal", _who_may(Action.SET_UPDATES), "settings", True),
        UPDATE_DOUBT: TaskKind(
            "system", "task-update-doubt", _who_may(Action.SET_UPDATES), "settings", True, Urgency.ASKS
        ),
        FOLDER: TaskKind("system", "task-folder", _who_may(Action.LIST_IMPORTS), "imports"),
        OWN: TaskKind("own", "task-own"),
    }
)
RECORDS = frozenset({checks.KIND, addresschecks.KIND})
"""What somebody did, kept among the tasks as ended from the beginning; never listed."""


def known(kind: str) -> bool:
    """Whether code may open it at all."""
    return kind in KINDS or kind in RECORDS or kind.startswith(NOTICE)


def seen_by(role: Role, group: str = "") -> tuple[str, ...]:
    """The kinds that stand on a role's page; of one group, if it is named."""
    return tuple(code for code, one in KINDS.items() if role in one.roles and group in ("", one.group))


def by_group(counts: Mapping[str, int]) -> dict[str, int]:
    """Numbers of kinds as numbers of groups, in the order of the page; groups without any are left out."""
    summed = dict.fromkeys(TASK_GROUPS, 0)
    for code, number in counts.items():
        summed[KINDS[code].group] += number
    return {group: number for group, number in summed.items() if number}
