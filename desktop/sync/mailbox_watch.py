"""The practice's mailboxes are read while its database is open, behind the screen lock too.

One thread for each mailbox: it reads what is new, then waits in IDLE or for the next poll.
Trouble is kept beside the mailbox, where people see it, and tried again with growing pauses;
a wrong password is not tried every minute, because services lock accounts for that. A bug ends
the thread, by the last-resort handler, and the next `refresh` begins another after a pause.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import closing

from desktop.errors import DeliveryError, Refused, VaultError
from desktop.mail import asking
from desktop.models import mailboxes
from desktop.models.database import Database
from desktop.models.delivery import AccountId, MailAccount
from desktop.sync.mailbox_poll import Look, Progress, Reader
from desktop.sync.wires import Inbox

AGAIN, AGAIN_MOST = 30.0, 15 * 60.0
"""Seconds to the next try after trouble, doubled each time; the most of it."""
_HELD = 5.0
_LEAST_MINUTES = 1


class MailboxWatch:
    """One per open practice. `start` it, `refresh` it after changes, `stop` it before the database closes."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self.reader = reader
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._threads: dict[AccountId, threading.Thread] = {}
        self._lines: dict[AccountId, Inbox] = {}
        self._wakes: dict[AccountId, threading.Event] = defaultdict(threading.Event)
        self._pauses: dict[AccountId, float] = {}
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
        """Watch what is not watched, and sign in anew, at once, where an account was changed or retired."""
        if not self._started or self._ended.is_set():
            return
        readable = self._readable()
        with self._guard:
            for name in changed:
                self._wake(name)
            for account in readable:
                if account.id not in self._threads:
                    thread = threading.Thread(
                        target=self._watch,
                        args=(account.id, self._wakes[account.id]),
                        name="mailbox",
                        daemon=True,
                    )
                    self._threads[account.id] = thread
                    thread.start()

    def stop(self) -> None:
        """Not waited for: what is being filed is in one transaction, or is read again next time."""
        self._ended.set()
        with self._guard:
            for name in tuple(self._wakes):
                self._wake(name)
        self.reader.worker.close()
        self.reader.opener.worker.close()

    def look(self, account: MailAccount, progress: Progress | None = None) -> Look:
        """Read a mailbox now, on a connection of its own. Raises MailboxError, DeliveryError."""
        with self._turns[account.id], closing(self.reader.open(account)) as mailbox:
            current = self._current(account.id)
            return self.reader.look(current, mailbox, progress) if current is not None else Look()

    def _wake(self, name: AccountId) -> None:
        """Whatever its thread waits for ends; first it is told why."""
        self._wakes[name].set()
        line = self._lines.get(name)
        if line is not None:
            line.cut()

    def _readable(self) -> list[MailAccount]:
        live = self._database.read(lambda tx: mailboxes.listing(tx, live=True))
        return [account for account in live if self.reader.refusal(account) is None]

    def _current(self, account: AccountId) -> MailAccount | None:
        found = self._database.read(lambda tx: mailboxes.get(tx, account))
        return found if found is not None and found.retired_at is None else None

    def _watch(self, id_: AccountId, wake: threading.Event) -> None:
        try:
            self._turn_by_turn(id_, wake)
        except (Refused, VaultError):
            return  # the database closed, or its disk is in trouble, of which others tell
        except BaseException:  # seen beside the mailbox; then it goes on up
            self._pauses[id_] = AGAIN_MOST
            self.reader.trouble(id_, DeliveryError("mailbox-fault"))
            raise
        finally:
            with self._guard:
                self._threads.pop(id_, None)

    def _turn_by_turn(self, id_: AccountId, wake: threading.Event) -> None:
        seconds: float | None = self._pauses.get(id_, 0.0)
        while seconds is not None:
            wake.wait(seconds)
            wake.clear()
            if self._ended.is_set():  # asked after `clear`, which may have taken the call to end
                return
            seconds = self._turn(id_, wake)

    def _turn(self, id_: AccountId, wake: threading.Event) -> float | None:
        """Read, stay as long as it goes well; seconds to the next turn, None where none follows."""
        account = self._current(id_)
        if account is None:
            return None
        if self.reader.refusal(account) is not None:
            return AGAIN_MOST
        try:
            self._stay(account, wake)
        except DeliveryError as error:
            if wake.is_set():
                return 0.0  # the line was cut here, for what is new
            self.reader.trouble(id_, error)
            pause = self._pauses.get(id_, AGAIN)
            self._pauses[id_] = min(pause * 2, AGAIN_MOST)
            return AGAIN_MOST if getattr(error, "lasting", False) else pause
        self._pauses.pop(id_, None)
        return max(account.minutes, _LEAST_MINUTES) * 60.0

    def _stay(self, account: MailAccount, wake: threading.Event) -> None:
        """Read, then wait for more, until connection, account or agreement end, or there is no IDLE."""
        with closing(self.reader.open(account)) as mailbox:
            with self._guard:
                self._lines[account.id] = mailbox
            try:
                while not wake.is_set():
                    current = self._current(account.id)
                    if current is None or self.reader.refusal(current) is not None:
                        return
                    with self._turns[account.id]:
                        look = self.reader.look(current, mailbox)
                    self._pauses.pop(account.id, None)
                    if look.held:
                        self._ended.wait(_HELD)
                    elif not self._waited(account.id, mailbox):
                        return
            finally:
                with self._guard:
                    self._lines.pop(account.id, None)

    def _waited(self, id_: AccountId, mailbox: Inbox) -> bool:
        """False where the server cannot tell of new mail by itself."""
        account = self._current(id_)
        if account is None or not mailbox.can_idle:
            return False
        self.reader.worker.warm()
        asking.prepare()
        mailbox.select(account.folder)
        if not mailbox.new(account.last_uid):  # what came since the look would not be told of
            mailbox.idle(max(account.minutes, _LEAST_MINUTES) * 60.0, self._ended)
        return True
