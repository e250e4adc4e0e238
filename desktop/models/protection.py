"""Frozen values of protection: trust in keys, forms of the locked file, storage, pick-ups, portals.

Beside `records.py`, with the same rules: nothing heavy is imported here.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.records import Baa, MessageId

StorageId = NewType("StorageId", str)
PickupId = NewType("PickupId", str)


class KeyTrust(StrEnum):
    """Why a contact's key may be used by itself; `found` may not until it is confirmed."""

    CHECKED = "checked"
    """Its fingerprint was compared with the person."""
    TESTED = "tested"
    """The person confirmed that they could read a test message."""
    FOUND = "found"
    """Found by look-up, in a header or a signed mail; nobody has confirmed it."""


class KeySource(StrEnum):
    FILE = "file"
    PASTE = "paste"
    MAIL = "mail"
    WKD = "wkd"
    AUTOCRYPT = "autocrypt"


class Form(StrEnum):
    """What a locked file is made as, in the order of preference."""

    LINK = "link"
    """A link to the ciphertext in storage under the practice's own agreement."""
    PDF = "pdf"
    """AES-256 (PDF 2.0, revision 6): opens on phones."""
    HTML = "html"
    """One self-contained page: opens in any desktop browser."""


class OwnKeyState(StrEnum):
    CURRENT = "current"
    RETIRED = "retired"
    """Replaced; kept to read what was sealed to it."""
    REVOKED = "revoked"


@dataclass(frozen=True)
class KeyLife:
    """What is known of a contact's key beside its bytes.

    `capabilities` are S/MIME algorithms that its owner is known to read (`aes-256-gcm`);
    `chain` holds the issuers' certificates that came with it, DER one behind the other.
    """

    trust: KeyTrust = KeyTrust.CHECKED
    capabilities: tuple[str, ...] = ()
    chain: bytes = field(default=b"", repr=False)
    test_message: MessageId | None = None


@dataclass(frozen=True)
class OwnKeyLife:
    """What is known of an own key beside its bytes. `revocation` is a ready OpenPGP revocation."""

    state: OwnKeyState = OwnKeyState.CURRENT
    revocation: bytes = field(default=b"", repr=False)
    chain: bytes = field(default=b"", repr=False)
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Portal:
    """How a relay's own portal is asked for, as data of its profile.

    `trigger` is `header`, `subject-tag` or `address-suffix`; `name` is the header's name
    where there is one, `value` its value, the tag or the suffix. `reports` says what the
    relay tells back (`opened`, `expired`). Until `tested_at` it is no way.
    """

    trigger: str
    value: str
    name: str = ""
    reports: tuple[str, ...] = ()
    tested_at: datetime | None = None


@dataclass(frozen=True)
class Onward:
    """What the practice recorded of a relay's way onward, beside `Relay.required_tls`.

    `how` is `account`, `header` or `configuration-set`; `name` and `value` are the header
    that each message carries for it. `verifies`: the relay checks the next server's certificate.
    """

    how: str = ""
    name: str = ""
    value: str = ""
    verifies: bool = False
    portal: Portal | None = None


@dataclass(frozen=True)
class Storage:
    """Where locked files wait to be picked up; the secret is not part of it.

    `kind` is `s3` or `webdav`; `url` is the endpoint (of S3 with the bucket as its path),
    `public_url` what people's links begin with, `days` how long a file stays.
    """

    id: StorageId
    name: str
    kind: str
    url: str
    user: str
    public_url: str
    days: int
    baa: Baa | None
    made_at: datetime
    retired_at: datetime | None = None
    access_log: str = ""
    """Where the storage writes who fetched what, if it does; '' where a pick-up cannot be known."""
    ca_file: str = ""
    """Who else vouches for its certificate; '' for the computer's own list alone."""


@dataclass(frozen=True)
class Pickup:
    """One locked file for storage; `name` is 256 random bits and says nothing.

    Its message leaves only once `put_at` is set.
    """

    id: PickupId
    message: MessageId
    storage: StorageId
    name: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    deleted_at: datetime | None = None
    picked_up_at: datetime | None = None
    """From the storage's access log; None is "not known"."""
    put_at: datetime | None = None
    trouble: str = ""
    """Code of what went wrong at the last try to put or delete it; '' once that has worked."""
