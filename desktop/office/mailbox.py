"""Mailboxes that are read: kept with their agreement, tested in steps, read when asked; what came in."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace

from desktop.access.fields import may_read, readable, visible
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import DeliveryError, InputError
from desktop.mail.relays import agreement_problem
from desktop.models import conversations, entries, mailboxes, messages, people, received
from desktop.models.accounts import Session
from desktop.models.correspondence import Conversation
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Auth, MailAccount, Received, ReceivedState
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, Person, Reason
from desktop.office.api_delivery import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.grants import grant_of
from desktop.office.listed import Listed
from desktop.office.relays import practice_now
from desktop.office.secretplace import Place, check_place
from desktop.office.values_delivery import (
    MailboxLine,
    MailboxRequest,
    MailboxTested,
    Polled,
    ReceivedLine,
    ReceivedShown,
)
from desktop.office.values_practice import Step
from desktop.people.addresses import check_address
from desktop.sync.mailbox_imap import MailboxError
from desktop.sync.mailbox_imap import Step as Walked

_SECURITIES = frozenset({"implicit", "starttls"})
_MOST_MINUTES = 24 * 60
_MOST_ROWS = 1000
_FOLDER_CHARS = 200


class Mailboxes:
    """Fulfils `MailboxDoor`. Reading itself goes on in `Opened.mailboxes`, behind the lock too."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def add_mailbox(self, session: Session, request: MailboxRequest) -> MailboxLine:
        """Keep it without connecting; it is read from now on, if its agreement is on record."""
        self._desk.check(session, Action.MANAGE_MAILBOX)
        account = replace(self._account(request), id=AccountId(new_id()), made_at=self._clock.now())

        def store(tx: Tx, record: Recorder) -> MailboxLine:
            mailboxes.add(tx, account, request.password)
            record(Event(Act.MAILBOX_ADDED, account.id, det={"security": account.security}))
            return self._line(tx, account)

        line = self._desk.write(session, Action.MANAGE_MAILBOX, store)
        self._desk.opened().mailboxes.refresh()
        return line

    def update_mailbox(self, session: Session, request: MailboxRequest) -> MailboxLine:
        """Another server or folder is read from its own beginning. Raises InputError `mailbox-unknown`,
        and what `check_place` raises.
        """
        self._desk.check(session, Action.MANAGE_MAILBOX)
        asked = self._account(request)

        def store(tx: Tx, record: Recorder) -> MailboxLine:
            old = _live(tx, request.id)
            new = replace(
                asked,
                id=old.id,
                made_at=old.made_at,
                uid_validity=old.uid_validity,
                last_uid=old.last_uid,
                polled_at=old.polled_at,
            )
            self._stays(tx, old, new, request.password)
            if (new.host, new.user, new.folder) != (old.host, old.user, old.folder):
                new = replace(new, uid_validity=0, last_uid=0, polled_at=None)
            mailboxes.update(tx, new)
            if request.password:
                mailboxes.set_password(tx, new.id, request.password)
            record(Event(Act.MAILBOX_CHANGED, new.id))
            return self._line(tx, new)

        line = self._desk.write(session, Action.MANAGE_MAILBOX, store)
        self._desk.opened().mailboxes.refresh(line.id)
        return line

    def retire_mailbox(self, session: Session, account: AccountId) -> tuple[MailboxLine, ...]:
        """Read no more; what came in through it stays."""

        def end(tx: Tx, record: Recorder) -> tuple[MailboxLine, ...]:
            mailboxes.update(tx, replace(_live(tx, account), retired_at=self._clock.now()))
            mailboxes.set_password(tx, account, "")
            record(Event(Act.MAILBOX_RETIRED, account))
            return tuple(self._line(tx, one) for one in mailboxes.listing(tx))

        lines = self._desk.write(session, Action.MANAGE_MAILBOX, end)
        self._desk.opened().mailboxes.refresh(account)
        return lines

    def list_mailboxes(self, session: Session) -> tuple[MailboxLine, ...]:
        return self._desk.read(
            session,
            Action.LIST_MAILBOXES,
            lambda tx: tuple(self._line(tx, one) for one in mailboxes.listing(tx)),
            lambda lines: Event(Act.MAILBOXES_LISTED, det={"count": len(lines)}),
        )

    def test_mailbox(self, session: Session, account: AccountId) -> MailboxTested:
        """Connect, secure, sign in, look into the folder; nothing is read or changed."""
        opened = self._desk.check(session, Action.MANAGE_MAILBOX)
        return self._tested(session, opened.database.read(lambda tx: _live(tx, account)), None)

    def try_mailbox(self, session: Session, request: MailboxRequest) -> MailboxTested:
        """As `test_mailbox` before anything is stored; '' as password of a stored one is its own."""
        opened = self._desk.check(session, Action.MANAGE_MAILBOX)
        asked = self._account(request)
        if request.id is None:
            return self._tested(session, asked, request.password)

        def named(tx: Tx) -> MailAccount:
            old = _live(tx, request.id)
            self._stays(tx, old, new := replace(asked, id=old.id), request.password)
            return new

        return self._tested(session, opened.database.read(named), request.password or None)

    def poll_mailbox(self, session: Session, progress: Progress | None = None) -> Polled:
        """Read every mailbox now. What one of them refuses is said, and does not keep the others."""
        opened = self._desk.check(session, Action.POLL_MAILBOX)
        counts: Counter[str] = Counter()
        matched, trouble = 0, list[Reason]()
        for account in opened.database.read(lambda tx: mailboxes.listing(tx, live=True)):
            refusal = opened.mailboxes.reader.refusal(account)
            if refusal is not None:
                trouble.append(refusal)
                continue
            try:
                look = opened.mailboxes.look(account, progress)
            except DeliveryError as error:
                opened.mailboxes.reader.trouble(account.id, error)
                trouble.append(Reason(error.code, dict(error.params)))
                continue
            counts += look.counts
            matched += look.matched
        done = Event(Act.MAILBOX_POLLED, det={"count": counts.total()})
        self._desk.write(session, Action.POLL_MAILBOX, lambda _, record: record(done))
        return Polled(dict(counts), matched, tuple(trouble))

    def list_received(self, session: Session, limit: int = 200) -> ReceivedShown:
        """What waits for somebody first, then the newest; the words only to who may read them."""

        def look(tx: Tx) -> ReceivedShown:
            rows = received.listing(tx, limit=max(1, min(limit, _MOST_ROWS)))
            known = people.get_many(tx, (row.person for row in rows if row.person is not None))
            about = messages.get_many(tx, {row.message for row in rows if row.message is not None})
            homes = entries.homes(tx, (row.id for row in rows))
            there = conversations.get_many(tx, homes.values())
            lines = tuple(
                _received(
                    row,
                    known.get(row.person) if row.person else None,
                    about.get(row.message) if row.message else None,
                    there.get(homes[row.id]) if row.id in homes else None,
                    session,
                )
                for row in rows
            )
            return ReceivedShown(lines, received.counts(tx).get(ReceivedState.NEW, 0))

        return self._desk.read(
            session,
            Action.LIST_RECEIVED,
            look,
            lambda shown: Listed(
                Act.RECEIVED_LISTED,
                tuple(one.person for one in shown.lines if one.person is not None),
                {"count": len(shown.lines)},
            ),
        )

    # --- inside ------------------------------------------------------------------------------

    def _stays(self, tx: Tx, old: MailAccount, new: MailAccount, password: str) -> None:
        known, owner = self._desk.opened().signins.known, f"mailbox:{old.id}"
        check_place(tx, known, owner, Place.of(old, old.auth), Place.of(new, new.auth), password)

    def _tested(self, session: Session, account: MailAccount, password: str | None) -> MailboxTested:
        passed, failed = self._walked(account, password)
        event = Event(Act.MAILBOX_TESTED)
        if failed is not None:
            event = Event(Act.MAILBOX_TESTED, outcome="failed", why=failed.reason.code)
        self._desk.write(session, Action.MANAGE_MAILBOX, lambda _, record: record(event))
        return MailboxTested(failed is None, (*passed, failed) if failed is not None else passed)

    def _walked(self, account: MailAccount, password: str | None) -> tuple[tuple[Step, ...], Step | None]:
        """The steps that passed, and the one that did not."""
        reader = self._desk.opened().mailboxes.reader
        try:
            with closing(reader.open(account, password)) as mailbox:
                mailbox.select(account.folder)
        except MailboxError as error:
            return _passed(error.step), Step(error.step.value, False, Reason(error.code, dict(error.params)))
        except DeliveryError as error:  # no token: nobody signed in, or what they granted ended
            failed = Step(Walked.LOGIN.value, False, Reason(error.code, dict(error.params)))
            return (), failed
        return _passed(None), None

    def _account(self, request: MailboxRequest) -> MailAccount:
        """An account whose every field is fit; nothing without TLS can be said."""
        if request.security not in _SECURITIES:
            raise InputError("relay-security-unknown")
        if not request.host.strip() or not 0 < request.port < 65536:
            raise InputError("mailbox-host-wrong")
        folders = (request.folder.strip(), request.sent_folder.strip())
        if not folders[0] or any(len(one) > _FOLDER_CHARS or not one.isprintable() for one in folders):
            raise InputError("mailbox-folder-wrong")
        if not 1 <= request.minutes <= _MOST_MINUTES:
            raise InputError("mailbox-minutes-wrong", most=_MOST_MINUTES)
        address = check_address(request.address or request.user)
        if not address.ok:
            raise InputError("mailbox-address-wrong")
        if not (request.user.isprintable() and request.user.strip()):
            raise InputError("mailbox-host-wrong")
        return MailAccount(
            id=AccountId(""),
            name=request.name.strip() or request.host.strip(),
            host=request.host.strip().lower(),
            port=request.port,
            security=request.security,
            ca_file=request.ca_file,
            user=request.user,
            auth=Auth(request.auth),
            address=address.normalised,
            folder=folders[0],
            sent_folder=folders[1],
            minutes=request.minutes,
            tidy=request.tidy,
            baa=request.baa,
            made_at=self._clock.now(),
        )

    def _line(self, tx: Tx, one: MailAccount) -> MailboxLine:
        return MailboxLine(
            id=one.id,
            name=one.name,
            host=one.host,
            port=one.port,
            security=one.security,
            user=one.user,
            address=one.address,
            folder=one.folder,
            auth=one.auth,
            minutes=one.minutes,
            tidy=one.tidy,
            baa=one.baa,
            baa_problem=agreement_problem(one.baa, one.name, practice_now(tx, self._clock).date()),
            polled_at=one.polled_at,
            trouble=one.trouble,
            retired_at=one.retired_at,
            ca_file=one.ca_file,
            sent_folder=one.sent_folder,
            grant=grant_of(tx, self._desk, f"mailbox:{one.id}", one.auth),
        )


def _passed(before: Walked | None) -> tuple[Step, ...]:
    order = list(Walked)
    walked = order if before is None else order[: order.index(before)]
    return tuple(Step(one.value, True, Reason(f"mailbox-step-{one.value}")) for one in walked)


def _live(tx: Tx, account: AccountId | None) -> MailAccount:
    found = mailboxes.get(tx, account) if account else None
    if found is None or found.retired_at is not None:
        raise InputError("mailbox-unknown")
    return found


def _received(
    row: Received, person: Person | None, about: Message | None, home: Conversation | None, session: Session
) -> ReceivedLine:
    """Its words for who may read its conversation; what somebody asks on their own is sensitive."""
    label = about.label if about is not None else Label.SENSITIVE
    may = readable(home, session) if home is not None else may_read(session.role, label)
    return ReceivedLine(
        id=row.id,
        at=row.at,
        kind=str(row.details.get("answer") or row.kind),
        state=row.state,
        person=row.person,
        name=visible(person, session.role).name if person is not None else "",
        message=row.message,
        matched=row.matched,
        words=str(row.details.get("words", "")) if may else "",
    )
