"""One GET from one web server that is not trusted: proven name, bounded size, no following.

Who calls says where the server is and bounds the time; what comes is one whole answer.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import ipaddress
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import cast

from desktop.frozen import dataclass

_HEAD_BYTES = 16 * 1024
_PIECE = 16 * 1024
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Answer:
    """`body` is whole; `location` is where a redirect would lead."""

    status: int
    kind: str
    location: str = ""
    body: bytes = field(default=b"", repr=False)


class TooLarge(Exception):
    """There is more than was asked for."""


class PrivateAddress(Exception):
    """The name leads into a network that a stranger has no business to send us into."""


def is_public(address: str) -> bool:
    """Whether this IP address is on the open network, also what is wrapped inside an IPv6 address."""
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return False
    inside: list[ipaddress.IPv4Address] = []
    if isinstance(there, ipaddress.IPv6Address):
        teredo = there.teredo or ()
        inside = [each for each in (there.ipv4_mapped, there.sixtofour, *teredo) if each is not None]
        if there in _NAT64:
            inside.append(ipaddress.IPv4Address(int(there) & 0xFFFFFFFF))
        if there.ipv4_mapped is not None:
            return all(is_public(str(each)) for each in inside)
    return there.is_global and not there.is_multicast and all(is_public(str(each)) for each in inside)


class Web:
    """Asks over TLS 1.2 or newer; `context` replaces this computer's authorities, `port` the usual one.

    `reachable` says which addresses may be connected to.
    """

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        port: int = 443,
        reachable: Callable[[str], bool] = is_public,
    ) -> None:
        self._context = context or ssl.create_default_context()
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._port = port
        self._reachable = reachable

    async def get(
        self,
        host: str,
        addresses: Sequence[str],
        target: str,
        limit: int,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer of `host` at the first of `addresses` that takes a connection.

        `headers` are asked with, besides the usual ones; who gives them has checked them.

        Raises PrivateAddress, TooLarge (`limit` octets of body), and what the line and the
        protocol raise: OSError with `ssl.SSLError`, EOFError, `http.client.HTTPException`, ValueError.
        """
        if not all(self._reachable(each) for each in addresses):
            raise PrivateAddress
        problem: OSError = ConnectionError("no address")
        for address in addresses:
            try:
                reader, writer = await asyncio.open_connection(
                    address, self._port, ssl=self._context, server_hostname=host
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                problem = error
                continue
            try:
                return await _exchange(reader, writer, host, target, limit, headers or {})
            finally:
                writer.transport.abort()
        raise problem


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    host: str,
    target: str,
    limit: int,
    headers: Mapping[str, str],
) -> Answer:
    fields = {"Host": host, "Accept": "*/*", "Connection": "close", **headers}
    asked = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"GET {target} HTTP/1.1\r\n{asked}\r\n".encode("ascii"))
    await writer.drain()
    heard = bytearray()
    # A chunked body may be twice as long on the line; what counts is measured when it is read.
    while len(heard) <= 2 * limit + _HEAD_BYTES:
        piece = await reader.read(_PIECE)
        if not piece:
            return _read(bytes(heard), limit)
        heard += piece
    raise TooLarge


class _Heard:
    """What came over the line, in the shape that `http.client` reads from."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._answer)


def _read(answer: bytes, limit: int) -> Answer:
    response = http.client.HTTPResponse(cast("http.client.socket.socket", _Heard(answer)))  # type: ignore[name-defined]
    response.begin()
    body = response.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    if (response.length or 0) > 0:
        raise EOFError
    kind = response.headers.get_content_type()
    return Answer(response.status, kind, response.headers.get("Location", ""), body)
