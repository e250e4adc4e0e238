"""The practice's mailboxes are read while its database is open, behind the screen lock too.

One thread for each mailbox: it reads what is new, then waits in IDLE or for the next poll.
Trouble is kept beside the mailbox, where people see it, and tried again with growing pauses;
a wrong password is not tried every minute, because services lock accounts for that.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing

from desktop.errors import DeliveryError, Refused, VaultError
from desktop.models import mailboxes
from desktop.models.database import Database
from desktop.models.delivery import AccountId, MailAccount
from desktop.sync.mailbox_imap import Access, Mailbox
from desktop.sync.mailbox_poll import Look, Progress, Reader

AGAIN, AGAIN_MOST = 30.0, 15 * 60.0
"""Seconds to the next try after trouble, doubled each time; the most of it."""
_HELD = 5.0
_LEAST_MINUTES = 1

Opening = Callable[[Access], Mailbox]


class MailboxWatch:
    """One per open practice. `start` it, `refresh` it after changes, `stop` it before the database closes."""

    def __init__(self, database: Database, reader: Reader, opening: Opening = Mailbox.open) -> None:
        self._database = database
        self.reader = reader
        self._opening = opening
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._threads: dict[AccountId, threading.Thread] = {}
        self._lines: dict[AccountId, Mailbox] = {}
        self._turns: dict[AccountId, threading.Lock] = defaultdict(threading.Lock)
        self._started = False

    @property
    def reads_mail(self) -> bool:
        """Whether there is a mailbox to look into: a reason to stay open behind the lock."""
        return self._started and not self._ended.is_set() and bool(self._readable())

    def start(self) -> None:
        """May be called again."""
        with self._guard:
            self._started = True
        self.refresh()

    def refresh(self, *changed: AccountId) -> None:
        """Watch what is new, and sign in anew where an account was changed or retired."""
        if not self._started or self._ended.is_set():
            return
        with self._guard:
            for name in changed:
                line = self._lines.get(name)
                if line is not None:
                    line.cut()
            for account in self._readable():
                if account.id not in self._threads:
                    thread = threading.Thread(
                        target=self._watch, args=(account.id,), name="mailbox", daemon=True
                    )
                    self._threads[account.id] = thread
                    thread.start()

    def stop(self) -> None:
        """Not waited for: what is being filed is in one transaction, or is read again next time."""
        self._ended.set()
        with self._guard:
            for line in self._lines.values():
                line.cut()
        self.reader.worker.close()

    def look(self, account: MailAccount, progress: Progress | None = None) -> Look:
        """Read a mailbox now, on a connection of its own. Raises MailboxError, DeliveryError."""
        with self._turns[account.id], closing(self._opening(self.reader.access(account))) as mailbox:
            current = self._current(account.id)
            return self.reader.look(current, mailbox, progress) if current is not None else Look()

    def _readable(self) -> list[MailAccount]:
        live = self._database.read(lambda tx: mailboxes.listing(tx, live=True))
        return [account for account in live if self.reader.refusal(account) is None]

    def _current(self, account: AccountId) -> MailAccount | None:
        found = self._database.read(lambda tx: mailboxes.get(tx, account))
        return found if found is not None and found.retired_at is None else None

    def _watch(self, id_: AccountId) -> None:
        pause = AGAIN
        while not self._ended.is_set():
            try:
                account = self._current(id_)
                if account is None:
                    break
                if self.reader.refusal(account) is not None:
                    self._ended.wait(AGAIN_MOST)
                    continue
                self._stay(account)
                pause = AGAIN
                self._ended.wait(max(account.minutes, _LEAST_MINUTES) * 60.0)
            except DeliveryError as error:
                if self._ended.is_set() or not self._told(id_, error):
                    break
                lasting = getattr(error, "lasting", False)
                self._ended.wait(AGAIN_MOST if lasting else pause)
                pause = min(pause * 2, AGAIN_MOST)
            except (Refused, VaultError):
                break  # the database closed, or its disk is in trouble, of which others tell
        with self._guard:
            self._threads.pop(id_, None)

    def _told(self, id_: AccountId, error: DeliveryError) -> bool:
        try:
            self.reader.trouble(id_, error)
        except (Refused, VaultError):
            return False
        return True

    def _stay(self, account: MailAccount) -> None:
        """Read, then wait for more, until connection or account end, or the server has no IDLE."""
        with closing(self._opening(self.reader.access(account))) as mailbox:
            with self._guard:
                self._lines[account.id] = mailbox
            try:
                current: MailAccount | None = account
                while current is not None and not self._ended.is_set():
                    with self._turns[account.id]:
                        look = self.reader.look(current, mailbox)
                    current = self._current(account.id)
                    if look.held:
                        self._ended.wait(_HELD)
                    elif current is not None and not self._waited(current, mailbox):
                        return
            finally:
                with self._guard:
                    self._lines.pop(account.id, None)

    def _waited(self, account: MailAccount, mailbox: Mailbox) -> bool:
        """False where the server cannot tell of new mail by itself."""
        if not mailbox.can_idle:
            return False
        mailbox.select(account.folder)
        if not mailbox.new(account.last_uid):  # what came since the look would not be told of
            mailbox.idle(max(account.minutes, _LEAST_MINUTES) * 60.0, self._ended)
        return True
