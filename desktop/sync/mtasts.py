"""MTA-STS (RFC 8461): a domain's own rule, fetched from its own web server, that mail is encrypted.

The record in the domain name system only says that there is a policy and which; the policy
counts because the web server proves its name. So: a verified host name, no redirects, plain
text, 64 KiB, and a time for the whole.
"""

from __future__ import annotations

import asyncio
import http.client
import re
import ssl
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import dns.rdatatype

from desktop.frozen import dataclass
from desktop.sync.dns import Resolver, State, text_of
from desktop.sync.https import TooLarge, Web

POLICY_BYTES = 64 * 1024
"""RFC 8461 3.3 suggests this limit."""
FETCH_SECONDS = 20.0
MAX_AGE = 31_557_600
"""RFC 8461 3.2: about a year."""
MX_PATTERNS = 100
_PAGE = "/.well-known/mta-sts.txt"
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_PATTERN = re.compile(r"(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}\.?")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


class Problem(StrEnum):
    """Why there is no policy to go by."""

    NONE = "none"
    """No record: the domain promises nothing."""
    FAILED = "failed"
    """The name system gave no answer."""
    MALFORMED = "malformed"
    UNREACHABLE = "unreachable"
    """No web server, a redirect, an error page, too large, too slow."""
    BAD_CERTIFICATE = "bad-certificate"


@dataclass(frozen=True)
class Policy:
    """`max_age` in seconds; `mx` as the policy writes it, lower case."""

    mode: str
    mx: tuple[str, ...]
    max_age: int


@dataclass(frozen=True)
class StsSeen:
    """`id` is the record's; `policy` is None where `problem` says why."""

    problem: Problem | None
    id: str = ""
    policy: Policy | None = None


class StsError(Exception):
    """The policy is not to be had; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Fetcher(Protocol):
    """Gets the policy's bytes from `host`; raises `StsError`."""

    async def fetch(self, host: str) -> bytes: ...


def parse_record(texts: Sequence[str | None]) -> str:
    """The id in the one record that there may be (RFC 8461 3.1); raises `StsError`."""
    found = [text for text in texts if text is not None and text.lower().startswith("v=stsv1")]
    if not found:
        raise StsError(Problem.NONE)
    fields = [part.strip(" \t").partition("=") for part in found[0].split(";")]
    ids = [value for name, _, value in fields[1:] if name == "id"]
    if len(found) > 1 or fields[0] != ("v", "=", "STSv1") or len(ids) != 1 or not _ID.fullmatch(ids[0]):
        raise StsError(Problem.MALFORMED)
    return ids[0]


def parse_policy(body: bytes) -> Policy:
    """The policy's text (RFC 8461 3.2); of a field that stands twice the first counts; raises `StsError`."""
    try:
        lines = body.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise StsError(Problem.MALFORMED) from error
    fields: dict[str, str] = {}
    patterns: list[str] = []
    for line in lines:
        key, colon, value = line.partition(":")
        value = value.strip(" \t")
        if not line.strip():
            continue
        if not colon or not _KEY.fullmatch(key):
            raise StsError(Problem.MALFORMED)
        if key == "mx":
            patterns.append(value.lower())
        fields.setdefault(key, value)
    age = fields.get("max_age", "")
    good = (
        fields.get("version") == "STSv1"
        and fields.get("mode") in ("enforce", "testing", "none")
        and re.fullmatch(r"[0-9]{1,10}", age)
        and int(age) <= MAX_AGE
        and len(patterns) <= MX_PATTERNS
        and all(_PATTERN.fullmatch(each) for each in patterns)
        and (patterns or fields.get("mode") == "none")
    )
    if not good:
        raise StsError(Problem.MALFORMED)
    return Policy(fields["mode"], tuple(patterns), int(age))


async def look(resolver: Resolver, fetcher: Fetcher, domain: str) -> StsSeen:
    """What `domain` promises now. Never raises for what a stranger does."""
    reply = await resolver.ask(f"_mta-sts.{domain}", dns.rdatatype.TXT)
    if reply.state is State.FAILED:
        return StsSeen(Problem.FAILED)
    named = ""
    try:
        named = parse_record([text_of(record) for record in reply.records])
        return StsSeen(None, named, parse_policy(await fetcher.fetch(f"mta-sts.{domain}")))
    except StsError as error:
        return StsSeen(error.problem, named)


class HttpsFetcher:
    """Asks the policy host itself; its address comes from the same resolver.

    `context` replaces this computer's authorities, `port` the usual one: for a server of one's own.
    """

    def __init__(
        self,
        resolver: Resolver,
        context: ssl.SSLContext | None = None,
        port: int = 443,
        seconds: float = FETCH_SECONDS,
    ) -> None:
        self._resolver = resolver
        self._web = Web(context, port, lambda _: True)
        self._seconds = seconds

    async def fetch(self, host: str) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                where = await self._address(host)
                answer = await self._web.get(host, (where,), _PAGE, POLICY_BYTES)
        except ssl.SSLCertVerificationError as error:
            raise StsError(Problem.BAD_CERTIFICATE) from error
        except (OSError, EOFError, TooLarge, http.client.HTTPException, ValueError) as error:
            raise StsError(Problem.UNREACHABLE) from error
        # 3xx are not followed (RFC 8461 3.3).
        if answer.status != 200 or answer.kind != "text/plain":
            raise StsError(Problem.UNREACHABLE)
        return answer.body

    async def _address(self, host: str) -> str:
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            reply = await self._resolver.ask(host, kind)
            if reply.records:
                return str(reply.records[0].address)
        raise StsError(Problem.UNREACHABLE)
