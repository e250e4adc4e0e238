"""Replies that patients write in a locked file: the practice's key for them, and whose they are.

One key pair for the practice, made once and kept in the database (`vaultkeys`), so that a new
vault key leaves it valid: locked files lie with people for years. The id of each file names its
reader to the practice alone, so that no list of files has to be kept.
"""

from __future__ import annotations

import secrets
from dataclasses import field
from datetime import date
from email import message_from_bytes
from email.policy import compat32

from desktop.crypto.envelope import reply_token
from desktop.crypto.envelope_reply import BEGIN, Reply, file_about, new_file, new_reply_keys, open_reply
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import vaultkeys
from desktop.models.database import Tx
from desktop.models.records import PasswordCard, PersonId

PRIVATE, PUBLIC, FILES = "reply-private", "reply-public", "reply-files"
_KEY_BYTES = 32


@dataclass(frozen=True)
class ReplyMeans:
    """What a locked file needs so that its reader can answer."""

    public: bytes
    files: bytes = field(repr=False)

    def new_file(self, person: PersonId) -> bytes:
        return new_file(self.files, bytes.fromhex(person))


def make_keys(tx: Tx) -> None:
    """Once per practice: at its creation, or when an older one is opened. Leaves what is there."""
    if vaultkeys.get(tx, PRIVATE) is not None:
        return
    keys = new_reply_keys()
    vaultkeys.put(tx, PRIVATE, keys.private)
    vaultkeys.put(tx, PUBLIC, keys.public)
    vaultkeys.put(tx, FILES, secrets.token_bytes(_KEY_BYTES))


def means(tx: Tx) -> ReplyMeans | None:
    """None before there are keys: files offer no reply then."""
    public, files = vaultkeys.get(tx, PUBLIC), vaultkeys.get(tx, FILES)
    return ReplyMeans(public, files) if public and files else None


def opened(tx: Tx, data: bytes) -> tuple[Reply, PersonId]:
    """The reply in a file or a mail, and to whom the file that it names was sealed: to nobody
    known, perhaps. Raises InputError `reply-unreadable`, `reply-altered`."""
    private, files = vaultkeys.get(tx, PRIVATE), vaultkeys.get(tx, FILES)
    if private is None or files is None:
        raise InputError("reply-altered")
    reply = open_reply(private, _found(data))
    return reply, PersonId(file_about(files, reply.file).hex())


def _found(data: bytes) -> bytes:
    """The part that holds a reply: the file, the text of a mail, or a file in a mail."""
    if BEGIN in data:
        return data
    parts = (part.get_payload(decode=True) for part in message_from_bytes(data, policy=compat32).walk())
    return next((part for part in parts if isinstance(part, bytes) and BEGIN in part), b"")


def comes_from_reader(reply: Reply, card: PasswordCard | None, born: date | None) -> tuple[bool, bool]:
    """Whether its writer had opened the file with this card, and whether by the birth date as well."""
    if card is None:
        return False, False
    if reply.comes_from_reader(reply_token(card.key, reply.file)):
        return True, False
    proven = born is not None and reply.comes_from_reader(reply_token(card.key, reply.file, born))
    return proven, proven
