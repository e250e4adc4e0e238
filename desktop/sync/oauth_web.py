"""One form posted to a provider's own address: proven name, one JSON object back, bounded all round.

No redirect is followed, no proxy asked, nothing kept between two posts. What goes out and what
comes back are secrets: neither is ever part of an error.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import ssl
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from desktop.clock import Clock
from desktop.frozen import dataclass
from desktop.sync.oauth_words import SignInError

_HEAD_BYTES = 16 * 1024
_BODY_BYTES = 64 * 1024
_NOT_YET_VALID = 9  # X509_V_ERR_CERT_NOT_YET_VALID
SKEW = 300.0
"""Seconds that this computer's clock may differ from the provider's."""


@dataclass(frozen=True)
class Said:
    """A provider's answer. `skew`: seconds that our clock is ahead of theirs, 0 where it says none."""

    status: int
    fields: Mapping[str, object] = field(repr=False)
    skew: float = 0.0


class Poster:
    """`context` replaces this computer's authorities; `seconds` bounds one post from end to end."""

    def __init__(self, clock: Clock, context: ssl.SSLContext | None = None, seconds: float = 20.0) -> None:
        self._clock = clock
        self._context = context
        self._seconds = seconds

    async def post(self, name: str, url: str, form: Mapping[str, str]) -> Said:
        """Post `form` to `url` of the provider `name`.

        Raises SignInError `sign-in-unreachable`, `sign-in-certificate`, `sign-in-clock-wrong`,
        `sign-in-garbled` (no JSON object, too long, a redirect) or `sign-in-busy`.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(name, url, form)
        except ssl.SSLCertVerificationError as error:
            code = "sign-in-clock-wrong" if error.verify_code == _NOT_YET_VALID else "sign-in-certificate"
            raise SignInError(code, lasting=True, provider=name) from None
        except (EOFError, ValueError, RecursionError, asyncio.LimitOverrunError, http.client.HTTPException):
            raise SignInError("sign-in-garbled", lasting=False, provider=name) from None
        except OSError:  # with TimeoutError and what is left of ssl.SSLError
            raise SignInError("sign-in-unreachable", lasting=False, provider=name) from None

    async def _post(self, name: str, url: str, form: Mapping[str, str]) -> Said:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(url)
        context = self._context or await asyncio.to_thread(ssl.create_default_context)
        body = urlencode(form).encode("ascii")
        head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or 443, ssl=context, server_hostname=parts.hostname, limit=_HEAD_BYTES
        )
        try:
            writer.write(head.encode("ascii") + body)
            await writer.drain()
            status, headers = await _head(reader)
            text = await _body(reader, headers)
        finally:
            writer.transport.abort()
        if status == 429 or status >= 500:
            raise SignInError("sign-in-busy", lasting=False, provider=name, reply=status)
        fields = json.loads(text)
        if not isinstance(fields, dict) or 300 <= status < 400:
            raise ValueError(status)
        return Said(status, fields, self._skew(headers.get("Date", "")))

    def _skew(self, date: str) -> float:
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return 0.0
        theirs = theirs if theirs.tzinfo is not None else theirs.replace(tzinfo=UTC)
        return (self._clock.now() - theirs).total_seconds()


async def _head(reader: asyncio.StreamReader) -> tuple[int, http.client.HTTPMessage]:
    heard = await reader.readuntil(b"\r\n\r\n")
    line, _, rest = heard.partition(b"\r\n")
    version, _, tail = line.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not tail[:3].isdigit():
        raise ValueError("no answer of the web")
    return int(tail[:3]), http.client.parse_headers(io.BytesIO(rest))


async def _body(reader: asyncio.StreamReader, headers: http.client.HTTPMessage) -> bytes:
    if headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
        return await _chunks(reader)
    length = headers.get("Content-Length")
    if length is None:
        found = bytearray()
        while piece := await reader.read(_BODY_BYTES):
            found += piece
            _bounded(len(found))
        return bytes(found)
    if not (length.isascii() and length.isdigit()):
        raise ValueError("no length")
    return await reader.readexactly(_bounded(int(length)))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = bytearray()
    while True:
        line = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        size = int(line, 16)
        if size == 0:
            return bytes(found)
        _bounded(len(found) + size)
        found += await reader.readexactly(size)
        if await reader.readexactly(2) != b"\r\n":
            raise ValueError("no chunk")


def _bounded(size: int) -> int:
    if not 0 <= size <= _BODY_BYTES:
        raise ValueError("too long")
    return size
