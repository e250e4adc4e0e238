"""Replies that are encrypted to the practice, opened with its own keys.

Only of a mail that is tied to a message of ours and comes from its reader's address is
anything decrypted: else anybody could make the program open what they chose (EFAIL).
What cannot be opened is left for a person; nothing here raises for what is in a mail.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desktop.errors import InputError, SealwellError
from desktop.mail import replies
from desktop.mail.correlate import tie
from desktop.mail.opened import STEP
from desktop.mail.received_files import LISTED, MORE
from desktop.mail.replytext import OWN_CHARS
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.mail.sealedparts import armored_in
from desktop.mail.unlocking import OwnKeys
from desktop.models.correspondence import FileIn
from desktop.models.database import Database

_BODY = re.compile(rb"\r?\n\r?\n")

Reading = Callable[[bytes], Understood]


def with_words(mail: Understood, inner: Understood) -> Understood:
    """`mail` with what was found in it (`Unsealer.words`) in the place of what was sealed."""
    return replace(
        mail,
        own=inner.own,
        under=inner.under,
        text="\n\n".join(one for one in (inner.text or inner.own, mail.text) if one),
        beside_text=mail.text,
        more="\n\n".join(one for one in (inner.more, mail.more) if one),
        other_parts=inner.other_parts,
        files=_files(mail, inner),
        page=inner.page,
        signed=inner.signed or mail.signed,
        opened=True,
    )


def _files(mail: Understood, inner: Understood) -> tuple[FileIn, ...]:
    """Numbered as `opened.MailOpener` will find them; what was sealed is no file any more."""
    found = [replace(one, part=one.part + STEP) for one in inner.files if one.part != MORE]
    more = [one for one in inner.files if one.part == MORE]
    return (*found, *(mail.files if mail.beside else ()), *more)[: LISTED + 1]


class Unsealer:
    """One per open practice; takes a second for an OpenPGP message, so it is not for the window's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys = OwnKeys(database)

    def words(self, mail: Understood, at: datetime, raw: bytes, read: Reading) -> Understood | None:
        """What an encrypted reply says; None where that stays unknown. `read` parses in the worker.

        What stands in the open beside it counts as a further part.
        """
        tied = self._database.read(lambda tx: tie(tx, [(mail, at)]))[0]
        if tied.message is None or tied.doubt or mail.found.kind is not Kind.MESSAGE:
            return None
        try:
            match mail.sealed:
                case "reply-file":
                    reply, who = self._database.read(lambda tx: replies.opened(tx, raw))
                    if who != tied.message.person:
                        return None
                    inner = Understood(
                        Classified(Kind.MESSAGE), own=reply.text.strip()[:OWN_CHARS], text=reply.text
                    )
                case "openpgp":
                    inner = self._readable(read, self._openpgp(raw))
                case _:
                    inner = self._readable(read, self._smime(raw))
        except (SealwellError, ValueError, binascii.Error):
            return None
        return replace(inner, other_parts=inner.other_parts + mail.beside)

    def _readable(self, read: Reading, plain: bytes) -> Understood:
        inner = read(plain if _BODY.search(plain[:20_000]) else b"\r\n" + plain)
        if inner.sealed or inner.broken:
            raise InputError("message-unopenable")
        return inner

    def _openpgp(self, raw: bytes) -> bytes:
        armored = armored_in(raw)
        if not armored:
            raise InputError("message-unopenable")
        with self._keys.ring() as ring:
            return ring.decrypt(armored).data

    def _smime(self, raw: bytes) -> bytes:
        return self._keys.smime(base64.b64decode(_BODY.split(raw, 1)[-1])).data
