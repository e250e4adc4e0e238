"""The name that a relay gives to what it accepts, found in the words of its 250.

Every server says it in its own way (RFC 5321 4.2 leaves the text free). The name ties what
the relay tells later, in its log, its feed or a bounce, to the message, also where it
rewrites the Message-ID.
"""

from __future__ import annotations

import re

_MOST = 200
_WORD = r"[A-Za-z0-9][A-Za-z0-9._+=@$/-]*"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\bqueued\s+(?:mail\s+)?as\s+<?({_WORD})>?",  # Postfix, SendGrid, Brevo, Mailjet, Postmark
        rf"<({_WORD})>\s+\[(?:InternalId=\d+,\s*)?Hostname=",  # Microsoft 365, Exchange
        rf"\bok\s+\d+\s+({_WORD})\s+-\s+gsmtp\b",  # Gmail, Google Workspace
        rf"\bid=({_WORD})",  # Exim
        rf"({_WORD})\s+Message\s+accepted\s+for\s+delivery",  # Sendmail, Proofpoint
        r"\bok\s*:?\s+([0-9a-f]{10,}(?:-[0-9a-f]+)+)",  # Amazon SES
        rf"\b(?:message[- ]?id|msgid|tracking[- ]?id)\s*[:=]?\s*<?({_WORD})>?",
    )
)
_STATUS = re.compile(r"\s*\d{3}[ -]?(?:\d\.\d{1,3}\.\d{1,3}\s+)?")
_BARE = re.compile(r"(?<!\S)<?((?=[^\s<>]*\d)(?=[^\s<>]*[A-Za-z])[A-Za-z0-9._+=@-]{12,})>?(?!\S)")
"""A word with letters and digits that is too long to be anything else than a name."""


def relay_ref(reply: str) -> str:
    """The relay's own name for the message that `reply` accepted, '' where it gave none."""
    words = _STATUS.sub("", reply[: _MOST * 3], count=1)
    for form in _FORMS:
        found = form.search(words)
        if found is not None:
            return found[1].rstrip(".")[:_MOST]
    bare = _BARE.findall(words)
    return bare[0].rstrip(".")[:_MOST] if len(bare) == 1 else ""
