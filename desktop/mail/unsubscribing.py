"""How a mail program offers to say no: List-Unsubscribe with this very message's token.

Whoever uses it has seen the message (the token is 130 keyed bits, in nobody else's mail), and a
program that fetches addresses ahead of its reader sends no mail. One click over HTTPS (RFC 8058) is
offered only where the relay's profile names an address that takes it: this program runs no server.
No field names the campaign or its group: List-Id would (RFC 2919).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from desktop.mail.correlation import token_of
from desktop.mail.headers import Header, wire_address
from desktop.models.tokens import TOKEN

WORD = "unsubscribe"
_SAFE = "@!$'*+-._~"
_HTTPS = re.compile(r"https://[!#-;=?-~]{4,400}")
"""One address as it may stand in a header field: no space, no quote, no angle bracket."""


def leave_fields(sender: str, message_id: str, one_click: str = "") -> tuple[Header, ...]:
    """RFC 2369 3.2, and with an address for one click RFC 8058 3.1; `{token}` in it is the message's own.

    Both fields stand in the message before the relay signs it, where DKIM covers them (RFC 8058 4).
    Raises ValueError for a message without a token, or an address that no field can hold.
    """
    token = token_of(message_id)
    if not TOKEN.fullmatch(token):
        raise ValueError("no token")
    mail = f"<mailto:{quote(wire_address(sender), safe=_SAFE)}?subject={WORD}%20{token}>"
    if not one_click:
        return (("List-Unsubscribe", mail),)
    address = one_click.replace("{token}", token)
    if not _HTTPS.fullmatch(address) or token not in address:
        raise ValueError("one-click")
    return (
        ("List-Unsubscribe", f"{mail},\r\n <{address}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
