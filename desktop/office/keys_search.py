"""Where keys come from: a file, pasted text, a received mail, the web server of a domain."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from desktop.clock import Clock
from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.smime_chain import ChainFacts, chain_of
from desktop.mail.keysearch import FoundKey, keys_in
from desktop.models.protection import KeySource
from desktop.models.records import KeyKind
from desktop.sync.dns import Resolver, system_servers
from desktop.sync.https import Web
from desktop.sync.wkd import WkdAnswer, look_up


def find_in(data: bytes, source: KeySource, now: datetime) -> tuple[FoundKey, ...]:
    """Keys in what a person gave us; `source` is where they had it from, but for what a mail says itself.

    Raises InputError `key-unreadable`, `key-too-large`, and what is wrong with a signed mail.
    """
    found = keys_in(data, now)
    return tuple(replace(one, source=source) if one.source is KeySource.FILE else one for one in found)


def ask_directory(address: str, clock: Clock) -> WkdAnswer:
    """What the address's own domain publishes for it (WKD); asks the network, within a time limit.

    Raises DeliveryError `no-resolver` where this computer knows no name server.
    """
    return asyncio.run(look_up(address, Resolver(system_servers()), Web(), clock))


def published(answer: WkdAnswer, now: datetime) -> tuple[FoundKey, ...]:
    return tuple(FoundKey(KeyKind.OPENPGP, inspect_key(key, now), KeySource.WKD) for key in answer.keys)


def issuer_of(certificate: bytes, now: datetime) -> str:
    """Who vouches for it; '' where it vouches for itself alone."""
    alone = chain_of(certificate, b"", now)
    return "" if alone.complete else alone.issuer


def chain_ok(certificate: bytes, chain: bytes, now: datetime) -> bool:
    facts: ChainFacts = chain_of(certificate, chain, now)
    return facts.complete and facts.problem is None
