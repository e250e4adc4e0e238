"""One connection to a mailbox: TLS always, one folder, everything that a server says bounded.

RFC 3501 over implicit TLS or mandatory STARTTLS (RFC 8314). Mail is fetched without being
marked as read, by UID, and whole but for what is beyond 32 MiB. Whatever a server does (silence, garbage, a
literal without end) ends in a `MailboxError` within a time, and in little memory.
"""

from __future__ import annotations

import imaplib
import logging
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, date, datetime
from enum import StrEnum

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from desktop.errors import DeliveryError
from desktop.frozen import dataclass
from desktop.mail.mimetree import MAIL_BYTES

logging.getLogger("imapclient").setLevel(logging.WARNING)  # it would write whole sessions as debugging

CONNECT, COMMAND, TRANSFER = 20.0, 60.0, 300.0
"""Seconds for signing in, for one command, for one portion of mail; for that `SLOWEST` more."""
SLOWEST = 50_000
"""Octets in a second that a line must carry, or a large mail would never come in."""
LITERAL = MAIL_BYTES + 64 * 1024
ANSWER = 64 * 1024 * 1024
"""Octets that a server may say to one command."""
PORTION_BYTES, PORTION_MAILS = 16 * 1024 * 1024, 50
"""Of one fetch, and of one transaction: whoever writes something here meanwhile waits for it."""
IDLE_SECONDS = 25 * 60.0
"""RFC 2177 3: less than the 29 minutes after which servers hang up."""
_SLICE = 2.0
_BODY, _DATE = f"BODY.PEEK[]<0.{MAIL_BYTES}>", "INTERNALDATE"
_GARBAGE = (ValueError, TypeError, LookupError, AttributeError, AssertionError)
"""What the library raises for answers that are none."""
_WRONG_NAME = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH of OpenSSL's x509_vfy.h."""


class Step(StrEnum):
    """How far the way to the mailbox was walked; also the lines of its test."""

    CONNECT = "connect"
    TLS = "tls"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    FOLDER = "folder"


class MailboxError(DeliveryError):
    """The mailbox cannot be read now; `lasting` where trying again in a moment cannot help."""

    def __init__(self, code: str, step: Step, *, lasting: bool = False, **params: str | int) -> None:
        super().__init__(code, **params)
        self.step = step
        self.lasting = lasting


@dataclass(frozen=True)
class Access:
    """`secret` is a password, or an access token with `oauth` (XOAUTH2)."""

    host: str
    port: int
    security: str
    ca_file: str
    user: str
    secret: str = field(repr=False)
    oauth: bool = False


@dataclass(frozen=True)
class Fetched:
    """One mail; `raw` is all of it or its beginning, `size` the octets of all of it."""

    uid: int
    at: datetime
    size: int
    raw: bytes = field(repr=False)


class _Bounded(imaplib.IMAP4):
    """The library's connection, which stops reading where a server does not stop talking."""

    left = ANSWER

    def __init__(self, access: Access, context: ssl.SSLContext) -> None:
        self._wrap = context if access.security == "implicit" else None
        super().__init__(access.host, access.port, CONNECT)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout or CONNECT)
        return self._wrap.wrap_socket(plain, server_hostname=self.host) if self._wrap else plain

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """As the library's; a greeting that drips ends with the time for signing in."""
        super().open(host, port, timeout)
        self.leash = threading.Timer(CONNECT, _end, (self.sock,))
        self.leash.daemon = True
        self.leash.start()

    def read(self, size: int) -> bytes:
        if size > LITERAL:
            raise self.abort("literal too long")
        self._spend(size)
        data = super().read(size)
        if len(data) != size:
            raise self.abort("cut short")
        return data

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise self.abort("answer too long")


class _Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient over `_Bounded`."""

    def __init__(self, access: Access, context: ssl.SSLContext) -> None:
        self._made = access, context
        super().__init__(access.host, access.port, ssl=access.security == "implicit", timeout=COMMAND)
        self.normalise_times = False
        self._imap.debug = 0
        self._imap.leash.cancel()

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the library names it
        return _Bounded(*self._made)

    def bound(self) -> None:
        """A new command may say as much again."""
        self._imap.left = ANSWER

    @property
    def announcements(self) -> int:
        """How often the server told the folder's size since it was selected (RFC 3501 7.3.1)."""
        return len(self._imap.untagged_responses.get("EXISTS", ()))

    @property
    def preauthenticated(self) -> bool:
        """Such a greeting would leave no room for STARTTLS (RFC 3501 6.2.1)."""
        return bool(self._imap.state != "NONAUTH")


class Mailbox:
    """A connection that is signed in; used by one thread, closed by any."""

    def __init__(self, client: _Client, access: Access) -> None:
        self._announced = 0
        self._client = client
        self._access = access
        self._ended = False

    @classmethod
    def open(cls, access: Access) -> Mailbox:
        """Connect, secure, sign in. Raises MailboxError."""
        context = _context(access)
        with _known(access, Step.CONNECT):
            client = _Client(access, context)
        mailbox = cls(client, access)
        try:
            mailbox._secure(context)
            mailbox._sign_in()
        except BaseException:  # the line is closed; then it goes on up
            mailbox.close()
            raise
        return mailbox

    def _secure(self, context: ssl.SSLContext) -> None:
        if self._access.security == "implicit":
            return
        with self._within(CONNECT, Step.TLS):
            if self._client.preauthenticated or not self._client.has_capability("STARTTLS"):
                raise MailboxError("mailbox-no-tls", Step.TLS, host=self._access.host, lasting=True)
            self._client.starttls(context)

    def _sign_in(self) -> None:
        access, client = self._access, self._client
        with self._within(COMMAND, Step.LOGIN):
            try:
                if access.oauth:
                    client.oauth2_login(access.user, access.secret)
                elif client.has_capability("AUTH=PLAIN"):
                    client.plain_login(access.user, access.secret)
                elif not client.has_capability("LOGINDISABLED"):
                    client.login(access.user, access.secret)
                else:
                    raise MailboxError("mailbox-no-sign-in", Step.LOGIN, host=access.host, lasting=True)
            except LoginError as error:
                if isinstance(error.__context__, imaplib.IMAP4.abort):
                    raise error.__context__ from None  # the line broke, nobody refused anything
                raise MailboxError(
                    "mailbox-sign-in-failed", Step.LOGIN, host=access.host, lasting=True
                ) from error

    def select(self, folder: str, *, change: bool = False) -> int:
        """Look into `folder` (RFC 3501 6.3.2, EXAMINE) and answer its UIDVALIDITY; with `change`, to
        delete there."""
        with self._within(COMMAND, Step.FOLDER):
            try:
                answer = self._client.select_folder(folder, readonly=not change)
            except IMAPClientError as error:
                if isinstance(error, imaplib.IMAP4.abort):
                    raise
                raise MailboxError(
                    "mailbox-no-folder", Step.FOLDER, host=self._access.host, lasting=True, folder=folder
                ) from error
            return int(answer[b"UIDVALIDITY"])

    def new(self, after: int, since: date | None = None) -> list[int]:
        """UIDs above `after`, rising; with `since`, only of what came on that day or later."""
        criteria: list[str | date] = ["UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", since]
        self._announced = self._client.announcements
        with self._within(COMMAND, Step.FOLDER):
            # "*" names the last mail, also where its number is lower (RFC 3501 6.4.8).
            return sorted(uid for uid in self._client.search(criteria) if uid > after)

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]:
        """These mails in portions, in their order, without what is gone meanwhile.

        One portion is in memory at a time: some mails, or a large one alone.
        """
        for start in range(0, len(uids), PORTION_MAILS):
            some = list(uids[start : start + PORTION_MAILS])
            with self._within(COMMAND, Step.FOLDER):
                sizes = {
                    uid: int(one[b"RFC822.SIZE"])
                    for uid, one in self._client.fetch(some, ["RFC822.SIZE"]).items()
                }
            for portion in _portions([uid for uid in some if uid in sizes], sizes):
                octets = sum(_octets(sizes[uid]) for uid in portion)
                with self._within(TRANSFER + octets / SLOWEST, Step.FOLDER):
                    answers = self._client.fetch(portion, [_DATE, _BODY])
                    found = [_fetched(uid, answers[uid], sizes[uid]) for uid in portion if uid in answers]
                yield found

    def holds(self, message_id: str) -> bool:
        """Whether the selected folder has a mail of this Message-ID."""
        with self._within(COMMAND, Step.FOLDER):
            return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def find(self, name: str, value: str) -> list[int]:
        """UIDs of mails in the selected folder whose field `name` holds `value`, rising."""
        with self._within(COMMAND, Step.FOLDER):
            return sorted(int(uid) for uid in self._client.search(["HEADER", name, value]))

    def delete(self, uids: Sequence[int]) -> bool:
        """Delete these mails and no others; False where the server cannot do that (RFC 4315)."""
        with self._within(COMMAND, Step.FOLDER):
            if not self._client.has_capability("UIDPLUS"):
                return False
            self._client.delete_messages(list(uids), silent=True)
            self._client.uid_expunge(list(uids))
            return True

    @property
    def can_idle(self) -> bool:
        with self._within(COMMAND, Step.FOLDER):
            return bool(self._client.has_capability("IDLE"))

    def idle(self, seconds: float, ended: threading.Event) -> bool:
        """Wait until the server tells of something new (RFC 2177); False after `seconds` or when `ended`."""
        with self._within(COMMAND, Step.FOLDER):
            self._client.idle()
        # What came while `new` was being answered was told then, and is not told again.
        news = self._client.announcements > self._announced
        waited = 0.0
        while not news and waited < min(seconds, IDLE_SECONDS) and not ended.is_set():
            with self._within(COMMAND, Step.FOLDER):
                news = any(b"EXISTS" in answer for answer in self._client.idle_check(_SLICE))
            waited += _SLICE
        with self._within(COMMAND, Step.FOLDER):
            self._client.idle_done()
        return news

    def cut(self) -> None:
        """End whatever is being waited for; from any thread."""
        self._ended = True
        _cut(self._client)

    def close(self) -> None:
        """Without a word where the server no longer listens."""
        if not self._ended:
            self._ended = True
            try:
                with self._within(5, Step.FOLDER):
                    self._client.logout()
                    return
            except MailboxError:
                pass
        _shut(self._client)

    @contextmanager
    def _within(self, seconds: float, step: Step) -> Iterator[None]:
        """All of it within `seconds`, however slowly the server drips."""
        timer = threading.Timer(seconds, _cut, (self._client,))
        timer.daemon = True
        timer.start()
        self._client.bound()
        try:
            with _known(self._access, step):
                yield
        finally:
            timer.cancel()


def _context(access: Access) -> ssl.SSLContext:
    """Verifies chain and host name; `ca_file` replaces the system's authorities."""
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=access.ca_file or None)
    except OSError as error:
        raise MailboxError(
            "mailbox-ca-unreadable", Step.CERTIFICATE, host=access.host, lasting=True
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _known(access: Access, step: Step) -> Iterator[None]:
    """What servers and networks do, in the program's own words; their words may name people."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        code = "mailbox-wrong-name" if error.verify_code in _WRONG_NAME else "mailbox-certificate"
        raise MailboxError(code, Step.CERTIFICATE, host=access.host, lasting=True) from error
    except ssl.SSLError as error:
        raise MailboxError("mailbox-tls-failed", Step.TLS, host=access.host) from error
    except OSError as error:
        code = "mailbox-unreachable" if step is Step.CONNECT else "mailbox-dropped"
        raise MailboxError(code, step, host=access.host) from error
    except imaplib.IMAP4.abort as error:
        raise MailboxError("mailbox-dropped", step, host=access.host) from error
    except (imaplib.IMAP4.error, *_GARBAGE) as error:
        raise MailboxError("mailbox-garbage", step, host=access.host) from error


def _portions(uids: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    portion: list[int] = []
    octets = 0
    for uid in uids:
        size = _octets(sizes[uid])
        if portion and octets + size > PORTION_BYTES:
            yield portion
            portion, octets = [], 0
        portion.append(uid)
        octets += size
    if portion:
        yield portion


def _octets(size: int) -> int:
    """What is fetched of a mail of this size."""
    return min(size, MAIL_BYTES)


def _fetched(uid: int, answer: dict[bytes, object], size: int) -> Fetched:
    raw = next((value for name, value in answer.items() if name.startswith(b"BODY[]")), b"")
    at = answer.get(b"INTERNALDATE")
    if not isinstance(raw, bytes) or not isinstance(at, datetime):
        raise ValueError("an answer without mail")
    try:
        when = at.astimezone(UTC)
    except OverflowError:  # a day before the first or after the last that there is
        when = at.replace(tzinfo=UTC)
    return Fetched(uid, when, size, raw)


def _cut(client: _Client) -> None:
    _end(client.socket())


def _end(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


def _shut(client: _Client) -> None:
    try:
        client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return  # it is closed already
