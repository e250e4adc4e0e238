"""A practice as another version of the program would have left it; works on a copy outside the system."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.models.database import Database, Tx
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from installers.linux.trial.practice import FOLDER, PASSWORD, USER_NAME, Practice
from installers.linux.trial.system import USER
from tests.made_staff import desk_of
from tests.support.earlier import take_back

EARLIER = "0007"
_LATER = "9999"


def earlier(practice: Practice) -> None:
    """The tables of a released program of long ago, with today's rows in them."""
    with _opened(practice) as database:
        database.write(lambda tx: take_back(tx, EARLIER))


def later(practice: Practice) -> None:
    """Marked as of a program that is yet to come."""

    def mark(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (_LATER,))

    with _opened(practice) as database:
        database.write(mark)


@contextmanager
def _opened(practice: Practice) -> Iterator[Database]:
    """The practice's database, changed outside by today's program and put back with its owner."""
    inside = practice.system.path(FOLDER)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copytree(inside, Path(scratch) / "practice"))
        office = build_office(PracticeFolder(copy), SystemClock(), device_store=lambda: None)
        office.sign_in(Credentials(USER_NAME, password=PASSWORD, code=practice.code()))
        yield desk_of(office).opened().database
        office.close()
        shutil.copytree(copy, inside, dirs_exist_ok=True)
    practice.system.run("chown", "-R", f"{USER}:{USER}", FOLDER).well()
