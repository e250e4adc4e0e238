"""One look into a mailbox: what is new is fetched, read in the worker, and put on file.

Nothing is read twice: mail is taken by rising UID, the place is kept with each portion in the
transaction that files it, and where a server numbers its mail anew, what was read before is
known by its Message-ID. Nothing is marked, moved or deleted, but for reports that were
understood and matched, where the practice asked for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.mail.events import found_at_relay
from desktop.mail.incoming import Arrived, Filed, file_all
from desktop.mail.opened import MailOpener
from desktop.mail.parsing_worker import UNREADABLE, ParsingWorker
from desktop.mail.relays import agreement_problem
from desktop.mail.unsealing import Unsealer, with_words
from desktop.models import leases, mailboxes, messages, received
from desktop.models.database import Database, Tx
from desktop.models.delivery import AccountId, Auth, MailAccount
from desktop.models.records import MessageId, Reason, State
from desktop.sync.mailbox_imap import Access, Fetched, Mailbox, MailboxError
from desktop.sync.wires import Inbox, OpenMailbox

FIRST_LOOK = timedelta(days=14)
"""How far back a mailbox is read that is new here: reports about what was sent before, and what
people wrote whom we know."""
_OVERLAP = timedelta(days=3)
_PATIENCE = timedelta(minutes=15)
"""How long mail about a message that is being sent is left for the next look."""
_SENDING = "sending"
_MAY_BE_SIGNED = ("openpgp", "smime")
"""What came sealed and was opened; a locked answer proves its writer in its own way."""
_SENT_LOOKS = 50
_BLAMED = 2
"""How often reading must have ended by a bug at a mail, the last time at this one alone."""

Progress = Callable[[int, int], bool]
_Place = tuple[AccountId, int, int]
"""A mail: its account, the UIDVALIDITY, its UID."""


class Token(Protocol):
    """Of `mailbox:<id>`, a token that is good now; another one than the refused `instead_of`."""

    def __call__(self, owner: str, *, instead_of: str = "") -> str: ...


@dataclass
class Look:
    """What one look, or several, found. `counts` by kind of what was new."""

    counts: Counter[str] = field(default_factory=Counter)
    matched: int = 0
    held: bool = False
    """Something is left for the next look, which should come soon."""


class Reader:
    """Reads mailboxes for one open practice; one at a time for each account."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        unsealer: Unsealer,
        token: Token,
        open_mailbox: OpenMailbox = Mailbox.open,
    ) -> None:
        self._open = open_mailbox
        self._database = database
        self._audit = audit
        self._clock = clock
        self._unsealer = unsealer
        self._token = token
        self._bugs: Counter[_Place] = Counter()
        self.worker = ParsingWorker()
        self.opener = MailOpener(database)

    def open(self, account: MailAccount, password: str | None = None) -> Inbox:
        """Signed in. A token may be over before its time: one that is refused is renewed once.

        Raises MailboxError; DeliveryError where there is no token.
        """
        access = self.access(account, password)
        try:
            return self._open(access)
        except MailboxError as error:
            if not access.oauth or error.code != "mailbox-sign-in-failed":
                raise
        return self._open(self.access(account, refused=access.secret))

    def access(self, account: MailAccount, password: str | None = None, refused: str = "") -> Access:
        """How to sign in now; a token is renewed first where that is the way."""
        oauth = account.auth is Auth.OAUTH
        if oauth:
            secret = self._token(f"mailbox:{account.id}", instead_of=refused)
        elif password is not None:
            secret = password
        else:
            secret = self._database.read(lambda tx: mailboxes.password(tx, account.id))
        return Access(
            account.host, account.port, account.security, account.ca_file, account.user, secret, oauth
        )

    def refusal(self, account: MailAccount) -> Reason | None:
        """Why this mailbox is not read: it holds what patients write (45 CFR 164.308(b))."""
        return agreement_problem(account.baa, account.name, self._clock.now().date())

    def look(self, account: MailAccount, mailbox: Inbox, progress: Progress | None = None) -> Look:
        """Everything new in the account's folder. Raises MailboxError, DeliveryError."""
        validity = mailbox.select(account.folder)
        after, uids = self._new(account, mailbox, validity)
        known: frozenset[str] = frozenset()
        if uids:
            known = self._database.read(lambda tx: received.known_ids(tx, account.id, but=validity))
        since = None if account.uid_validity else account.made_at
        look, tidy, done = Look(), list[int](), 0
        if account.uid_validity != validity:
            self._database.write(lambda tx: mailboxes.put_place(tx, account.id, validity, after))
        for portion in self._apart(account.id, validity, mailbox.fetch(uids)):
            filed = self._file(account.id, validity, portion, known, since)
            look.counts += filed.counts
            look.matched += filed.matched
            tidy += filed.tidy
            done += len(portion)
            if filed.upto < portion[-1].uid:
                look.held = True
                break
            if progress is not None and not progress(done, len(uids)):
                break
        if account.tidy and tidy and mailbox.select(account.folder, change=True) == validity:
            mailbox.delete(tidy)
        self._look_for_sent(account, mailbox)
        now = self._clock.now()
        self._database.write(lambda tx: mailboxes.mark_polled(tx, account.id, now))
        return look

    def _new(self, account: MailAccount, mailbox: Inbox, validity: int) -> tuple[int, list[int]]:
        """The UID up to which all is done with, and those above it that are to be read.

        Of a mailbox that is numbered anew, that begins where what came since the last look begins;
        where nothing came, at its end: the next look is not to read it from its beginning.
        """
        if account.uid_validity == validity:
            return account.last_uid, mailbox.new(account.last_uid)
        there = mailbox.new(0)  # before it is asked what came lately: what comes meanwhile is new
        uids = mailbox.new(0, self._since(account))
        return uids[0] - 1 if uids else max(there, default=0), uids

    def _apart(
        self, account: AccountId, validity: int, portions: Iterable[list[Fetched]]
    ) -> Iterator[list[Fetched]]:
        """Mail at which a bug ended an earlier look is taken one by one, so that the others come in."""
        for portion in portions:
            if any((account, validity, one.uid) in self._bugs for one in portion):
                yield from ([one] for one in portion)
            elif portion:
                yield portion

    def _since(self, account: MailAccount) -> date:
        """Of a mailbox that is numbered anew, what may have come since it was last read."""
        last = (
            account.polled_at - _OVERLAP if account.polled_at is not None and account.uid_validity else None
        )
        return (last or account.made_at - FIRST_LOOK).date()

    def _file(
        self,
        account: AccountId,
        validity: int,
        portion: Sequence[Fetched],
        known: frozenset[str],
        since: datetime | None,
    ) -> Filed:
        """Put a portion on file. A bug goes on up, but what it ended at is remembered."""
        places = [(account, validity, one.uid) for one in portion]
        try:
            return self._kept(account, validity, portion, known, since)
        except SealwellError:
            raise
        except Exception:  # a bug: remembered, then it goes on up
            self._bugs.update(places)
            raise

    def _kept(
        self,
        account: AccountId,
        validity: int,
        portion: Sequence[Fetched],
        known: frozenset[str],
        since: datetime | None,
    ) -> Filed:
        now = self._clock.now()
        mails = [self._arrived(one, self._bugs[account, validity, one.uid] >= _BLAMED) for one in portion]

        def keep(tx: Tx) -> Filed:
            lease = leases.current(tx, _SENDING)
            sending = lease is not None and lease.until > now
            oldest = min((mail.at for mail in mails), default=now)
            filed = file_all(
                tx,
                self._audit,
                account,
                validity,
                mails,
                now,
                known=known,
                patient=sending and now - oldest < _PATIENCE,
                since=since,
            )
            if filed.counts:
                event = Event(Act.MAILBOX_POLLED, account, det={"count": filed.counts.total()})
                self._audit.record(tx, event)
            mailboxes.put_place(tx, account, validity, filed.upto)
            return filed

        return self._database.write(keep)

    def _arrived(self, one: Fetched, blamed: bool) -> Arrived:
        """As understood; one at which reading ended by a bug again and again is left to a person."""
        at = min(one.at, self._clock.now())
        understood = UNREADABLE if blamed else self.worker.read(one.raw)
        if understood.sealed:
            words = self._unsealer.words(understood, at, one.raw, self.worker.read)
            if words is not None:
                understood = with_words(understood, words)
        if understood.opened and (understood.signed or understood.sealed in _MAY_BE_SIGNED):
            state = self.opener.signature(one.raw, understood.sender, at)
            understood = replace(understood, signature=state)
        return Arrived(one.uid, at, one.size, understood, one.raw)

    def trouble(self, account: AccountId, error: SealwellError) -> None:
        """Keep beside the mailbox why it could not be read."""
        now, reason = self._clock.now(), Reason(error.code, dict(error.params))
        self._database.write(lambda tx: mailboxes.mark_polled(tx, account, now, trouble=reason))

    def _look_for_sent(self, account: MailAccount, mailbox: Inbox) -> None:
        """What nobody knows of and stands in the account's own folder of sent mail was taken."""
        if not account.sent_folder:
            return
        unclear = self._database.read(lambda tx: messages.by_states(tx, (State.UNCERTAIN,)))[-_SENT_LOOKS:]
        if not unclear:
            return
        mailbox.select(account.sent_folder)
        for row in unclear:
            if mailbox.holds(row.message_id):
                self._database.write(partial(self._taken, row.id))

    def _taken(self, message: MessageId, tx: Tx) -> None:
        found_at_relay(tx, self._audit, message, self._clock.now())
