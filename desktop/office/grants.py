"""Signing in at a provider of mail on behalf of a relay or a mailbox: begun, finished, ended.

Between the two the person is in their browser. What they agreed to is kept with the relay or the
mailbox in one transaction, or not at all; a token is never shown, recorded or logged.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from dataclasses import dataclass, field, replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError
from desktop.models import grants, mailboxes, relays, sending
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Auth, Grant, GrantState
from desktop.models.records import Reason, RelayId
from desktop.office.api_delivery import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.values_delivery import GrantRequest, ProviderShown
from desktop.office.values_practice import GrantShown
from desktop.sync.oauth import Tokens, id_of
from desktop.sync.oauth_flow import App, BrowserSignIn, CodeSignIn, Waiting
from desktop.sync.oauth_providers import Providers, providers
from desktop.sync.oauth_words import SignInError
from desktop.texts import Texts

_FLOWS = ("browser", "code")


@dataclass
class _Pending:
    """One sign-in under way; `tokens` stand here only where keeping them was refused for now."""

    opened: Opened
    app: App
    flow: BrowserSignIn | CodeSignIn
    waiting: Waiting
    tokens: Tokens | None = field(repr=False, default=None)


class Grants:
    """At most one sign-in under way for each relay or mailbox."""

    def __init__(self, desk: Desk, clock: Clock, texts: Texts) -> None:
        self._desk = desk
        self._clock = clock
        self._texts = texts
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}

    def list_providers(self) -> tuple[ProviderShown, ...]:
        """Who can be signed in to by browser; nothing of the practice."""
        return tuple(
            ProviderShown(
                one.id, one.name, one.hosts, bool(one.device), one.needs_secret, bool(one.client_id)
            )
            for one in known_to(self._desk).values()
        )

    def begin_grant(self, session: Session, request: GrantRequest) -> GrantShown:
        """See `GrantDoor`. A sign-in that was under way for the same owner ends."""
        opened = self._desk.check(session, Action.MANAGE_GRANT)
        app = self._app(opened, request)
        poster = opened.signins.poster
        flow: BrowserSignIn | CodeSignIn
        if request.flow == "code":
            flow = CodeSignIn(app, poster, self._clock)
        else:
            say = self._texts.say
            flow = BrowserSignIn(
                app, poster, self._clock, say("ui.grant.page-done"), say("ui.grant.page-wrong")
            )
        self._forget(request.owner)
        asked = Event(Act.GRANT_ASKED, id_of(request.owner))
        self._desk.write(session, Action.MANAGE_GRANT, lambda _, record: record(asked))
        waiting = opened.network.wait_for(flow.begin())
        with self._lock:
            self._pending[request.owner] = _Pending(opened, app, flow, waiting)
        return GrantShown(
            app.owner,
            app.provider.name,
            app.account,
            GrantState.WAITING.value,
            waiting.until,
            waiting.url,
            waiting.user_code,
        )

    def finish_grant(self, session: Session, owner: str, progress: Progress | None = None) -> GrantShown:
        """See `GrantDoor`. Where keeping it is refused (a step-up ran out), it may be called again."""
        opened = self._desk.check(session, Action.MANAGE_GRANT)
        with self._lock:
            pending = self._pending.get(owner)
        if pending is None or pending.opened is not opened:
            raise SignInError("sign-in-missing", lasting=True)
        try:
            if pending.tokens is None:
                go_on = progress or (lambda _done, _of: True)
                work = pending.flow.finish(lambda gone, whole: go_on(int(gone), int(whole)))
                tokens = opened.network.wait_for(work)
                _check_tokens(pending.app, tokens)
                pending.tokens = tokens
        except SealwellError as error:
            self._forget(owner)
            self._desk.note_refusal(session, Act.GRANT_MADE, error, id_of(owner))
            raise
        made = self._grant(pending.app, pending.tokens)

        def keep(tx: Tx, record: Recorder) -> GrantShown:
            grants.put(tx, made)
            _use(tx, owner, Auth.OAUTH)
            record(Event(Act.GRANT_MADE, id_of(owner)))
            return _shown(made, known_to(self._desk))

        shown = self._desk.write(session, Action.MANAGE_GRANT, keep)
        self._forget(owner)
        _sign_in_anew(opened, owner)
        return shown

    def end_grant(self, session: Session, owner: str) -> GrantShown:
        """The tokens are gone here; that the provider forgets the app is for the person to say there."""
        self._forget(owner)

        def end(tx: Tx, record: Recorder) -> GrantShown:
            if not grants.end(tx, owner, GrantState.REVOKED):
                raise SignInError("sign-in-missing", lasting=True)
            record(Event(Act.GRANT_ENDED, id_of(owner)))
            return _shown(_got(tx, owner), known_to(self._desk))

        shown = self._desk.write(session, Action.MANAGE_GRANT, end)
        _sign_in_anew(self._desk.opened(), owner)
        return shown

    def _app(self, opened: Opened, request: GrantRequest) -> App:
        """What was asked, and what an earlier sign-in of the same provider knows."""
        provider = known_to(self._desk).get(request.provider)
        if provider is None:
            raise InputError("sign-in-provider-unknown")
        if request.flow not in _FLOWS or not request.account.strip():
            raise InputError("sign-in-account-missing")
        old = opened.database.read(lambda tx: _earlier(tx, request.owner))
        known = old if old is not None and old.provider == provider.id else None
        client_id = request.client_id.strip() or (known.client_id if known else "") or provider.client_id
        same = known is not None and known.client_id == client_id
        secret = request.client_secret.strip() or (known.client_secret if known and same else "")
        if not client_id or (provider.needs_secret and not secret):
            raise InputError("sign-in-app-missing", provider=provider.name)
        if not (client_id + secret).isprintable() or len(client_id + secret) > 500:
            raise InputError("sign-in-app-missing", provider=provider.name)
        tenant = request.tenant.strip() or (known.tenant if known else "")
        provider.at(provider.token, tenant)  # an organisation that is none is said before anything opens
        return App(provider, request.owner, request.account.strip(), tenant, client_id, secret)

    def _grant(self, app: App, tokens: Tokens) -> Grant:
        return Grant(
            owner=app.owner,
            provider=app.provider.id,
            tenant=app.tenant,
            client_id=app.client_id,
            client_secret=app.client_secret,
            account=app.account,
            refresh_token=tokens.refresh,
            access_token=tokens.access,
            access_until=tokens.until,
            state=GrantState.GOOD,
            made_at=self._clock.now(),
        )

    def _forget(self, owner: str) -> None:
        with self._lock:
            pending = self._pending.pop(owner, None)
        if pending is not None and pending.opened is self._desk.opened_or_none():
            pending.opened.network.wait_for(pending.flow.close())


def known_to(desk: Desk) -> Providers:
    """Of what is open, where it knows others than the program's own. Fit for a transaction: never waits."""
    opened = desk.opened_or_none()
    return opened.signins.known if opened is not None else providers()


def grant_of(tx: Tx, desk: Desk, owner: str, auth: Auth) -> GrantShown | None:
    """Who signed in for `relay:<id>` or `mailbox:<id>`, in whatever state that is now; None where it
    goes by password, and what may have been granted before is not used."""
    one = grants.get(tx, owner) if auth is Auth.OAUTH else None
    return _shown(one, known_to(desk)) if one is not None else None


def _shown(one: Grant, known: Providers) -> GrantShown:
    """Without any token."""
    provider = known.get(one.provider)
    name = provider.name if provider is not None else one.provider
    ended = {GrantState.EXPIRED: "sign-in-expired", GrantState.REVOKED: "sign-in-revoked"}.get(one.state)
    trouble = Reason(ended, {"provider": name, "reply": ""}) if ended else None
    return GrantShown(one.owner, name, one.account, one.state.value, trouble=trouble)


def _sign_in_anew(opened: Opened, owner: str) -> None:
    """What waited for a sign-in waits no longer; what was signed in with an older one is not any more."""
    kind, _, id_ = owner.partition(":")
    if kind == "mailbox":
        opened.mailboxes.refresh(AccountId(id_))
    else:
        opened.dispatcher.nudge()


def _check_tokens(app: App, tokens: Tokens) -> None:
    """Of the account that was meant, and good for more than an hour."""
    name = app.provider.name
    if not tokens.refresh:
        raise SignInError("sign-in-short", lasting=True, provider=name)
    who = account_of(tokens.id_token)
    if who and who.casefold() != app.account.casefold():
        raise SignInError(
            "sign-in-account-wrong", lasting=True, provider=name, account=app.account, other=who
        )


def account_of(id_token: str) -> str:
    """The address in an ID token that came straight from the token endpoint; '' where it says none.

    OpenID Connect Core 3.1.3.7 (6): over TLS from there, its signature need not be looked at.
    """
    parts = id_token.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    if not isinstance(claims, dict):
        return ""
    found = claims.get("email") or claims.get("preferred_username") or ""
    return found if isinstance(found, str) and found.isprintable() and len(found) <= 254 else ""


def _earlier(tx: Tx, owner: str) -> Grant | None:
    """The grant of a relay or mailbox that is there and not retired. Raises InputError."""
    kind, _, id_ = owner.partition(":")
    found: object = None
    if kind == "relay":
        relay = relays.get(tx, RelayId(id_))
        found = relay if relay is not None and relay.retired_at is None else None
    elif kind == "mailbox":
        account = mailboxes.get(tx, AccountId(id_))
        found = account if account is not None and account.retired_at is None else None
    if found is None:
        raise InputError("mailbox-unknown" if kind == "mailbox" else "relay-unknown")
    return grants.get(tx, owner)


def _use(tx: Tx, owner: str, auth: Auth) -> None:
    kind, _, id_ = owner.partition(":")
    if kind == "relay":
        sending.put(tx, replace(sending.get(tx, RelayId(id_)), auth=auth))
    else:
        account = mailboxes.get(tx, AccountId(id_))
        if account is None:
            raise InputError("mailbox-unknown")
        mailboxes.update(tx, replace(account, auth=auth))


def _got(tx: Tx, owner: str) -> Grant:
    found = grants.get(tx, owner)
    if found is None:
        raise SignInError("sign-in-missing", lasting=True)
    return found
