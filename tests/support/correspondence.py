"""Ordinary conversations, entries and received mail for tests: every field may be given, none must."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desktop.models import entries, mailboxes
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
)
from desktop.models.database import Database, Tx
from desktop.models.delivery import AccountId, Auth, MailAccount, Match, Received, ReceivedId, ReceivedState
from desktop.models.ids import new_id
from tests.support.kept import NOW


def a_conversation(**fields: Any) -> Conversation:
    usual = Conversation(
        id=ConversationId(new_id()),
        subject="A question",
        state=ConversationState.OPEN,
        opened_at=NOW,
        changed_at=NOW,
    )
    return replace(usual, **fields)


def an_entry(conversation: ConversationId, **fields: Any) -> Entry:
    return replace(Entry(EntryId(new_id()), conversation, NOW, Direction.IN), **fields)


def said(db: Database, conversation: ConversationId, who: str = "", **fields: Any) -> Entry:
    """Something is said in a conversation; what stands there now."""
    return db.write(lambda tx: entries.add(tx, an_entry(conversation, **fields), who))


def an_account(tx: Tx) -> AccountId:
    """A mailbox whose server nobody has."""
    one = MailAccount(
        id=AccountId(new_id()),
        name="Office",
        host="127.0.0.1",
        port=1,
        security="implicit",
        ca_file="",
        user="",
        auth=Auth.PASSWORD,
        address="office@harbor.example",
        folder="INBOX",
        sent_folder="",
        minutes=5,
        tidy=False,
        baa=None,
        made_at=NOW,
    )
    mailboxes.add(tx, one, "")
    return one.id


_UID = iter(range(1, 1 << 31))


def a_received(account: AccountId, **fields: Any) -> Received:
    ident = ReceivedId(new_id())
    usual = Received(
        id=ident,
        account=account,
        uid_validity=1,
        uid=next(_UID),
        at=NOW,
        kind="message",
        state=ReceivedState.NEW,
        message=None,
        matched=Match.NOTHING,
        person=None,
        message_id=f"<{ident}@example.org>",
        sender="maria@example.com",
        raw=b"From: maria@example.com\r\n\r\nHello\r\n",
    )
    return replace(usual, **fields)
