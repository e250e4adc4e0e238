"""Where keys come from: a file, pasted text, a received mail, the web server of a domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from desktop.crypto.keyfacts import KeyFacts, inspect_key
from desktop.crypto.smime_chain import ChainFacts, chain_of
from desktop.models.protection import KeySource


@dataclass(frozen=True)
class Found:
    """A key that was found, what it is good for, and what came with it."""

    facts: KeyFacts
    source: KeySource
    capabilities: tuple[str, ...] = ()
    chain: bytes = field(default=b"", repr=False)


def find_in(data: bytes, source: KeySource, now: datetime) -> tuple[Found, ...]:
    """Keys in what a person gave us. Raises InputError `key-unreadable`, `key-too-large`."""
    return (Found(inspect_key(data, now), source),)


def look_up(address: str, now: datetime) -> tuple[Found, ...]:
    """What the address's own domain publishes for it (WKD); asks the network."""
    raise NotImplementedError(address, now)


def issuer_of(certificate: bytes, now: datetime) -> str:
    """Who vouches for it; '' where it vouches for itself alone."""
    alone = chain_of(certificate, b"", now)
    return "" if alone.complete else alone.issuer


def chain_ok(certificate: bytes, chain: bytes, now: datetime) -> bool:
    facts: ChainFacts = chain_of(certificate, chain, now)
    return facts.complete and facts.problem is None
