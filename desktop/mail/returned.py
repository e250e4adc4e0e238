"""What came into the mailbox: a bounce, a delay, a complaint, an absence, a wish to leave, or mail.

Pure and bounded, for mail by anybody: it never raises for what is in a mail, and nothing
of a stranger's text is kept but addresses and codes. Reports can be forged, so that what
follows from one (an address that is not written to any more) rests on a token of ours,
which is for the caller to check (SECURITY.md, RFC 3464 row).
"""

from __future__ import annotations

import re

from desktop.mail.replytext import own_words
from desktop.mail.returned_detectors import detect
from desktop.mail.returned_parts import Incoming, open_incoming
from desktop.mail.returned_report import RECIPIENTS, address_in, original_of, read_report, written_to
from desktop.mail.returned_text import holds, is_hard, phrases, smtp_code
from desktop.mail.returned_values import Classified, Kind, Returned

__all__ = ["Classified", "Kind", "Returned", "classify", "classify_open", "is_leave_word"]

_OPENING = 2_000
"""Characters of a text in which a server says what it is about."""
_DAEMON = re.compile(
    r"mailer-daemon|mail[ .]delivery[ .](?:sub)?system|postmaster|mdaemon|mail administrator|"
    r"smtp_?(?:mail_)?service|<>$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"<?([^\s<>@\"(),;:]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z0-9-]{2,63})>?")
_ANSWERED = re.compile(r"^(?:(?:re|fw|fwd|rv)\s*:\s*)+")
_BY_HEADER = re.compile(r"^\s*(unsubscribe)[ +]+[a-z2-7]{26}\s*$", re.IGNORECASE)
"""What a program writes for its reader, as our own List-Unsubscribe asks (`mail/unsubscribing.py`)."""
_ABSENT = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")
_RETURNED = (Kind.BOUNCE, Kind.DELAY)
_OWN_ID = re.compile(r"^message-id:\s*(<[^\s<>]{1,900}>)", re.IGNORECASE | re.MULTILINE)


def classify(data: bytes) -> Classified:
    """What the mail in `data` is, and about whom."""
    return classify_open(open_incoming(data), data)


def classify_open(mail: Incoming, data: bytes) -> Classified:
    """As `classify`, of a mail that was opened."""
    text = "\n".join(part.text for part in mail.of_type("text/plain", "text/html"))
    found = read_report(mail) or _prose(mail, text)
    if found is None or (found.kind in _RETURNED and not found.recipients):
        found = _detected(mail, data) or found
    return found or _short(mail) or Classified(Kind.MESSAGE)


def _prose(mail: Incoming, text: str) -> Classified | None:
    """A server's words without a report: only where the mail says that a server wrote it."""
    failed = mail.one("x-failed-recipients")
    opening, subject = text[:_OPENING], mail.one("subject")
    daemon = _of_a_server(mail)
    if holds(subject, "delay_subjects") or (daemon and not failed and holds(opening, "delay_openings")):
        kind = Kind.DELAY
    elif failed or holds(subject, "bounce_subjects") or (daemon and holds(opening, "bounce_openings")):
        kind = Kind.BOUNCE
    else:
        return None
    if not (failed or daemon or _reply_quoted(opening)):
        return None
    own = _OWN_ID.search(text)
    original = original_of(mail) or (own[1] if own else "")
    return Classified(kind, _named(failed, mail, opening, kind), original)


def _of_a_server(mail: Incoming) -> bool:
    return _DAEMON.search(" ".join((mail.one("from"), mail.one("return-path")))) is not None


def _reply_quoted(opening: str) -> bool:
    """A server's answer in the text: some gateways write their notices under a person's address."""
    code, status = smtp_code(opening)
    return status != "" or (code != "" and code[0] in "45")


def _named(failed: str, mail: Incoming, opening: str, kind: Kind) -> tuple[Returned, ...]:
    """Those in `X-Failed-Recipients`, else the first addresses in the text that are not the sender's own."""
    listed = [address_in(one) for one in failed.split(",")] if failed else []
    if not listed:
        own = {address_in(mail.one("from")), address_in(mail.one("to"))}
        listed = [found[1].rstrip(".") for found in _ADDRESS.finditer(opening) if found[1] not in own]
        listed = listed or [written_to(mail)]
    action = "failed" if kind is Kind.BOUNCE else "delayed"
    _, status = smtp_code(opening)
    hard = kind is Kind.BOUNCE and is_hard(status, opening)
    names = list(dict.fromkeys(name for name in listed if name))[: RECIPIENTS if failed else 1]
    return tuple(Returned(name, action, status, hard) for name in names)


def _detected(mail: Incoming, data: bytes) -> Classified | None:
    """What is left of the servers' mail: without a status, so that no address is stopped for it."""
    if not _of_a_server(mail):
        return None
    failed, delayed = detect(data)
    kind, action, found = (Kind.BOUNCE, "failed", failed) if failed else (Kind.DELAY, "delayed", delayed)
    names = [address_in(name) for name in sorted(found)][:RECIPIENTS]
    returned = tuple(Returned(name, action, "", False) for name in names if name)
    return Classified(kind, returned, original_of(mail)) if returned else None


def _short(mail: Incoming) -> Classified | None:
    """What a person's program answers by itself, and the one word that means "no more"."""
    sender = address_in(mail.one("from"))
    recipients = (Returned(sender, "", "", False),) if sender else ()
    if _automatic(mail):
        return Classified(Kind.AUTO_REPLY, recipients)
    if _leaves(mail):
        return Classified(Kind.UNSUBSCRIBE, recipients)
    return None


def _automatic(mail: Incoming) -> bool:
    """RFC 3834 5, and what was usual before it."""
    said = mail.one("auto-submitted").partition(";")[0].strip().lower()
    if said and said != "no":
        return True
    if any(mail.one(name) and mail.one(name).lower() != "no" for name in _ABSENT):
        return True
    if mail.one("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    said = mail.one("subject").partition(":")[0]  # "Re: Automatic reply" is a person's answer to our own
    return " ".join(said.lower().split()) in phrases("automatic_subjects")


def _leaves(mail: Incoming) -> bool:
    """The subject alone, or the words of the answer alone, are one of the short forms."""
    own = own_words(mail.first("text/plain"), mail.first("text/html"))
    subject = mail.one("subject")
    return is_leave_word(_BY_HEADER.sub(r"\1", subject)) or is_leave_word(" ".join(own.split()))


def is_leave_word(words: str) -> bool:
    plain = _ANSWERED.sub("", words.strip().lower()).strip(" .!*\"'")
    return plain in phrases("leave_words")
