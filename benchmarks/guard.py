"""What the guard costs each use case: is this session alive, awake, allowed, freshly proved?

The anchor is the least that any guard costs: a lock taken and a dictionary looked into.
Three kinds of calls: an action of everyday work, one that wants a fresh proof, and one that
is refused (an exception is made and caught). Ten people are signed in.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from benchmarks._measure import Table, Target, timed
from desktop.access.guard import Guard
from desktop.access.roles import Action
from desktop.clock import SystemClock
from desktop.errors import Refused
from desktop.models.accounts import Role, Session, User, UserId

ROUNDS = 15
CALLS = 20_000
PEOPLE = 10


def main() -> int:
    table = Table(
        f"guard: one call, {PEOPLE} people signed in, {ROUNDS} rounds of {CALLS:,}",
        "a lock taken and a dictionary looked into",
    )
    clock = SystemClock()
    guard = Guard(clock)
    roles = [Role.ADMINISTRATOR, Role.FRONT_DESK] * (PEOPLE // 2)
    people = [User(UserId(f"{n:032x}"), f"person {n}", role) for n, role in enumerate(roles)]
    admin, desk, *_ = [guard.open(person, clock.now()) for person in people]
    kinds: list[tuple[str, Callable[[], object]]] = [
        ("everyday work", lambda: guard.check(desk, Action.SEARCH_PEOPLE)),
        ("wants a fresh proof", lambda: guard.check(admin, Action.EXPORT_AUDIT)),
        ("refused", lambda: _refused(guard, desk)),
    ]
    lock, kept = threading.Lock(), {person.id: person for person in people}

    def least() -> None:
        with lock:
            kept.get(desk.user)

    figures: list[list[float]] = [[] for _ in kinds]
    anchor: list[float] = []
    for number in range(ROUNDS + 1):
        taken = [_mean(work) for _, work in kinds]
        bare = _mean(least)
        if number:  # the first round warms up
            anchor.append(bare)
            for one, figure in zip(taken, figures, strict=True):
                figure.append(one)
    for (name, _), figure in zip(kinds, figures, strict=True):
        table.line(name, figure, anchor, unit="us", target=Target(50, of="figure"))
    return table.end()


def _refused(guard: Guard, session: Session) -> None:
    try:
        guard.check(session, Action.EXPORT_AUDIT)
    except Refused:
        return
    raise SystemExit("the front desk may export the audit log")


def _mean(work: Callable[[], object]) -> float:
    """Microseconds of one call."""

    def all_of_them() -> None:
        for _ in range(CALLS):
            work()

    return timed(all_of_them) / CALLS * 1e6


if __name__ == "__main__":
    sys.exit(main())
