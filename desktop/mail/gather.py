"""Everything that a decision about somebody rests on, read in one place, for one or for many.

Whoever decides (a letter, a day's reminders, the list of open ways, the claim) asks here,
so that nobody can forget a piece of evidence. Reads only; one query a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail import cardwords, checkresults
from desktop.mail.checkresults import Results, servers_of
from desktop.mail.decision import CARE, DecisionInput, FormMeans
from desktop.mail.headers import domain_of, wire_address
from desktop.mail.means import KeptWords, SealMeans
from desktop.mail.providers import blocked_forms
from desktop.mail.relays import agreement_problem
from desktop.mail.suppressed import stopped_addresses
from desktop.models import (
    cards,
    consents,
    evidence,
    keylives,
    keys,
    maillinks,
    onward,
    people,
    pickups,
    settings,
    vaultkeys,
)
from desktop.models import cardwords as kept_words
from desktop.models.consents import Said
from desktop.models.database import Tx
from desktop.models.observed import DOMAIN, Observed
from desktop.models.protection import Form, KeyLife, Onward, Storage
from desktop.models.records import (
    KeyId,
    Label,
    Level,
    Method,
    PasswordCard,
    Person,
    PersonId,
    PublicKey,
    Reason,
    Relay,
)
from desktop.models.standing import MailLink, Reader
from desktop.people.household import NO_ADDRESS, chosen

GONE = "person-gone"
"""Why a message to somebody ends whose record was withdrawn meanwhile."""


@dataclass(frozen=True)
class Wishes:
    """What the sender asks for, and what the content demands; see `DecisionInput`."""

    wanted: Method | None = None
    raise_to: Level | None = None
    form: Form | None = None
    testing: KeyId | None = None
    content: tuple[Reason, ...] = ()
    trial: bool = False
    """A delivery check, which says nothing about anybody: forms that tend to be stopped are tried too."""


_NONE = Wishes()


@dataclass(frozen=True)
class Gathered:
    """One person and all that is known of the ways to them."""

    person: Person
    keys: tuple[PublicKey, ...] = field(repr=False)
    lives: dict[KeyId, KeyLife] = field(repr=False)
    card: PasswordCard | None = field(repr=False)
    words: KeptWords | None = field(repr=False)
    wish: Form | None
    blocked: frozenset[Form]
    looks: tuple[Observed, ...] = field(repr=False)
    relay: Relay | None
    onward: Onward
    storage: Storage | None
    zone: str = "UTC"
    """The practice's: agreements and forced TLS end with its days, not with those of UTC."""
    stopped: Reason | None = None
    said: Said = field(default_factory=Said)
    domain: str = ""
    """Of an address that can be written to; else ''."""
    links: tuple[MailLink, ...] = field(repr=False, default=())

    def way(self, now: datetime) -> MailLink | Reason:
        """The mailbox that counts on the practice's day, or why none does."""
        return chosen(self.person, self.links, now.astimezone(ZoneInfo(self.zone)).date())

    def reader(self, now: datetime) -> Reader:
        """Who reads the mailbox that counts."""
        way = self.way(now)
        return way.reader if isinstance(way, MailLink) else Reader.SELF

    def asks(
        self, label: Label, now: datetime, wishes: Wishes = _NONE, *, purpose: str = CARE
    ) -> DecisionInput:
        way = self.way(now)
        return DecisionInput(
            person=self.person,
            keys=self.keys,
            card=self.card,
            relay=self.relay,
            label=label,
            purpose=purpose,
            now=now.astimezone(ZoneInfo(self.zone)),
            raise_to=wishes.raise_to,
            wanted=wishes.wanted,
            lives=self.lives,
            onward=self.onward,
            forms=FormMeans(
                self.storage is not None,
                self.words is not None,
                self.wish,
                frozenset() if wishes.trial else self.blocked,
            ),
            looks=self.looks,
            form=wishes.form,
            testing=wishes.testing,
            content=wishes.content,
            stopped=self.stopped,
            no_way=way if isinstance(way, Reason) and way.code != NO_ADDRESS else None,
            link=way if isinstance(way, MailLink) else None,
            standing=self.said.at(now),
        )

    @property
    def means(self) -> SealMeans:
        """For whoever seals what was decided."""
        return SealMeans(
            keys=self.keys,
            lives=self.lives,
            card=self.card,
            words=self.words,
            birth_date=self.person.birth_date,
            onward=self.onward,
            storage=self.storage,
        )


def gather(tx: Tx, ids: Iterable[PersonId], relay: Relay | None, today: date) -> dict[PersonId, Gathered]:
    """Those who exist, each with what is known; `relay` is the one that their mail leaves through."""
    wanted = tuple(dict.fromkeys(ids))
    found = people.get_many(tx, wanted)
    their_keys, their_cards = keys.live_many(tx, wanted), cards.get_many(tx, wanted)
    lives = keylives.of(tx, [key.id for some in their_keys.values() for key in some])
    words, wishes = _words(tx, their_cards), kept_words.wishes(tx, wanted)
    domains = {who: _domain(person) for who, person in found.items()}
    links = maillinks.of_many(tx, found)
    looks = evidence.about_many(tx, DOMAIN, (domain for domain in domains.values() if domain))
    known = onward.get(tx, relay.id) if relay is not None else Onward()
    storage = _storage(tx, today)
    zone = settings.get(tx, "zone") or "UTC"
    stopped = stopped_addresses(tx, (person.email for person in found.values()))
    said = consents.said_many(tx, wanted)
    seen = checkresults.load(tx, today)
    blocked = {domain: _blocked(domain, looks.get(domain, ()), seen) for domain in set(domains.values())}
    gathered = {}
    for who, person in found.items():
        mine = tuple(their_keys.get(who, ()))
        gathered[who] = Gathered(
            person=person,
            keys=mine,
            lives={key.id: lives[key.id] for key in mine if key.id in lives},
            card=their_cards.get(who),
            words=words.get(who),
            wish=wishes.get(who),
            blocked=blocked[domains[who]],
            looks=looks.get(domains[who], ()),
            relay=relay,
            onward=known,
            storage=storage,
            zone=zone,
            stopped=stopped.get(person.email),
            said=said[who],
            domain=domains[who],
            links=links.get(who, ()),
        )
    return gathered


def gather_one(tx: Tx, person: PersonId, relay: Relay | None, today: date) -> Gathered:
    """Raises InputError `person-unknown`."""
    found = gather(tx, (person,), relay, today).get(person)
    if found is None:
        raise InputError("person-unknown")
    return found


def _words(tx: Tx, their_cards: dict[PersonId, PasswordCard]) -> dict[PersonId, KeptWords]:
    """Where the words of this very card are kept, still sealed."""
    key = vaultkeys.get(tx, cardwords.KEY)
    if key is None:
        return {}
    return {
        who: KeptWords(who, salt, sealed, key)
        for who, (salt, sealed) in kept_words.get_many(tx, their_cards).items()
        if salt == their_cards[who].salt
    }


def _storage(tx: Tx, today: date) -> Storage | None:
    """The one in use, if its agreement holds."""
    storage = pickups.in_use(tx)
    if storage is None or agreement_problem(storage.baa, storage.name, today) is not None:
        return None
    return storage


def _blocked(domain: str, looks: Sequence[Observed], seen: Results) -> frozenset[Form]:
    """By the domain, by the mail servers that any look at it has found, and by what staff saw there."""
    servers = servers_of(looks)
    return seen.blocked(domain, servers, blocked_forms(domain, servers))


def _domain(person: Person) -> str:
    try:
        return domain_of(wire_address(person.email))
    except InputError:
        return ""
