"""As `made_rows.py`, for the restore drill's questions, the recovery kit and a new recovery key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models.accounts import Session
from desktop.office.values_backups import KitRequest
from tests.made_staff import without_printer

Call = Callable[[Any, Session], object]

KIT: dict[str, Call] = {
    "drill_asks": lambda w, s: w.office.drill_asks(s),
    "print_kit": lambda w, s: without_printer(lambda: w.office.print_kit(s, KitRequest())),
    "renew_recovery_key": lambda w, s: w.office.renew_recovery_key(s),
}
