"""What each process of the program pays before it does anything: processor time, and memory held then.

Fresh processes, their compiled modules warm. The anchor is a process that loads SQLAlchemy, without
which nobody reads a database; for what loads none, one that does nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks._measure import Table, Target

ROUNDS = 9
NOTHING, SQLALCHEMY = ("-c", "pass"), ("-c", "import sqlalchemy")
OFFICE = """
from desktop import bootstrap
with bootstrap.loading():
    from desktop.assembly import build_office
    {more}
"""
SERVICE = "from desktop.office.agent import Agent"
_ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    table = Table(
        f"load: processor time of a fresh process, {ROUNDS} rounds",
        "a process that loads SQLAlchemy, or nothing",
    )
    _line(table, "a command with its office", ("-c", OFFICE.format(more="")), SQLALCHEMY, 3.5)
    _line(table, "the background service", ("-c", OFFICE.format(more=SERVICE)), SQLALCHEMY, 3.5)
    _line(table, "through a running service", ("-c", "import desktop.cli.main"), SQLALCHEMY, 1)
    _line(table, "sealwell --version", ("-m", "desktop", "--version"), NOTHING, 10)
    _line(table, "sealwell --help", ("-m", "desktop", "--help"), NOTHING, 30)
    for name, module in (("mail", "mail.parsing_worker"), ("a page", "mail.reading_worker")):
        _line(table, f"who reads {name}", ("-c", f"import desktop.{module}"), SQLALCHEMY, 1)
    return table.end()


def _line(table: Table, name: str, ours: tuple[str, ...], anchor: tuple[str, ...], limit: float) -> None:
    figures: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    for number in range(ROUNDS + 1):
        pair = _cost(ours), _cost(anchor)
        if number:  # the first round compiles what is new
            figures.append(pair[0])
            bare.append(pair[1])
    seconds = [one * 1000 for one, _ in figures], [one * 1000 for one, _ in bare]
    table.line(name, *seconds, unit="ms", target=Target(limit))
    table.line("  memory", [one for _, one in figures], [one for _, one in bare], unit="MiB")


def _cost(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of processor time, and MiB held at most."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(
        [sys.executable, *arguments], cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{arguments} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
