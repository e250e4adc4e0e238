"""What a page may ask of the window around it, and which role sees which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.models.accounts import Role
from desktop.models.campaigning import CampaignId
from desktop.models.correspondence import ConversationId
from desktop.models.records import MessageId, PersonId
from desktop.office.values_access import DraftKept
from desktop.office.values_messages import ConversationShown, EntryShown
from desktop.office.values_protection import KeyRequest

_DESK = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK, Role.CLINICIAN})

ENTRY_ROLES: dict[str, frozenset[Role]] = {
    "today": _DESK,
    "messages": _DESK | {Role.BILLING},
    "compose": _DESK | {Role.BILLING},
    "outbox": _DESK | {Role.BILLING},
    "blocks": _DESK | {Role.BILLING},
    "people": _DESK | {Role.BILLING},
    "campaigns": frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    "results": frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    "audit": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "settings": frozenset({Role.ADMINISTRATOR}),
    "backups": frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    "account": frozenset(Role),
}
"""The pages only; what is allowed is decided behind the door (`access/roles.py`)."""

UNDER = {"compose": "messages", "outbox": "messages", "blocks": "messages", "backups": "today"}
"""Pages without a place in the rail of their own: the entry that is lit while they are in front."""


class Navigation(Protocol):
    """Moves between pages, and speaks at the foot of the window."""

    def open(self, code: str) -> None: ...
    def messages(self, place: str) -> None:
        """The list of one place (`values_messages.PLACES`)."""
        ...

    def conversation(self, conversation: ConversationId) -> None: ...
    def reply(self, shown: ConversationShown, entry: EntryShown) -> None:
        """A letter in this conversation that answers `entry`."""
        ...

    def forward(self, shown: ConversationShown, entry: EntryShown) -> None:
        """The words and files of `entry` to somebody else, about the person whose they are."""
        ...

    def draft(self, draft: DraftKept) -> None:
        """A letter that was begun, to be gone on with."""
        ...

    def undoable(self, words: str, undo: Callable[[], None]) -> None:
        """Say what was done, and take it back on a press."""
        ...

    def tasks(self, group: str) -> None:
        """What is still to do of one group (`TaskLine.group`), within Today; '' for everything."""
        ...

    def settings(self, section: str) -> None:
        """One section of the settings (`ui/settings/page.py`), such as `review`."""
        ...

    def backups(self) -> None:
        """Backups: within the settings where somebody has them, else as a page of its own."""
        ...

    def backed_up(self) -> None:
        """A backup was made, or its places changed: what the window says of it is looked at anew."""
        ...

    def retire(self) -> None:
        """Ask whether this computer is to be retired; afterwards nobody is signed in here."""
        ...

    def log(self, part: str) -> None:
        """One part of the audit page, such as `digest`."""
        ...

    def outbox(self, group: str) -> None:
        """The outbox with the messages of one group (`ui/outbox/words.py`), or its call list (`calls`)."""
        ...

    def compose(self, person: PersonId | None) -> None: ...
    def letter(self, prepared: KeyRequest) -> None:
        """A letter with subject and text already in it, to be read and sent by a person."""
        ...

    def person(self, person: PersonId) -> None: ...
    def people(self, part: str) -> None:
        """One part of the place of people (`ui/people/page.py`), such as `imports`."""
        ...

    def campaigns(self, part: str) -> None:
        """One part of the place of campaigns (`ui/campaigns/place.py`), such as `templates`."""
        ...

    def campaign(self, campaign: CampaignId) -> None:
        """One campaign in hand; what was in hand before is kept on the way."""
        ...

    def results(self, campaign: CampaignId) -> None:
        """What came of one campaign."""
        ...

    def queued(self, messages: tuple[MessageId, ...], words: Callable[[int], str]) -> None: ...
