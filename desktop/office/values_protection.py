"""Values of the door about protection: keys, password cards, content, reach, storage and pick-ups.

As `values.py`: frozen, serialisable, nothing heavy.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.protection import (
    Form,
    KeySource,
    KeyTrust,
    OwnKeyState,
    Pickup,
    Portal,
    Storage,
    StorageId,
)
from desktop.models.records import (
    Baa,
    KeyId,
    KeyKind,
    Label,
    MessageId,
    Method,
    PersonId,
    Reason,
    RelayId,
)
from desktop.office.values import Explained, KeyLine

# --- keys ---------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnKeyLine:
    kind: KeyKind
    fingerprint: str
    address: str
    made_at: datetime
    expires: datetime | None
    state: OwnKeyState
    issuer: str = ""
    """Who vouches for a certificate; '' for one of our own making and for OpenPGP."""


@dataclass(frozen=True)
class ContactKeyLine:
    person: PersonId
    name: str
    key: KeyLine
    issuer: str = ""
    chain_ok: bool = False
    """Whether the issuers that came with a certificate lead up to one that signed itself."""


@dataclass(frozen=True)
class WeatherLine:
    """A key that ends within 90 days, or has ended within the last 30; own ones have no person."""

    kind: KeyKind
    fingerprint: str
    expires: datetime
    days: int
    """Until it ends; negative afterwards."""
    person: PersonId | None = None
    name: str = ""
    key: KeyId | None = None


@dataclass(frozen=True)
class KeysShown:
    own: tuple[OwnKeyLine, ...]
    contacts: tuple[ContactKeyLine, ...]
    weather: tuple[WeatherLine, ...]


@dataclass(frozen=True)
class KeyCandidate:
    """A key that was found somewhere and is not kept yet."""

    kind: KeyKind
    fingerprint: str
    addresses: tuple[str, ...]
    expires: datetime | None
    usable: bool
    reason: Reason | None
    source: KeySource
    fits: bool
    """Whether it names the address that we write to."""
    data: bytes = field(repr=False, default=b"")
    issuer: str = ""


@dataclass(frozen=True)
class KeySearch:
    """Look for keys of `person`: in `data` (a file, pasted text or a received mail), or by WKD."""

    person: PersonId
    source: KeySource
    data: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class KeysFound:
    candidates: tuple[KeyCandidate, ...]
    reason: Reason | None = None
    """Why there is none."""


@dataclass(frozen=True)
class KeyKept(KeySearch):
    """Keep the candidate with this fingerprint; `compared` when it was read out by its owner."""

    fingerprint: str = ""
    compared: bool = False


@dataclass(frozen=True)
class KeyConfirm:
    """`how` is `fingerprint` (compared: `fingerprint` says what the person read out) or `test`."""

    key: KeyId
    how: str
    fingerprint: str = ""


@dataclass(frozen=True)
class KeyRequest:
    """A prepared letter that asks for a new key; people send it as any other."""

    person: PersonId
    subject: str
    text: str


@dataclass(frozen=True)
class IdentityFile:
    """A .p12 with certificate and key, and its password."""

    data: bytes = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class PublishedKeys:
    """Written to a folder: the public keys, and a tree for the web server (WKD)."""

    files: tuple[str, ...]


@dataclass(frozen=True)
class QrShown:
    """A fingerprint in groups of four, and as an SVG picture for a phone's camera."""

    words: str
    svg: str


# --- the secret desk ------------------------------------------------------------------


@dataclass(frozen=True)
class IdentityCheck:
    """How staff made sure on the phone that it was this person; `asked` are codes of what was asked.

    Codes: `birth-date`, `address`, `record-number`, `last-visit`, `call-back`; at least two.
    """

    person: PersonId
    asked: tuple[str, ...]


@dataclass(frozen=True)
class WordsShown:
    passphrase: str = field(repr=False)
    made_at: datetime | None = None


@dataclass(frozen=True)
class PhraseShown:
    """The practice's phrase on cards and in mail; until there is one, a `suggestion`."""

    phrase: str
    suggestion: str = ""


@dataclass(frozen=True)
class Paper:
    """A finished paper, as PDF."""

    data: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True)
class Reissued:
    """New words, and the messages that were sealed anew under them and queued."""

    passphrase: str = field(repr=False)
    messages: tuple[MessageId, ...] = ()
    not_again: tuple[MessageId, ...] = ()
    """Those whose content is no longer kept."""


@dataclass(frozen=True)
class HelpStep:
    """Something staff can do for the patient now; `blocked` says why not."""

    step: str
    """`read-words`, `as-pdf`, `as-page`, `as-link`, `portal`, `on-the-way`, `print`, `new-words`."""
    blocked: Reason | None = None


@dataclass(frozen=True)
class HelpShown:
    message: MessageId
    person: PersonId
    name: str
    method: Method
    form: Form | None
    sees: dict[str, Reason]
    """What the patient sees, by `iphone`, `android`, `gmail`, `outlook`."""
    steps: tuple[HelpStep, ...] = ()
    checked_at: datetime | None = None
    """When this user last checked today that it is this person."""
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    """What the record says, by the code of what can be asked; dates are ISO."""


@dataclass(frozen=True)
class ReplyShown:
    """An answer from a locked page. `person` is whom the page was sealed to, `message` what carried it."""

    person: PersonId | None
    name: str
    text: str = field(repr=False)
    message: MessageId | None
    from_reader: bool
    """Whether its writer had opened the page with the card's words; if not, anybody can have written it."""


@dataclass(frozen=True)
class SendAgain:
    message: MessageId
    step: str


@dataclass(frozen=True)
class HelpEnd:
    """How it ended on the phone: `opened`, or somebody calls back tomorrow."""

    message: MessageId
    opened: bool


# --- decision, content, reach -----------------------------------------------------------


@dataclass(frozen=True)
class ExplainFile:
    """`data` is a mail (.eml): its subject, text and files are judged as if written to `person`."""

    person: PersonId
    data: bytes = field(repr=False)
    label: Label = Label.ROUTINE
    """The least protection; what the mail says may ask for more."""


@dataclass(frozen=True)
class ContentPolicyShown:
    """What follows from each kind: `warn`, `raise` or `block`."""

    rules: dict[str, str]


@dataclass(frozen=True)
class PlanExplained:
    """A day's reminders by method: how many each, and everybody's decision for the drill-down."""

    counts: dict[Method, int]
    people: tuple[Explained, ...]
    day: date = date.min


@dataclass(frozen=True)
class ReachShown:
    """How many active people with consent or care can be reached, by the first method open to each.

    `remedies` counts who would be reached by which one action; `best` is the one that
    reaches most of the rest.
    """

    total: int
    counts: dict[Method, int]
    remedies: dict[str, int]
    best: Reason | None
    at: datetime
    work_addresses: int = 0


# --- storage and pick-ups -----------------------------------------------------------------


@dataclass(frozen=True)
class StorageRequest:
    name: str
    kind: str
    url: str
    user: str
    public_url: str
    baa: Baa | None
    secret: str = field(repr=False, default="")
    days: int = 30
    access_log: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class StorageLine:
    storage: Storage
    problem: Reason | None
    """Why nothing may be put there, if so."""


@dataclass(frozen=True)
class StoragesShown:
    storages: tuple[StorageLine, ...]


@dataclass(frozen=True)
class StorageTested:
    """A file was put, fetched by its link, not found by another name, and deleted."""

    ok: bool
    steps: tuple[Reason, ...]
    storage: StorageId | None = None


@dataclass(frozen=True)
class PickupLine:
    pickup: Pickup
    person: PersonId
    name: str
    state: str
    """`waiting`, `picked-up`, `not-known`, `expired`, `revoked`."""


@dataclass(frozen=True)
class PickupsShown:
    pickups: tuple[PickupLine, ...]


@dataclass(frozen=True)
class OnwardRequest:
    """How a relay's account requires TLS, and its portal; None leaves a part as it is."""

    relay: RelayId
    how: str | None = None
    name: str = ""
    value: str = ""
    verifies: bool = False
    enforces: tuple[str, ...] | None = None
    portal: Portal | None = None


@dataclass(frozen=True)
class KnownRelay:
    """A line of the dated table of mail services: what they are known to do onward."""

    name: str
    enforces: tuple[str, ...]
    requiretls: bool
    required_tls: tuple[str, ...]
    """How it can be switched on: `account`, `header`, `configuration-set`."""
    verifies: bool
    baa: str
    portal: bool
    checked: str
    """ISO date."""


@dataclass(frozen=True)
class TrustOf:
    """Trust of one key, as `KeyLine` has no room for it."""

    key: KeyId
    trust: KeyTrust
    source: str
