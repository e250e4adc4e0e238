"""`decide`: which way one message takes, why, and why no other. Pure: no clock, no disk.

The label sets the least level; within it the person's recorded choice comes first, then
OpenPGP, S/MIME, TLS, the locked file, the relay's portal. Who sends may ask for more,
never quietly for less, and so may the content. What people see before they send is the
value returned here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.decision import (
    CARE,
    DEMANDS,
    LEVEL_OF,
    MARKETING,
    PAID,
    RANK,
    RUNGS,
    Decision,
    DecisionInput,
    Rejected,
    card_mark,
)
from desktop.mail.domains import domain_evidence
from desktop.mail.evidence import (
    BY_HEADER,
    NOT_PROVEN,
    certificates,
    onward_tls,
    portal_problem,
    sign_mark,
)
from desktop.mail.forms import NoForm, chosen_form
from desktop.mail.headers import domain_of, same_address, wire_address
from desktop.mail.readers import others_read, readers, work_address
from desktop.mail.relays import baa_problem
from desktop.mail.suppressed import REMEDY
from desktop.models.protection import Form, KeyTrust
from desktop.models.records import (
    Consent,
    KeyKind,
    Kind,
    Label,
    Level,
    Method,
    PublicKey,
    Reason,
    Relay,
    Status,
)
from desktop.models.standing import Use
from desktop.people.household import NO_ADDRESS

POLICY = "4"
"""Raised with every change of the rules; part of each trace."""

ADDRESS_SUFFIX = "address-suffix"
"""The portal's trigger that changes where the message goes."""
KEY_TEST = "key-test"
"""The ground of a message that tries out a key."""
_FOUND = "key-not-confirmed"
_FULL_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")
"""Of a version 4 or a version 6 key (RFC 9580 5.5.4)."""


@dataclass(frozen=True)
class _Open:
    """A way that could be taken."""

    grounds: tuple[Reason, ...]
    key: str = ""
    form: Form | None = None


@dataclass(frozen=True)
class _Shut:
    """A way that cannot."""

    reason: Reason
    remedy: Reason | None = None


_Rung = _Open | _Shut


def decide(request: DecisionInput) -> Decision:
    """The way for this message, or `none` with the reason.

    Raises Refused `protection-lower` where `raise_to` or `wanted` asks for less than would
    be chosen without it, InputError `method-unknown` where `wanted` is no way at all.
    """
    if request.purpose not in (CARE, MARKETING, PAID):
        raise ValueError(request.purpose)
    if request.wanted is not None and request.wanted not in RUNGS:
        raise InputError("method-unknown", method=request.wanted.value)
    stop = _stop(request)
    if stop is not None:
        remedy = Reason(REMEDY) if stop is request.stopped else None
        return _none(request, stop, dict.fromkeys(RUNGS, _Shut(stop, remedy)))
    least = _least(request)
    rungs = {method: _demanded(method, _rung(method, request), least) for method in RUNGS}
    order = [method for method in _preference(request) if isinstance(rungs[method], _Open)]
    chosen = _wished(request, order)
    if chosen is None:
        shut = request.wanted is not None and order != []
        reason = (
            Reason("wanted-not-possible") if shut else Reason("no-safe-way", {"name": request.person.name})
        )
        return _none(request, reason, rungs)
    return _taken(request, chosen, rungs)


def _stop(request: DecisionInput) -> Reason | None:
    """What rules out every way at once."""
    person = request.person
    if request.label is Label.DO_NOT_EMAIL:
        return Reason("label-no-email", {"name": person.name})
    if person.status is not Status.ACTIVE:
        return Reason(f"person-{person.status.value}", {"name": person.name})
    if person.preferred_method is Method.NONE:
        return Reason("person-no-email", {"name": person.name})
    unwanted = _unwanted(request)
    if unwanted is not None:
        return unwanted
    if request.no_way is not None or not person.email:
        return request.no_way or Reason(NO_ADDRESS, {"name": person.name})
    if not _address(request):
        return Reason("email-unusable", {"name": person.name})
    if request.stopped is not None:
        return request.stopped
    if request.relay is None or request.relay.retired_at is not None:
        return Reason("no-relay")
    return baa_problem(request.relay, request.now.date())


def _unwanted(request: DecisionInput) -> Reason | None:
    """What they said: to mail at all, and to what this message is for."""
    name: dict[str, str | int] = {"name": request.person.name}
    if request.standing.care is Consent.REFUSED:
        return Reason("consent-refused", name)
    if request.purpose == CARE:
        return None
    said = request.standing.of(Use(request.purpose))
    if said is Consent.GIVEN:
        return None
    return Reason("no-marketing" if said is Consent.REFUSED else "consent-unknown", name)


def _address(request: DecisionInput) -> str:
    return _wire(request.person.email)


@lru_cache(maxsize=1024)
def _wire(address: str) -> str:
    """Asked for by each rung; '' for what is no address."""
    try:
        return wire_address(address)
    except InputError:
        return ""


def _least(request: DecisionInput) -> Level:
    demanded = DEMANDS[request.label]
    wish = request.raise_to
    if wish is not None and RANK[wish] < RANK[demanded]:
        raise Refused("protection-lower")
    return max(demanded, _asked(request) or demanded, key=RANK.__getitem__)


def _asked(request: DecisionInput) -> Level | None:
    """What is asked for beside the label: by the sender, by what the message says, or because others
    read the mailbox."""
    return Level.END_TO_END if request.content or others_read(request.link) else request.raise_to


def _preference(request: DecisionInput) -> list[Method]:
    first = request.person.preferred_method
    return [first, *(rung for rung in RUNGS if rung is not first)] if first in RUNGS else list(RUNGS)


def _demanded(method: Method, rung: _Rung, least: Level) -> _Rung:
    """A rung below the least level is shut, but for the recorded wish, which `_plain` has judged."""
    if isinstance(rung, _Open) and method is not Method.PLAIN and RANK[LEVEL_OF[method]] < RANK[least]:
        return _Shut(Reason("too-little"), Reason("remedy-end-to-end"))
    return rung


def _wished(request: DecisionInput, order: list[Method]) -> Method | None:
    """The sender's choice where there is one, else the first that is open."""
    if request.wanted is None or not order:
        return order[0] if order else None
    if RANK[LEVEL_OF[request.wanted]] < RANK[LEVEL_OF[order[0]]]:
        raise Refused("protection-lower")
    return request.wanted if request.wanted in order else None


def _taken(request: DecisionInput, chosen: Method, rungs: dict[Method, _Rung]) -> Decision:
    taken = rungs[chosen]
    grounds = taken.grounds if isinstance(taken, _Open) else ()
    extra = [
        *work_address(request.person, domain_of(_address(request))),
        *readers(request.person, request.link),
    ]
    if chosen is request.wanted:
        extra.append(Reason("sender-choice"))
    elif chosen is request.person.preferred_method:
        extra.append(Reason("person-choice", {"name": request.person.name}))
    extra.extend(request.content)
    asked = _asked(request)
    if asked is not None and RANK[asked] > RANK[DEMANDS[request.label]]:
        extra.append(Reason("raised"))
    rejected = []
    for method in RUNGS:
        rung = rungs[method]
        if method is not chosen and isinstance(rung, _Open):
            rejected.append(Rejected(method, Reason("another-first"), Reason("remedy-choose")))
        elif method is not chosen and isinstance(rung, _Shut):
            rejected.append(Rejected(method, rung.reason, rung.remedy))
    key, form = (taken.key, taken.form) if isinstance(taken, _Open) else ("", None)
    return _decision(request, chosen, (*grounds, *extra), tuple(rejected), key, form)


def _none(request: DecisionInput, reason: Reason, rungs: dict[Method, _Rung]) -> Decision:
    rejected = tuple(
        Rejected(method, rung.reason, rung.remedy)
        if isinstance(rung, _Shut)
        else Rejected(method, Reason("not-wanted"), Reason("remedy-choose"))
        for method, rung in rungs.items()
    )
    return _decision(request, Method.NONE, (reason,), rejected, "")


def _decision(
    request: DecisionInput,
    method: Method,
    reasons: tuple[Reason, ...],
    rejected: tuple[Rejected, ...],
    key: str,
    form: Form | None = None,
) -> Decision:
    return Decision(
        method=method,
        level=LEVEL_OF[method],
        reasons=reasons,
        rejected=rejected,
        key_fingerprint=key,
        policy=POLICY,
        label=request.label,
        address=_portal_address(request) if method is Method.PORTAL else _address(request),
        wanted=request.wanted,
        raise_to=_asked(request),
        form=form,
    )


# --- the rungs, one by one ---------------------------------------------------------


def _rung(method: Method, request: DecisionInput) -> _Rung:
    match method:
        case Method.OPENPGP:
            return _key(request, KeyKind.OPENPGP)
        case Method.SMIME:
            return _key(request, KeyKind.SMIME)
        case Method.TLS:
            return _tls(request)
        case Method.ENVELOPE:
            return _envelope(request)
        case Method.PLAIN:
            return _plain(request)
        case _:
            return _portal(request)


def _key(request: DecisionInput, kind: KeyKind) -> _Rung:
    """The newest confirmed key that holds; else what is wrong with the newest one."""
    tried = request.testing
    keys = sorted(
        (
            key
            for key in request.keys
            if key.kind is kind and key.person == request.person.id and tried in (None, key.id)
        ),
        key=lambda key: (key.confirmed_at, key.id),
        reverse=True,
    )
    if not keys:
        return _Shut(Reason(f"no-{kind.value}-key"), Reason("remedy-ask-key", {"name": request.person.name}))
    problems = [_key_problem(key, request) for key in keys]
    for key, problem in zip(keys, problems, strict=True):
        if problem is None:
            return _Open((_only(request), *_key_grounds(key, request)), key.fingerprint)
    newest = next(problem for problem in problems if problem is not None)
    remedy = "remedy-confirm-key" if newest.code == _FOUND else "remedy-new-key"
    return _Shut(newest, Reason(remedy, {"name": request.person.name}))


def _key_grounds(key: PublicKey, request: DecisionInput) -> tuple[Reason, ...]:
    """Whose key it is, and since when it is known to be theirs and how."""
    name: dict[str, str | int] = {"name": request.person.name}
    if request.testing:
        return (Reason(KEY_TEST, name),)
    life = request.lives.get(key.id)
    how = "key-tested" if life is not None and life.trust is KeyTrust.TESTED else "key-checked"
    return Reason("own-key", name), Reason(how, {"date": key.confirmed_at.date().isoformat()})


def _key_problem(key: PublicKey, request: DecisionInput) -> Reason | None:
    if key.revoked_at is not None:
        return Reason("key-revoked")
    if key.expires is not None and key.expires <= request.now:
        return Reason("key-expired", {"date": key.expires.date().isoformat()})
    if key.kind is KeyKind.OPENPGP and not _FULL_FINGERPRINT.fullmatch(key.fingerprint):
        return Reason("key-unconfirmed")
    address = _address(request)
    if key.kind is KeyKind.SMIME and not any(same_address(named, address) for named in key.addresses):
        return Reason("key-other-address")
    life = request.lives.get(key.id)
    if life is not None and life.trust is KeyTrust.FOUND and key.id != request.testing:
        return Reason(_FOUND)
    return None


def _tls(request: DecisionInput) -> _Rung:
    relay: Relay | None = request.relay
    if relay is None:
        return _Shut(Reason("no-relay"))
    domain = domain_of(_address(request))
    proven, ground = onward_tls(relay, request.onward, domain, request.now)
    if request.looks and not proven:
        verdict = domain_evidence(domain, request.looks, relay.enforces, request.now)
        if verdict.proven or ground.code == NOT_PROVEN:
            proven, ground = verdict.proven, verdict.reason
    if proven:
        onward, by_header = request.onward, ground.code in BY_HEADER.values()
        sign = sign_mark(onward.name, onward.value) if by_header else ""
        return _Open((Reason("encrypted-on-the-way"), ground, *certificates(onward, ground)), sign)
    return _Shut(ground, Reason("remedy-record-tls"))


def _envelope(request: DecisionInput) -> _Rung:
    if request.card is None or request.card.person != request.person.id:
        return _Shut(
            Reason("no-password-card"), Reason("remedy-password-card", {"name": request.person.name})
        )
    form = chosen_form(request)
    if isinstance(form, NoForm):
        return _Shut(form.reason, form.remedy)
    grounds = [_only(request), Reason("password-card", {"name": request.person.name})]
    very = request.label is Label.VERY_SENSITIVE
    if very:
        grounds.append(Reason("extra-proof"))
    mark = card_mark(request.card, request.person.birth_date if very else None)
    return _Open((*grounds, Reason(f"form-{form.value}")), mark, form)


def _portal(request: DecisionInput) -> _Rung:
    """The relay keeps the message and lets the recipient read it there: both can."""
    portal, problem = request.onward.portal, portal_problem(request.onward, request.now)
    if portal is None or problem is not None:
        problem = problem or Reason("no-portal")
        return _Shut(problem, None if problem.code == "no-portal" else Reason("remedy-test-portal"))
    if not _portal_address(request):
        return _Shut(Reason("email-unusable", {"name": request.person.name}))
    grounds = (Reason("encrypted-on-the-way"), Reason("portal", {"name": request.person.name}))
    return _Open(grounds, sign_mark(f"{portal.trigger} {portal.name}", portal.value))


def _portal_address(request: DecisionInput) -> str:
    """Where a message goes that is to wait in the portal; '' where that is no address."""
    portal = request.onward.portal
    suffix = portal.value if portal is not None and portal.trigger == ADDRESS_SUFFIX else ""
    return _wire(f"{_address(request)}{suffix}")


def _plain(request: DecisionInput) -> _Rung:
    """By the patient's warned, dated and revocable wish alone (45 CFR 164.522(b))."""
    person = request.person
    stands = person.kind is Kind.PATIENT and request.standing.of(Use.PLAIN) is Consent.GIVEN
    if not stands or person.plain_wish is None or person.plain_wish > request.now:
        return _Shut(Reason("no-plain-wish", {"name": person.name}))
    if request.standing.care is not Consent.GIVEN:
        return _Shut(Reason("plain-needs-consent", {"name": person.name}), Reason("remedy-consent"))
    if DEMANDS[request.label] is Level.END_TO_END or _asked(request) is not None:
        return _Shut(Reason("too-little"), Reason("remedy-end-to-end"))
    return _Open((Reason("plain-wish", {"name": person.name, "date": person.plain_wish.date().isoformat()}),))


def _only(request: DecisionInput) -> Reason:
    return Reason("only-recipient", {"name": request.person.name})
