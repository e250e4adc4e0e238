"""A bucket of an S3-compatible storage, for locked files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from desktop.config import STORAGE_LIMITS
from desktop.models.protection import Storage
from desktop.sync import storage as base
from desktop.sync.storage import NoAnswer, StorageError
from desktop.sync.storage_s3 import S3Files


class Bucket:
    """Fulfils `storage.Place`."""

    def __init__(self, storage: Storage, secret: str) -> None:
        parts = base.address(storage.url)
        self._storage = storage
        self._path = parts.path.strip("/")
        if not self._path:
            raise StorageError("storage-no-bucket")
        self._files = S3Files(parts, storage.user, secret, storage.ca_file, base.WAITS, base.CONTENT_TYPE)

    def put(self, name: str, content: bytes) -> None:
        base.refuse_too_large(content)
        with self._known():
            self._files.put(f"{self._path}/{name}", content)

    def exists(self, name: str) -> bool:
        with self._known():
            return self._files.size(f"{self._path}/{name}") is not None

    def delete(self, name: str) -> None:
        with self._known():
            self._files.delete(f"{self._path}/{name}")

    def access_log(self, after: str) -> tuple[Iterable[str], str]:
        """`access_log` is `BUCKET/FOLDER`; the files' names begin with their time and sort by it."""
        folder = self._storage.access_log.strip("/")
        lines: list[str] = []
        with self._known():
            names = sorted(f"{folder}/{one.name}" for one in self._files.listing(folder))
            new = [name for name in names if name > after][: STORAGE_LIMITS.log_files]
            for name in new:
                data = self._files.get(name, STORAGE_LIMITS.log_bytes, cut=True)
                lines += data.decode("utf-8", "replace").splitlines()
        return lines, new[-1] if new else after

    def close(self) -> None:
        self._files.close()

    @contextmanager
    def _known(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer as answer:
            raise base.known(answer, self._storage) from None
