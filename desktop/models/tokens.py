"""Messages by the token that their Message-ID holds: what every sign of them is tied to.

The token is the local part: 130 bits of a keyed hash (`mail/sender.py`), so that whoever
names one has seen that very message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import and_, or_, select

from desktop.models.lanes import Tx
from desktop.models.records import MessageId
from desktop.models.rows import chunks
from desktop.models.tables_mail import message

TOKEN = re.compile(r"[a-z2-7]{26}")
_PORTION = 100
"""Each token is a range of the index over Message-IDs."""


def by_token(tx: Tx, tokens: Iterable[str]) -> dict[str, MessageId]:
    """Those of `tokens` that a message of ours bears; what has not their form is nobody's."""
    wanted = sorted({token for token in tokens if TOKEN.fullmatch(token)})
    found: dict[str, MessageId] = {}
    for some in chunks(wanted, _PORTION):
        ranges = [
            and_(message.c.message_id >= f"<{token}@", message.c.message_id < f"<{token}A") for token in some
        ]
        rows = tx.connection.execute(select(message.c.id, message.c.message_id).where(or_(*ranges)))
        found.update((row.message_id[1:].partition("@")[0], MessageId(row.id)) for row in rows)
    return found
