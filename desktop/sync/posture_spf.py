"""SPF (RFC 7208) of a sending domain: who may send for it, within ten look-ups."""

from __future__ import annotations

import re

from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.sync.dns import Resolver
from desktop.sync.posture_finding import Finding, Grade, record, texts_at

CHECK = "spf"
MOST_LOOKUPS = 10
"""RFC 7208 4.6.4."""
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(\S*)")
_MECHANISM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?::[^\s/]+)?(?:/[0-9]{1,3})?(?://?[0-9]{1,3})?)",
    re.IGNORECASE,
)
_NETWORK = re.compile(r":[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_NEEDS_VALUE = frozenset({"include", "exists", "ip4", "ip6"})


@dataclass(frozen=True)
class _Term:
    """`text` is the term as it stands; `target` a domain to follow."""

    text: str
    name: str
    qualifier: str = ""
    target: str = ""


class _Fault(Exception):
    """Why the record does not work; the argument is the reason's code."""

    def __init__(self, code: str, grade: Grade = Grade.BAD, **params: str | int) -> None:
        super().__init__(code)
        self.reason = Reason(code, params)
        self.grade = grade


async def examine(resolver: Resolver, domain: str, expected: str) -> Finding:
    """`expected` is the term that the mail service asks for, such as `include:amazonses.com`, or ''."""
    walk = _Walk(resolver, domain)
    terms: list[_Term] = []
    try:
        terms = parse(await walk.record_of(domain, "posture-spf-none"))
        await walk.follow(terms)
        _judge(terms, walk.seen, expected)
    except _Fault as fault:
        fix = None if fault.grade is Grade.UNKNOWN else record(domain, _better(fault, terms, expected))
        return Finding(CHECK, fault.grade, fault.reason, fix)
    return Finding(CHECK, Grade.GOOD, Reason("posture-spf-good", {"lookups": walk.lookups}))


def parse(text: str) -> list[_Term]:
    """The terms after `v=spf1` (RFC 7208 4.6.1)."""
    terms = []
    for word in text.split(" ")[1:]:
        if not word:
            continue
        modifier, mechanism = _MODIFIER.fullmatch(word), _MECHANISM.fullmatch(word)
        if modifier:
            name = modifier[1].lower()
            terms.append(_Term(word, name, target=modifier[2].lower() if name == "redirect" else ""))
        elif mechanism and _sound(mechanism[2].lower(), mechanism[3]):
            name = mechanism[2].lower()
            target = mechanism[3].lstrip(":").lower() if name == "include" else ""
            terms.append(_Term(word, name, mechanism[1] or "+", target))
        else:
            raise _Fault("posture-spf-wrong")
    if sum(term.name == "redirect" for term in terms) > 1:
        raise _Fault("posture-spf-wrong")
    return terms


def _sound(name: str, rest: str) -> bool:
    if name == "all":
        return rest == ""
    if name in ("ip4", "ip6"):
        return _NETWORK.fullmatch(rest) is not None
    return rest.startswith(":") or name not in _NEEDS_VALUE


class _Walk:
    """Follows includes and redirects, and counts what a receiver would have to ask."""

    def __init__(self, resolver: Resolver, domain: str) -> None:
        self._resolver = resolver
        self._domain = domain
        self.lookups = 0
        self.seen: set[str] = set()

    async def record_of(self, name: str, missing: str) -> str:
        texts = await texts_at(self._resolver, name)
        if texts.failed:
            raise _Fault("posture-spf-unknown", Grade.UNKNOWN, name=name)
        found = [
            text for text in texts.found if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
        ]
        if len(found) > 1:
            raise _Fault("posture-spf-many", name=name)
        if not found:
            raise _Fault("posture-spf-odd" if texts.odd else missing, name=name)
        return found[0]

    async def follow(self, terms: list[_Term]) -> None:
        ends = any(term.name == "all" for term in terms)
        for term in terms:
            asks = term.name in _ASKING or (term.name == "redirect" and not ends)
            self.lookups += asks
            if self.lookups > MOST_LOOKUPS:
                raise _Fault("posture-spf-lookups", most=MOST_LOOKUPS)
            if asks and term.target and "%" not in term.target:
                self.seen.add(term.target)
                await self.follow(parse(await self.record_of(term.target, "posture-spf-broken")))


def _judge(terms: list[_Term], seen: set[str], expected: str) -> None:
    wanted = expected.partition(":")[2].lower()
    if wanted and wanted not in seen and expected.lower() not in (term.text.lower() for term in terms):
        raise _Fault("posture-spf-relay", term=expected)
    ends = [term.qualifier for term in terms if term.name == "all"]
    if not ends and not any(term.name == "redirect" for term in terms):
        raise _Fault("posture-spf-no-end")
    if ends and ends[0] == "+":
        raise _Fault("posture-spf-open")
    if ends and ends[0] == "?":
        raise _Fault("posture-spf-neutral")


def _better(fault: _Fault, terms: list[_Term], expected: str) -> str:
    """The record that would do: what is there, the mail service's term, and an end."""
    gone = str(fault.reason.params.get("name", ""))
    keep = fault.reason.code in ("posture-spf-relay", "posture-spf-no-end", "posture-spf-open")
    keep = keep or fault.reason.code in ("posture-spf-neutral", "posture-spf-broken")
    kept = [
        term.text
        for term in terms
        if keep and term.name not in ("all", "redirect") and not (gone and term.target == gone)
    ]
    if expected and expected.lower() not in (text.lower() for text in kept):
        kept.insert(0, expected)
    return " ".join(["v=spf1", *(kept or ["mx"]), "~all"])
