"""A folder of a WebDAV server, for locked files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from desktop.config import STORAGE_LIMITS
from desktop.models.protection import Storage
from desktop.sync import storage as base
from desktop.sync.storage import NoAnswer
from desktop.sync.storage_webdav import DavFiles


class Folder:
    """Fulfils `storage.Place`."""

    def __init__(self, storage: Storage, secret: str) -> None:
        base.address(storage.url)
        self._storage = storage
        self._files = DavFiles(storage.url, storage.user, secret, storage.ca_file, base.WAITS)

    def put(self, name: str, content: bytes) -> None:
        base.refuse_too_large(content)
        with self._known():
            self._files.put(name, content, base.CONTENT_TYPE)

    def exists(self, name: str) -> bool:
        with self._known():
            return self._files.size(name) is not None

    def delete(self, name: str) -> None:
        with self._known():
            self._files.delete(name)

    def access_log(self, after: str) -> tuple[Iterable[str], str]:
        """The end of the web server's log, read anew each time: it begins again when it is rotated."""
        with self._known():
            try:
                data = self._files.tail(self._storage.access_log, STORAGE_LIMITS.log_bytes)
            except NoAnswer as answer:
                if answer.kind != "missing":
                    raise
                data = b""
        return data.decode("utf-8", "replace").splitlines(), after

    def close(self) -> None:
        self._files.close()

    @contextmanager
    def _known(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer as answer:
            raise base.known(answer, self._storage) from None
