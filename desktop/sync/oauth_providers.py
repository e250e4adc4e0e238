"""Providers of mail that are signed in to by browser, as data in `resources/signin/`.

The practice registers an app of its own with its provider (the guide shows how), or uses the
one that `client_id` names. What a provider is asked for is sending or reading mail, no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.paths import resource

_FOLDER = "signin"
_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Provider:
    """Addresses of RFC 6749 and RFC 8628; `device` is '' where mail is not granted that way.

    `{tenant}` in an address is the organisation that signs in. `redirect` is the name of this
    computer in the redirect, as the provider lets apps register it (RFC 8252, 7.3 and 8.3).
    """

    id: str
    name: str
    authorize: str
    token: str
    device: str
    tenant: str
    """Which organisation where none is named; '' where the provider knows none."""
    issuer: str
    """What stands as `iss` in the redirect (RFC 9207); '' where the provider says none."""
    scopes: Mapping[str, tuple[str, ...]]
    """By the kind of owner: `relay` or `mailbox`."""
    always: tuple[str, ...]
    extra: Mapping[str, str]
    """Parameters of the sign-in page that this provider wants."""
    redirect: str
    client_id: str
    needs_secret: bool
    """Whether an app of this provider has a secret even on a desktop (then none, RFC 8252, 8.5)."""
    hosts: tuple[str, ...]
    """Servers of mail that this provider runs: where signing in by browser is offered."""
    pages: tuple[str, ...]
    """Where a code may be typed; the provider's answer may name no other. () where there is none."""

    def at(self, address: str, tenant: str) -> str:
        """`address` for an organisation. Raises InputError `sign-in-tenant-wrong`."""
        named = tenant.strip() or self.tenant
        if "{tenant}" not in address:
            return address
        if not _TENANT.fullmatch(named):
            raise InputError("sign-in-tenant-wrong", tenant=named[:64])
        return address.replace("{tenant}", named)

    def scope(self, owner: str) -> str:
        """What is asked for on behalf of `relay:<id>` or `mailbox:<id>`."""
        return " ".join((*self.scopes[owner.partition(":")[0]], *self.always))


Providers = Mapping[str, Provider]


def providers() -> dict[str, Provider]:
    """All of `resources/signin/`, by id."""
    files = sorted(resource(_FOLDER).glob("*.json"))
    return {path.stem: provider_of(path.stem, path.read_text(encoding="utf-8")) for path in files}


def provider_of(name: str, text: str) -> Provider:
    """One file. Raises ValueError for addresses that are not HTTPS; KeyError for what is missing."""
    raw = json.loads(text)
    for address in filter(None, (raw["authorize"], raw["token"], raw["device"])):
        if not address.startswith("https://"):
            raise ValueError(name)
    if raw["redirect"] not in ("localhost", "127.0.0.1"):
        raise ValueError(name)
    return Provider(
        id=name,
        name=raw["name"],
        authorize=raw["authorize"],
        token=raw["token"],
        device=raw["device"],
        tenant=raw["tenant"],
        issuer=raw["issuer"],
        scopes={kind: tuple(some) for kind, some in raw["scopes"].items()},
        always=tuple(raw["always"]),
        extra=dict(raw["extra"]),
        redirect=raw["redirect"],
        client_id=raw["client_id"],
        needs_secret=raw["needs_secret"],
        hosts=tuple(raw["hosts"]),
        pages=tuple(raw["pages"]),
    )


def for_host(known: Providers, host: str) -> Provider | None:
    """Whose sign-in a server of mail takes, or None."""
    name = host.strip().lower().rstrip(".")
    return next((one for one in known.values() if name in one.hosts), None)
