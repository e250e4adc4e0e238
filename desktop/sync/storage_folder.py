"""A folder of a WebDAV server (RFC 4918), by webdav4's fsspec implementation."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpx
from webdav4.client import BadGatewayError, ClientError, HTTPError, InsufficientStorage
from webdav4.client import Client as DavClient
from webdav4.fsspec import WebdavFileSystem
from webdav4.http import Client as DavHttp

from desktop.config import STORAGE_LIMITS
from desktop.models.protection import Storage
from desktop.sync import storage as base
from desktop.sync.storage import StorageError

T = TypeVar("T")


class _Files(WebdavFileSystem):  # type: ignore[misc] # fsspec has no types
    cachable = False
    """A cached instance would keep the password."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Files go straight into the folder that the address names; it is never made."""


class Folder:
    """Fulfils `storage.Place`."""

    def __init__(self, storage: Storage, secret: str) -> None:
        base.address(storage.url)
        self._storage = storage
        self._http = DavHttp(
            auth=(storage.user, secret) if storage.user else None,
            verify=base.context(storage.ca_file),
            timeout=httpx.Timeout(STORAGE_LIMITS.answer, connect=STORAGE_LIMITS.connect),
            follow_redirects=False,
            trust_env=False,
        )
        client = DavClient(storage.url, http_client=self._http, retry=False)
        self._files = _Files(storage.url, client=client)

    def put(self, name: str, content: bytes) -> None:
        base.refuse_too_large(content)
        said = {"Content-Type": base.CONTENT_TYPE}
        self._ask(lambda: self._files.pipe_file(name, content, headers=said))

    def exists(self, name: str) -> bool:
        try:
            self._ask(lambda: self._files.info(name))
        except StorageError as error:
            if error.code == "storage-missing":
                return False
            raise
        return True

    def delete(self, name: str) -> None:
        try:
            self._ask(lambda: self._files.rm_file(name))
        except StorageError as error:
            if error.code != "storage-missing":
                raise

    def access_log(self, after: str) -> tuple[Iterable[str], str]:
        """The end of the web server's log, read anew each time: it begins again when it is rotated."""
        return self._ask(self._tail), after

    def close(self) -> None:
        self._http.close()

    def _tail(self) -> list[str]:
        limit = STORAGE_LIMITS.log_bytes
        wanted = {"Range": f"bytes=-{limit}", "Accept-Encoding": "identity"}
        data = b""
        with self._http.stream("GET", self._storage.access_log, headers=wanted) as answer:
            if answer.status_code == 404:
                return []
            answer.raise_for_status()
            for piece in answer.iter_bytes(65536):
                data += piece
                if len(data) >= limit:
                    break
        return data[:limit].decode("utf-8", "replace").splitlines()

    def _ask(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except FileNotFoundError:
            raise StorageError("storage-missing", storage=self._storage.name) from None
        except InsufficientStorage:
            raise StorageError("storage-full", storage=self._storage.name) from None
        except BadGatewayError:
            raise base.of_status(502, self._storage) from None
        except HTTPError as error:
            raise base.of_status(error.status_code, self._storage) from None
        except httpx.HTTPStatusError as error:
            raise base.of_status(error.response.status_code, self._storage) from None
        except (ClientError, OSError):  # an answer that is no WebDAV
            raise StorageError("storage-broken", storage=self._storage.name, status=0) from None
        except httpx.TransportError as error:
            raise self._unreached(error) from None

    def _unreached(self, error: httpx.TransportError) -> StorageError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return StorageError("storage-certificate", storage=self._storage.name)
            cause = cause.__cause__ or cause.__context__
        slow: Any = httpx.TimeoutException
        code = "storage-slow" if isinstance(error, slow) else "storage-unreachable"
        return StorageError(code, storage=self._storage.name)
