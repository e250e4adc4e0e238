"""Files of one WebDAV folder (RFC 4918), by webdav4's fsspec implementation; for whoever keeps some there."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import Any, TypeVar
from xml.etree.ElementTree import ParseError

import httpx
from webdav4.client import BadGatewayError, ClientError, HTTPError, InsufficientStorage
from webdav4.client import Client as DavClient
from webdav4.fsspec import WebdavFileSystem
from webdav4.http import Client as DavHttp

from desktop.sync.storage import Found, NoAnswer, Waits, context

T = TypeVar("T")

_QUOTA = (
    '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/></D:prop></D:propfind>'
)
_AVAILABLE = re.compile(r"<(?:\w+:)?quota-available-bytes[^>]*>\s*(\d{1,18})\s*<")
_NO_DAV = (ClientError, OSError, ParseError, AssertionError, ValueError, TypeError, AttributeError)
"""What the libraries make of an answer that is no WebDAV."""


class _Client(DavClient):  # type: ignore[misc] # webdav4 has no types
    def propfind(self, *args: Any, **kwargs: Any) -> Any:
        """The library follows redirects where it lists."""
        return super().propfind(*args, **(kwargs | {"follow_redirects": False}))


class _Files(WebdavFileSystem):  # type: ignore[misc] # fsspec has no types
    cachable = False
    """A cached instance would keep the password."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Nothing makes folders by the way."""


class DavFiles:
    """Names are paths below the address. All methods block and raise NoAnswer."""

    def __init__(self, url: str, user: str, secret: str, ca_file: str, waits: Waits) -> None:
        """Asks nothing yet. Raises what `storage.context` raises."""
        self.http = DavHttp(
            auth=(user, secret) if user else None,
            verify=context(ca_file),
            timeout=httpx.Timeout(waits.answer, connect=waits.connect),
            follow_redirects=False,
            trust_env=False,
        )
        self._client = _Client(url, http_client=self.http, retry=False)
        self._files = _Files(url, client=self._client)

    def put(self, name: str, content: bytes, content_type: str) -> None:
        said = {"Content-Type": content_type}
        self._ask(lambda: self._files.pipe_file(name, content, headers=said))

    def size(self, name: str) -> int | None:
        """None where there is no such file."""
        try:
            found = self._ask(lambda: self._files.info(name))
        except NoAnswer as answer:
            if answer.kind == "missing":
                return None
            raise
        return int(found.get("size") or 0)

    def get(self, name: str, most: int) -> bytes:
        """Raises NoAnswer `missing`, and `broken` for a file larger than `most` bytes."""
        url = str(self._client.join_url(name))
        data = self._ask(lambda: self._read(url, {}, most + 1))
        if len(data) > most:
            raise NoAnswer("broken")
        return data

    def tail(self, url: str, most: int) -> bytes:
        """The end of any file of the server. Raises NoAnswer `missing`."""
        return self._ask(lambda: self._read(url, {"Range": f"bytes=-{most}"}, most))[:most]

    def delete(self, name: str) -> None:
        try:
            self._ask(lambda: self._files.rm_file(name))
        except NoAnswer as answer:
            if answer.kind != "missing":
                raise

    def listing(self, folder: str) -> list[Found]:
        """What lies straight in a folder. Raises NoAnswer `missing`."""
        rows = self._ask(lambda: self._files.ls(folder, detail=True))
        return [
            Found(
                str(row["name"]).rstrip("/").rpartition("/")[2],
                int(row.get("size") or 0),
                row.get("type") == "directory",
            )
            for row in rows
        ]

    def make_folder(self, name: str) -> None:
        """Beside what is there; no trouble where it exists. Raises NoAnswer `missing`."""
        try:
            self._ask(lambda: self._client.request("MKCOL", name, add_trailing_slash=True))
        except NoAnswer as answer:
            if answer.status != 405:  # RFC 4918 9.3.1: it exists
                raise

    def free(self) -> int | None:
        """RFC 4331; None where the server does not say."""
        headers = {"Depth": "0", "Content-Type": "application/xml"}
        try:
            said = self._ask(lambda: str(self._client.propfind("", data=_QUOTA, headers=headers).content))
        except NoAnswer as answer:
            if answer.kind == "broken":
                return None
            raise
        found = _AVAILABLE.search(said)
        return int(found.group(1)) if found else None

    def close(self) -> None:
        self.http.close()

    # --- inside ------------------------------------------------------------------------------

    def _read(self, url: str, headers: dict[str, str], most: int) -> bytes:
        data = b""
        with self.http.stream("GET", url, headers=headers | {"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes(65536):
                data += piece
                if len(data) >= most:
                    break
        return data

    def _ask(self, work: Callable[[], T]) -> T:
        """The libraries' own words hold addresses and names: they go no further than this."""
        try:
            return work()
        except FileNotFoundError:
            raise NoAnswer("missing") from None
        except InsufficientStorage:
            raise NoAnswer("full") from None
        except BadGatewayError:
            raise NoAnswer.of(502) from None
        except HTTPError as error:
            raise NoAnswer.of(error.status_code) from None
        except httpx.HTTPStatusError as error:
            raise NoAnswer.of(error.response.status_code) from None
        except httpx.TransportError as error:
            raise NoAnswer(_unreached(error)) from None
        except _NO_DAV:
            raise NoAnswer("broken") from None


def _unreached(error: httpx.TransportError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        cause = cause.__cause__ or cause.__context__
    slow: Any = httpx.TimeoutException
    return "slow" if isinstance(error, slow) else "unreachable"
