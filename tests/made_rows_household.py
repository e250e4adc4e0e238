"""How to call the use cases of mailboxes of people, and of records of the same person."""

from __future__ import annotations

from typing import Any

from desktop.models.accounts import Session
from desktop.models.standing import Reader
from desktop.office.values import ImportRequest
from desktop.office.values_household import LinkRequest

TWICE = (
    b"MRN,First Name,Last Name,DOB,Phone\n"
    b"7001,Twila,Twofold,1950-05-05,555 010 7001\n"
    b"7002,Twilla,Twofold,1950-05-05,555 010 7001\n"
)


def _look(world: Any, session: Session) -> None:
    world.office.import_people(session, ImportRequest("twice.csv", TWICE))
    world.office.find_duplicates(session)


def _pair(world: Any, session: Session) -> tuple[Any, Any]:
    line = world.office.list_duplicates(session).pairs[0]
    return line.first.id, line.second.id


def _merge(world: Any, session: Session) -> None:
    kept, gone = world.kept["pair"]
    world.kept["merge"] = world.office.merge_people(session, kept, gone).id


def _list(world: Any, session: Session) -> None:
    world.kept["pair"] = _pair(world, session)


def _link(world: Any, session: Session) -> None:
    request = LinkRequest(world.person, "zoraida@example.org", Reader.SHARED)
    world.office.set_link(session, request)


HOUSEHOLD = {
    "show_household": lambda w, s: w.office.show_household(s, w.person),
    "set_link": _link,
    "set_family": lambda w, s: w.office.set_family(s, w.person, "apart"),
    "end_link": lambda w, s: _ended(w, s),
    "find_duplicates": _look,
    "list_duplicates": _list,
    "compare_people": lambda w, s: w.office.compare_people(s, *w.kept["pair"]),
    "merge_people": _merge,
    "unmerge_people": lambda w, s: w.office.unmerge_people(s, w.kept["merge"]),
    "two_people": lambda w, s: w.office.two_people(s, *w.kept["pair"]),
}


def _ended(world: Any, session: Session) -> None:
    """As it was for whatever comes after."""
    before = world.office.show_household(session, world.person).links[0].address
    world.office.end_link(session, world.person, before)
    world.office.set_link(session, LinkRequest(world.person, before))
