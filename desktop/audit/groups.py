"""The acts of the log in a few groups that people tell apart: for the filter and the weekly review."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desktop.audit.events import Act

_ROOMS = {
    "signin": "signin session tries guard clock pin",
    "people": "people consent key passphrase import imports file mapping source-file folder timeline "
    "household guardian authorization evidence duplicate duplicates addresses segment segments",
    "visits": "appointments appointment reminders today windows window visit answers answer calendar slots",
    "messages": "message outbox protection letter draft drafts template templates pictures picture brand "
    "campaign campaigns opt-out results",
    "log": "audit report checkpoint witness first-key alert alerts alert-rules alert-rule opening-hours "
    "incident digest review retention content log officer",
}
_GROUP_OF = {room: group for group, rooms in _ROOMS.items() for room in rooms.split()}
_REST = "practice"
"""Everything else: users, settings, the practice's own keys."""


def group_of(act: str) -> str:
    """Of `signin`, `people`, `visits`, `messages`, `log`, `practice`; the words are `digest.<group>`."""
    return _GROUP_OF.get(act.partition(".")[0], _REST)


def _acts(group: str) -> tuple[str, ...]:
    return tuple(act.value for act in Act if group_of(act.value) == group)


GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({group: _acts(group) for group in (*_ROOMS, _REST)})
"""Every act, in exactly one group; in the order in which they are shown."""
