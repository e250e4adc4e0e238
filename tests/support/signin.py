"""The sign-in server of the tests as a provider."""

from __future__ import annotations

import json

from desktop.paths import resource
from desktop.sync.oauth_providers import Provider, provider_of
from tests.servers.signin import SignInSite


def provider_text() -> dict[str, object]:
    """A provider's file, to be changed."""
    found: dict[str, object] = json.loads(resource("signin/google.json").read_text(encoding="utf-8"))
    return found


def local_provider(site: SignInSite, name: str = "local") -> Provider:
    """`site`, with everything else as Google has it."""
    base = f"https://localhost:{site.port}"
    changes = {
        "name": "Local",
        "authorize": f"{base}/authorize",
        "token": f"{base}/token",
        "device": f"{base}/device",
        "issuer": "",
        "needs_secret": False,
        "client_id": "app-id",
        "hosts": ["localhost"],
        "pages": ["https://localhost/link"],
    }
    return provider_of(name, json.dumps({**provider_text(), **changes}))
