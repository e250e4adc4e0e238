"""How a mail program offers to say no: List-Unsubscribe with this very message's token.

Whoever uses it has seen the message (the token is 130 keyed bits, in nobody else's mail), and a
program that fetches addresses ahead of its reader sends no mail. One click over HTTPS (RFC 8058) is
not offered: this program runs no server, and no profile of a mail service names one. No field names
the campaign or its group: List-Id would (RFC 2919).
"""

from __future__ import annotations

from urllib.parse import quote

from desktop.mail.correlation import token_of
from desktop.mail.headers import Header, wire_address
from desktop.models.tokens import TOKEN

WORD = "unsubscribe"
_SAFE = "@!$'*+-._~"


def leave_fields(sender: str, message_id: str) -> tuple[Header, ...]:
    """RFC 2369 3.2. It stands in the message before the relay signs it, where DKIM can cover it.

    Raises ValueError for a message without a token.
    """
    token = token_of(message_id)
    if not TOKEN.fullmatch(token):
        raise ValueError("no token")
    mail = f"<mailto:{quote(wire_address(sender), safe=_SAFE)}?subject={WORD}%20{token}>"
    return (("List-Unsubscribe", mail),)
