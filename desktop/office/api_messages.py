"""The part of the one door that is about messages and tasks.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.correspondence import AfterHours, ConversationId, EntryId, MailQuery, Notify, SnippetId
from desktop.models.records import PersonId
from desktop.office.values_messages import (
    AfterHoursShown,
    Answering,
    ConversationChange,
    ConversationQuery,
    ConversationShown,
    ConversationsShown,
    EntryShown,
    FileOut,
    Formatted,
    MailFound,
    SnippetFilled,
    SnippetRequest,
    SnippetsShown,
    TaskChange,
    TaskEnd,
    TaskLine,
    TaskQuery,
    TaskRequest,
    TasksShown,
    ToChart,
)


class MessagesDoor(Protocol):
    def list_conversations(self, session: Session, query: ConversationQuery) -> ConversationsShown: ...
    def show_conversation(
        self, session: Session, conversation: ConversationId, limit: int = 50
    ) -> ConversationShown:
        """With its newest `limit` entries; from now on it counts as seen."""
        ...

    def take_conversation(self, session: Session, conversation: ConversationId) -> ConversationShown:
        """It is this person's to answer; `taken` where somebody else's it is already."""
        ...

    def change_conversation(self, session: Session, change: ConversationChange) -> ConversationShown: ...
    def begin_answer(self, session: Session, conversation: ConversationId) -> Answering:
        """Others see it for ten minutes, longer while the draft is kept; it keeps nobody out."""
        ...

    def end_answer(self, session: Session, conversation: ConversationId) -> None: ...
    def wrong_person(self, session: Session, entry: EntryId) -> ConversationShown:
        """It reached somebody else: the address is stopped, an incident and a task are opened."""
        ...

    def export_conversation(self, session: Session, request: ToChart) -> FileOut: ...
    def search_mail(self, session: Session, query: MailQuery) -> MailFound: ...


class ReadingDoor(Protocol):
    """What one received mail holds, looked at more closely."""

    def open_sealed(self, session: Session, entry: EntryId) -> EntryShown:
        """Decrypt and verify in place; what fails its integrity check shows no text (RFC 9580 13.7)."""
        ...

    def show_formatted(self, session: Session, entry: EntryId) -> Formatted: ...
    def save_file(self, session: Session, entry: EntryId, part: int) -> FileOut: ...


class TasksDoor(Protocol):
    def list_tasks(self, session: Session, query: TaskQuery) -> TasksShown: ...
    def add_task(self, session: Session, request: TaskRequest) -> TaskLine: ...
    def change_task(self, session: Session, change: TaskChange) -> TaskLine: ...
    def end_task(self, session: Session, end: TaskEnd) -> TaskLine: ...


class SnippetsDoor(Protocol):
    def list_snippets(self, session: Session) -> SnippetsShown: ...
    def keep_snippet(self, session: Session, request: SnippetRequest) -> SnippetsShown: ...
    def retire_snippet(self, session: Session, snippet: SnippetId) -> SnippetsShown: ...
    def fill_snippet(self, session: Session, snippet: SnippetId, person: PersonId) -> SnippetFilled: ...


class AfterHoursDoor(Protocol):
    def show_after_hours(self, session: Session) -> AfterHoursShown: ...
    def set_after_hours(self, session: Session, rules: AfterHours, notify: Notify) -> AfterHoursShown: ...
