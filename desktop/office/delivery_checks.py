"""The delivery check: a message in each form to mailboxes of the staff, and what they saw of it.

Its results choose the form for patients at the same mail services (`mail/checkresults.py`). The
read-back compares what was sent with what arrived in a mailbox that the program reads itself.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, timedelta

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.cardwords import keep_card
from desktop.mail.checkmail import as_check, possible
from desktop.mail.checkresults import newest_of, went_wrong
from desktop.mail.letters import Prepared
from desktop.mail.readback import compare
from desktop.models import cards, checkrounds, mailboxes, messages, people, settings, tokens
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryCheck, MailAccount, StaffAccount, StaffAccountId
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Reason, RelayId, State, Status
from desktop.office.card_rules import new_card
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.reach import forget as forget_reach
from desktop.office.values import PassphraseRequest
from desktop.office.values_health import DeliveryCheckLine, DeliveryChecksShown, DeliveryTick, StaffAccountIn
from desktop.people.addresses import usable_address
from desktop.sync.readback import Wanted, fetch
from desktop.texts import Texts, clean

DUE_EVERY = timedelta(days=91)
MOST_ACCOUNTS = 30
PLACES = ("inbox", "spam", "missing")
OPENED = ("", "yes", "no")
_PROVIDER_CHARS = 60
_HARMS = ("readback-sealed", "readback-footer", "readback-links", "readback-pixel", "readback-message-id")
"""What the mail service should be asked to switch off."""


@dataclass(frozen=True)
class _Ready:
    account: StaffAccountId
    form: str
    prepared: Prepared


class DeliveryChecks:
    """Staff mailboxes are professional contacts, so that what goes there is sealed like any other."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_delivery_checks(self, session: Session) -> DeliveryChecksShown:
        now = self._clock.now()
        return self._desk.read(
            session,
            Action.SHOW_DELIVERY_CHECK,
            lambda tx: _shown(tx, now),
            lambda shown: Event(Act.DELIVERY_CHECK_SHOWN, det={"count": len(shown.rounds)}),
        )

    def set_staff_accounts(
        self, session: Session, accounts: tuple[StaffAccountIn, ...]
    ) -> DeliveryChecksShown:
        """These and no others; whoever is new becomes a contact with a password card.

        Raises InputError `address-unusable`, `value-needed`, `value-not-allowed`, `too-many-accounts`.
        """
        self._desk.check(session, Action.RUN_DELIVERY_CHECK)
        wanted = _wanted(accounts)
        now = self._clock.now()

        def keep(tx: Tx, record: Recorder) -> DeliveryChecksShown:
            before = {(address_key(one.address), one.device): one for one in checkrounds.accounts(tx)}
            for place, one in before.items():
                if wanted.get(place) != StaffAccountIn(one.address, one.provider, one.device):
                    checkrounds.retire_account(tx, one.id, now)
            for place, given in wanted.items():
                old = before.get(place)
                if old is not None and given == StaffAccountIn(old.address, old.provider, old.device):
                    continue
                person = self._contact(tx, record, given, session, now)
                made = StaffAccountId(new_id())
                checkrounds.add_account(
                    tx, StaffAccount(made, given.address, given.provider, given.device, person)
                )
            forget_reach(tx)
            record(Event(Act.STAFF_ACCOUNTS_CHANGED, det={"count": len(wanted)}))
            return _shown(tx, now)

        shown = self._desk.write(session, Action.RUN_DELIVERY_CHECK, keep)
        self._desk.opened().names.forget()
        return shown

    def start_delivery_check(self, session: Session) -> DeliveryChecksShown:
        """Queue one message of each possible form to each mailbox.

        Raises InputError `no-staff-accounts`, Refused `check-not-possible`.
        """
        opened = self._desk.check(session, Action.RUN_DELIVERY_CHECK)
        there = opened.database.read(checkrounds.accounts)
        if not there:
            raise InputError("no-staff-accounts")
        opened.looks.at_people(tuple(one.person for one in there if one.person is not None))
        now = self._clock.now()
        ready = opened.database.read(lambda tx: _ready(opened, tx, there, now))
        if not ready:
            raise Refused("check-not-possible")
        sealer = opened.own.sealer()
        sealed = [(one, as_check(opened.letters.seal(one.prepared, sealer))) for one in ready]
        round_ = new_id()

        def queue(tx: Tx, record: Recorder) -> DeliveryChecksShown:
            checks = []
            for one, frozen in sealed:
                row = opened.outbox.enqueue(tx, frozen, session)
                relay: RelayId = frozen.relay
                checks.append(
                    DeliveryCheck(
                        new_id(), round_, relay, one.account, one.form, row.message_id, row.sha256, now
                    )
                )
            checkrounds.add_checks(tx, checks)
            record(Event(Act.DELIVERY_CHECK_STARTED, det={"count": len(checks)}))
            return _shown(tx, now)

        return self._desk.write(session, Action.RUN_DELIVERY_CHECK, queue)

    def tick_delivery(self, session: Session, tick: DeliveryTick) -> DeliveryChecksShown:
        """What somebody saw; a later look replaces it. Raises InputError `delivery-check-unknown`,
        `value-not-allowed`."""
        self._desk.check(session, Action.RUN_DELIVERY_CHECK)
        _one_of("placed", tick.placed, PLACES)
        _one_of("opened", tick.opened, OPENED)
        now = self._clock.now()

        def keep(tx: Tx, record: Recorder) -> DeliveryChecksShown:
            one = checkrounds.get(tx, tick.id)
            if one is None:
                raise InputError("delivery-check-unknown")
            checkrounds.tick(tx, one, tick.placed, tick.opened, session.user, now)
            forget_reach(tx)
            record(Event(Act.DELIVERY_CHECK_TICKED, obj=one.id))
            return _shown(tx, now)

        return self._desk.write(session, Action.RUN_DELIVERY_CHECK, keep)

    def read_back(self, session: Session) -> DeliveryChecksShown:
        """Raises Refused `read-back-no-mailbox`; DeliveryError of the mailbox."""
        opened = self._desk.check(session, Action.RUN_DELIVERY_CHECK)
        waiting = opened.database.read(_to_read)
        if not waiting:
            raise Refused("read-back-no-mailbox")
        found: dict[str, tuple[str, ...]] = {}
        for account, wanted in waiting:
            with closing(opened.mailboxes.reader.open(account)) as mailbox:
                arrived = fetch(mailbox, account.folder, tuple(wanted))
            for check, sent in wanted.items():
                if check.token in arrived:
                    found[check.id] = compare(sent, arrived[check.token])
        now = self._clock.now()

        def keep(tx: Tx, record: Recorder) -> DeliveryChecksShown:
            for id_, changes in found.items():
                checkrounds.put_changes(tx, id_, changes)
            record(Event(Act.DELIVERY_READ_BACK, det={"count": len(found)}))
            return _shown(tx, now)

        return self._desk.write(session, Action.RUN_DELIVERY_CHECK, keep)

    def _contact(
        self, tx: Tx, record: Recorder, given: StaffAccountIn, session: Session, now: datetime
    ) -> PersonId:
        """The professional at this address, or a new one; with a card whose words are kept."""
        known = people.at_address(tx, given.address)
        fit = [one for one in known if one.kind is Kind.PROFESSIONAL and one.status is Status.ACTIVE]
        person = fit[0].id if fit else PersonId(new_id())
        if not fit:
            language = settings.get(tx, "language") or "en"
            name = Texts(language).say("delivery-check.contact", provider=given.provider)
            people.insert(
                tx,
                Person(
                    person,
                    Kind.PROFESSIONAL,
                    "",
                    name,
                    None,
                    given.address,
                    language,
                    Detail.STANDARD,
                    Status.ACTIVE,
                    Consent.UNKNOWN,
                    organisation=settings.get(tx, "practice-name") or "",
                ),
            )
            record(Event(Act.PEOPLE_ADDED, obj=person))
        if cards.get(tx, person) is None:
            card, words = new_card(PassphraseRequest(person, session.user_name, "in-person"), now)
            keep_card(tx, card, words)
            record(Event(Act.PASSPHRASE_MADE, obj=person, det={"handed": "in-person"}))
        return person


def _wanted(accounts: tuple[StaffAccountIn, ...]) -> dict[tuple[str, str], StaffAccountIn]:
    """By mailbox and device, each once, as they are kept."""
    if len(accounts) > MOST_ACCOUNTS:
        raise InputError("too-many-accounts", limit=MOST_ACCOUNTS)
    found = {}
    for one in accounts:
        address = usable_address(one.address)
        provider = clean(one.provider, _PROVIDER_CHARS)
        if not provider:
            raise InputError("value-needed", field="provider")
        _one_of("device", one.device, ("", "phone"))
        found[address_key(address), one.device] = StaffAccountIn(address, provider, one.device)
    return found


def _ready(opened: Opened, tx: Tx, accounts: list[StaffAccount], now: datetime) -> list[_Ready]:
    texts = Texts(settings.get(tx, "language") or "en")
    return [
        _Ready(account.id, form, prepared)
        for account in accounts
        if account.person is not None
        for form, prepared in possible(tx, opened.letters, account.person, texts, now)
    ]


def _to_read(tx: Tx) -> list[tuple[MailAccount, dict[Wanted, bytes]]]:
    """By mailbox: the checks that were accepted, went there and were not read back, with what was sent."""
    accounts = {one.id: address_key(one.address) for one in checkrounds.accounts(tx, retired=True)}
    checks = [one for round_ in checkrounds.rounds(tx) for one in round_ if one.changes is None]
    known = tokens.by_token(tx, [_token(one) for one in checks])
    rows = messages.get_many(tx, known.values())
    wires = messages.wires(tx, known.values())
    found = []
    for mailbox in mailboxes.listing(tx, live=True):
        wanted = {}
        for one in checks:
            id_ = known.get(_token(one))
            here = accounts.get(one.account) == address_key(mailbox.address)
            if id_ is not None and here and rows[id_].state is State.ACCEPTED and id_ in wires:
                wanted[Wanted(one.id, _token(one), one.message_id)] = wires[id_]
        if wanted:
            found.append((mailbox, wanted))
    return found


def _token(one: DeliveryCheck) -> str:
    return one.message_id.strip("<>").partition("@")[0]


def _shown(tx: Tx, now: datetime) -> DeliveryChecksShown:
    everybody = {one.id: one for one in checkrounds.accounts(tx, retired=True)}
    rounds, last = checkrounds.rounds(tx), checkrounds.last_at(tx)
    known = tokens.by_token(tx, [_token(one) for round_ in rounds for one in round_])
    rows = messages.get_many(tx, known.values())
    states = {token: rows[id_].state for token, id_ in known.items()}
    return DeliveryChecksShown(
        accounts=tuple(
            StaffAccountIn(one.address, one.provider, one.device)
            for one in everybody.values()
            if one.retired_at is None
        ),
        rounds=tuple(
            tuple(_line(one, everybody[one.account], states.get(_token(one))) for one in round_)
            for round_ in rounds
        ),
        advice=_advice(tx, everybody, now.date()),
        due=last is None or now - last > DUE_EVERY,
    )


def _line(one: DeliveryCheck, account: StaffAccount, state: State | None) -> DeliveryCheckLine:
    return DeliveryCheckLine(
        one.id,
        one.account,
        account.address,
        account.provider,
        account.device,
        one.form,
        one.at,
        state or State.CANCELLED,
        one.placed,
        one.opened,
        None if one.changes is None else tuple(Reason(code) for code in one.changes),
    )


def _advice(tx: Tx, accounts: dict[StaffAccountId, StaffAccount], today: date) -> tuple[Reason, ...]:
    """What the program chooses differently, and what a mail service should be asked to switch off."""
    said: dict[tuple[str, str, str], Reason] = {}
    for one in newest_of(tx, today):
        if went_wrong(one) and one.form in ("html", "pdf", "link"):
            provider = accounts[one.account].provider
            reason = Reason("advice-form-stopped", {"provider": provider, "form": one.form})
            said[reason.code, provider, one.form] = reason
        elif went_wrong(one):
            provider = accounts[one.account].provider
            reason = Reason("advice-mail-stopped", {"provider": provider})
            said[reason.code, provider, ""] = reason
    newest = next(iter(checkrounds.rounds(tx, 1)), [])
    changed = {code for one in newest for code in one.changes or ()}
    harms = [Reason(f"advice-{code}") for code in _HARMS if code in changed]
    return (*said.values(), *harms)


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(
            "value-not-allowed", field=field, allowed=", ".join(word for word in allowed if word)
        )
