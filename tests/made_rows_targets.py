"""As `made_rows.py`, for places where backups lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.models.accounts import Session
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.values_backups import TargetRequest, VerifyRequest
from tests.made_rows_computer import COMPUTER
from tests.made_rows_drill import KIT
from tests.made_staff import desk_of

Call = Callable[[Any, Session], object]


def _request(world: Any, **changes: Any) -> TargetRequest:
    place = Path(world.folder) / "backups-elsewhere"
    place.mkdir(exist_ok=True)
    return replace(TargetRequest("Drive", Place(TargetKind.FOLDER, str(place))), **changes)


def _add(world: Any, session: Session) -> None:
    """The watch ends first: what it would make by itself is not what is looked at."""
    desk_of(world.office).opened().backups.stop()
    world.kept["target"] = world.office.add_target(session, _request(world)).target.id


TARGETS: dict[str, Call] = {
    "freshness": lambda w, s: w.office.freshness(s),
    "create_backup": lambda w, s: w.office.create_backup(s),
    "verify_backup": lambda w, s: w.office.verify_backup(s, VerifyRequest()),
    "show_backups": lambda w, s: w.office.show_backups(s),
    "add_target": _add,
    "change_target": lambda w, s: w.office.change_target(
        s, _request(w, name="The drive", target=w.kept["target"])
    ),
    "test_target": lambda w, s: w.office.test_target(s, _request(w, target=w.kept["target"])),
    "list_target": lambda w, s: w.office.list_target(s, w.kept["target"]),
    **KIT,
    **COMPUTER,
    "retire_target": lambda w, s: w.office.retire_target(s, w.kept["target"]),
}
