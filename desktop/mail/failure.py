"""Why a message did not arrive, in words; and whether it may be sent again (FEATURES A31 to A34).

Pure but for `may_resend`. The cause is read from status codes (RFC 3463 with the registry of
RFC 5248: 2034, 7372, 7505, 8689), which servers agree on, then from the basic code of RFC 5321,
and only where both say little from words that large hosts use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from desktop.frozen import dataclass
from desktop.mail.settling import NOT_ARRIVED, RESOLUTIONS
from desktop.models import addresschecks, people, suppressions
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Message, Reason, State

FAILED = frozenset({State.FAILED, State.BOUNCED, State.COMPLAINED})
"""It left or tried to, and did not arrive: the address is checked before anything is sent again."""
NEVER_LEFT = frozenset({State.EXPIRED, State.CANCELLED})
"""Nothing is known against the address."""


@dataclass(frozen=True)
class Cause:
    """`hard`: the address itself is gone, so that writing to it again is pointless."""

    reason: Reason
    hard: bool = False


_UNKNOWN = Cause(Reason("failure-address-unknown"), hard=True)
_DOMAIN = Cause(Reason("failure-domain-unknown"), hard=True)
_MOVED = Cause(Reason("failure-address-moved"), hard=True)
_CLOSED = Cause(Reason("failure-mailbox-closed"))
_FULL = Cause(Reason("failure-mailbox-full"))
_TOO_BIG = Cause(Reason("failure-too-big"))
_THEIR_SYSTEM = Cause(Reason("failure-their-system"))
_NO_ANSWER = Cause(Reason("failure-no-answer"))
_EXPIRED = Cause(Reason("failure-expired"))
_CONTENT = Cause(Reason("failure-content"))
_SENDER = Cause(Reason("failure-sender-refused"))
_UNPROVEN = Cause(Reason("failure-sender-unproven"))
_SPAM = Cause(Reason("failure-spam"))
_POLICY = Cause(Reason("failure-policy"))
_ENCRYPTION = Cause(Reason("failure-encryption"))
_TOO_MANY = Cause(Reason("failure-too-many"))
_COMPLAINED = Cause(Reason("failure-complained"))
_TOO_LATE = Cause(Reason("failure-too-late"))
_STOPPED = Cause(Reason("failure-stopped"))
_OTHER = Cause(Reason("failure-other"))

BY_STATUS: tuple[tuple[str, Cause], ...] = (
    (r"1\.(0|1|3)", _UNKNOWN),
    (r"1\.(2|10)", _DOMAIN),
    (r"1\.6", _MOVED),
    (r"1\.[789]", _SENDER),
    (r"2\.1", _CLOSED),
    (r"2\.2", _FULL),
    (r"2\.3", _TOO_BIG),
    (r"2\.4", _UNKNOWN),
    (r"3\.4", _TOO_BIG),
    (r"3\.1", _FULL),
    (r"3\..*", _THEIR_SYSTEM),
    (r"4\.[34]", _DOMAIN),
    (r"4\.7", _EXPIRED),
    (r"4\.[126]", _NO_ANSWER),
    (r"4\..*", _NO_ANSWER),
    (r"5\.3", _TOO_MANY),
    (r"5\..*", _THEIR_SYSTEM),
    (r"6\..*", _CONTENT),
    (r"7\.(4|5|6|10|11|30)", _ENCRYPTION),
    (r"7\.(7|8|9|20|21|22|23|24|25|26|27|29)", _UNPROVEN),
    (r"7\.28", _TOO_MANY),
    (r"7\.(13)", _CLOSED),
    (r"7\.17", _MOVED),
)
"""Subject and detail of a status code, without its class: a temporary one that was given up on has
the same cause. `7.0`, `7.1` and `x.0.0` say little: words and the basic code are asked too.

4.4.4 "unable to route" is what most servers say of a domain without a mail server.
"""

_BY_WORDS: tuple[tuple[str, Cause], ...] = (
    (r"mailbox (is )?full|over ?quota|quota exceeded|out of storage|exceeded storage", _FULL),
    (r"size limit|message (is )?too (big|large)|exceeds? (the )?(maximum|size)", _TOO_BIG),
    (r"\b(dkim|spf|dmarc|unauthenticated)\b", _UNPROVEN),
    (r"\b(spam|junk|blacklist(ed)?|blocklist(ed)?|block list|reputation|spamhaus|rbl|dnsbl)\b", _SPAM),
    (
        r"(user|mailbox|recipient|address|account) (is )?(unknown|not found|does not exist|doesn't exist)",
        _UNKNOWN,
    ),
    (r"no such (user|mailbox|recipient)|unknown (user|recipient)", _UNKNOWN),
    (r"(domain|host) (name )?(unknown|not found)", _DOMAIN),
    (r"(mailbox|account) (is )?(disabled|inactive|closed|suspended)", _CLOSED),
    (r"too many|rate limit", _TOO_MANY),
)
_BY_BASIC: dict[str, Cause] = {
    "550": _UNKNOWN,
    "551": _MOVED,
    "553": _UNKNOWN,
    "552": _TOO_BIG,
    "556": _DOMAIN,
}
"""RFC 5321 4.2.3 and RFC 7504, of a reply without a status code of its own."""

_BY_REASON: dict[str, Cause] = {
    "address-refused": _UNKNOWN,
    "mailbox-unavailable": _CLOSED,
    "content-refused": _CONTENT,
    "relay-too-big": _TOO_BIG,
    "relay-sender-refused": _SENDER,
    "relay-forbids": _POLICY,
    "relay-refuses": _OTHER,
    "relay-no-requiretls": _ENCRYPTION,
    "gave-up": _EXPIRED,
    "too-late": _TOO_LATE,
}
"""The program's own word for why a row stands where it stands."""

_STATUS = re.compile(r"(?<![\d.])[245]\.(\d{1,3}\.\d{1,3})(?![\d.])")
_BASIC = re.compile(r"\s*([245]\d\d)\b")


def cause(state: State, reason: Reason | None, reply: str, statuses: Iterable[str] = ()) -> Cause:
    """Why a message in `state` did not arrive.

    `reply` is the relay's last answer or a report's diagnostic text, `statuses` are the codes of
    reports (RFC 3464) and feeds; they know more than the relay, so they are asked first.
    """
    if state is State.COMPLAINED:
        return _COMPLAINED
    if state is State.EXPIRED:
        return _TOO_LATE
    if state is State.CANCELLED:
        return _STOPPED
    found = _by_status(statuses) or _by_status((reply,)) or _by_words(reply)
    if found is not None:
        return found
    own = _BY_REASON.get(reason.code) if reason is not None else None
    if own is not None and own is not _OTHER:
        return own
    if any(status.lstrip().startswith(("4.7.", "5.7.")) for status in (*statuses, _status(reply))):
        return _POLICY
    basic = _BASIC.match(reply)
    return (_BY_BASIC.get(basic[1]) if basic else None) or own or _OTHER


def _by_status(texts: Iterable[str]) -> Cause | None:
    for text in texts:
        found = _STATUS.search(text)
        if found is None:
            continue
        for pattern, known in BY_STATUS:
            if re.fullmatch(pattern, found[1]):
                return known
    return None


def _status(reply: str) -> str:
    found = _STATUS.search(reply)
    return found[0] if found else ""


def _by_words(reply: str) -> Cause | None:
    said = reply.casefold()
    return next((known for pattern, known in _BY_WORDS if re.search(pattern, said)), None)


def may_resend(tx: Tx, message: Message) -> Reason | None:
    """None where a person may send it again; else why not yet.

    What failed may be sent again only after somebody checked the address by another way; nothing
    goes to an address that is stopped; a message that somebody called spam only after that
    address was released.
    """
    if message.state in FAILED and not _said(message):
        checked = addresschecks.latest(tx, message.id)
        if checked is None:
            return Reason("address-not-checked")
        if checked.result == "unreachable":
            return Reason("address-unreachable")
    elif message.state not in NEVER_LEFT and message.state is not State.UNCERTAIN and not _said(message):
        return Reason("not-failed")
    person = people.get(tx, message.person)
    if person is None or not person.email:
        return Reason("address-missing")
    key = address_key(person.email)
    return Reason("address-stopped") if key in suppressions.live(tx, (key,)) else None


def _said(message: Message) -> bool:
    """Nothing failed: somebody found out that a message of unknown fate had not arrived."""
    return message.reason is not None and message.reason == RESOLUTIONS[NOT_ARRIVED].reason
