"""As `made_rows.py`, for tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models.accounts import Session
from desktop.office.values_messages import TaskChange, TaskEnd, TaskQuery, TaskRequest

Call = Callable[[Any, Session], object]


def _add(world: Any, session: Session) -> None:
    request = TaskRequest("Send the referral", world.person)
    world.kept["task"] = world.office.add_task(session, request).id


TASKS: dict[str, Call] = {
    "add_task": _add,
    "list_tasks": lambda w, s: w.office.list_tasks(s, TaskQuery()),
    "change_task": lambda w, s: w.office.change_task(s, TaskChange(w.kept["task"], s.user)),
    "end_task": lambda w, s: w.office.end_task(s, TaskEnd(w.kept["task"], note="By post")),
}
