"""A bucket of an S3-compatible storage, by obstore's fsspec implementation.

Path-style addresses, Signature Version 4, one try each: whoever asks decides when to ask
again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.fsspec import FsspecStore

from desktop.config import STORAGE_LIMITS
from desktop.models.protection import Storage
from desktop.sync import storage as base
from desktop.sync.storage import StorageError

T = TypeVar("T")

_REGION = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.|fips\.)?([a-z]{2,}(?:-[a-z]+)+-\d+)\.")
_ANY_REGION = "us-east-1"
"""What services without regions of their own expect in a signature."""
_STATUS = re.compile(r"status code: (\d{3})")
_FULL = re.compile(r"<Code>(?:QuotaExceeded|XMinioStorageFull|EntityTooLarge|InsufficientCapacity)</Code>")


class _Files(FsspecStore):
    cachable = False
    """A cached instance would keep the secret."""


class Bucket:
    """Fulfils `storage.Place`."""

    def __init__(self, storage: Storage, secret: str) -> None:
        parts = base.address(storage.url)
        self._storage = storage
        self._path = parts.path.strip("/")
        if not self._path:
            raise StorageError("storage-no-bucket")
        options: Any = {
            "allow_http": False,
            "allow_invalid_certificates": False,
            "default_content_type": base.CONTENT_TYPE,
            "connect_timeout": timedelta(seconds=STORAGE_LIMITS.connect),
            "timeout": timedelta(seconds=STORAGE_LIMITS.transfer),
        }
        extra = base.trusted(storage.ca_file)
        if extra is not None:
            options["root_certificate"] = extra
        region = _REGION.search(parts.hostname or "")
        config: Any = {
            "endpoint": f"https://{parts.netloc}",
            "region": region.group(1) if region else _ANY_REGION,
            "access_key_id": storage.user,
            "secret_access_key": secret,
            "skip_signature": False,
            "virtual_hosted_style_request": False,
        }
        self._files: Any = _Files(
            "s3",
            config=config,
            client_options=options,
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=STORAGE_LIMITS.transfer)},
        )

    def put(self, name: str, content: bytes) -> None:
        base.refuse_too_large(content)
        self._ask(lambda: self._files.pipe_file(f"{self._path}/{name}", content))

    def exists(self, name: str) -> bool:
        try:
            self._ask(lambda: self._files.info(f"{self._path}/{name}"))
        except StorageError as error:
            if error.code == "storage-missing":
                return False
            raise
        return True

    def delete(self, name: str) -> None:
        try:
            self._ask(lambda: self._files.rm_file(f"{self._path}/{name}"))
        except StorageError as error:
            if error.code != "storage-missing":
                raise

    def access_log(self, after: str) -> tuple[Iterable[str], str]:
        """`access_log` is `BUCKET/FOLDER`; the files' names begin with their time and sort by it."""
        folder = self._storage.access_log.strip("/")
        try:
            names: list[str] = sorted(self._ask(lambda: self._files.ls(folder, detail=False)))
        except StorageError as error:
            if error.code == "storage-missing":  # nothing has been written yet
                return (), after
            raise
        new = [name for name in names if name > after][: STORAGE_LIMITS.log_files]
        lines: list[str] = []
        for name in new:
            data: bytes = self._ask(lambda name=name: self._files.cat_file(name))  # type: ignore[misc]
            lines += data[: STORAGE_LIMITS.log_bytes].decode("utf-8", "replace").splitlines()
        return lines, new[-1] if new else after

    def close(self) -> None:
        """Its connections end with it."""

    def _ask(self, work: Callable[[], T]) -> T:
        """The library's own words hold addresses and names: they go no further than this."""
        try:
            return work()
        except FileNotFoundError:
            raise StorageError("storage-missing", storage=self._storage.name) from None
        except (UnauthenticatedError, PermissionDeniedError):
            raise StorageError("storage-refused", storage=self._storage.name) from None
        except BaseError as error:
            raise self._known(str(error)) from None

    def _known(self, said: str) -> StorageError:
        name = self._storage.name
        if _FULL.search(said):
            return StorageError("storage-full", storage=name)
        status = _STATUS.search(said)
        if status is not None:
            return base.of_status(int(status.group(1)), self._storage)
        if "InvalidCertificate" in said:
            return StorageError("storage-certificate", storage=name)
        if "TimedOut" in said or "Timeout" in said:
            return StorageError("storage-slow", storage=name)
        return StorageError("storage-unreachable", storage=name)
