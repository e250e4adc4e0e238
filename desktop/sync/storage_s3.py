"""Files of an S3-compatible storage, by obstore's fsspec implementation; for whoever keeps some there.

Path-style addresses, Signature Version 4, one try each: whoever asks decides when to ask again.
What is put follows no redirect. Reads do, which obstore has no switch for, over TLS only: no more
goes along than a signature that is good for this one question to the host that was asked (the
secret itself is never sent), and what comes back is proven by whoever reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import SplitResult

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.fsspec import FsspecStore

from desktop.sync.storage import Found, NoAnswer, Waits, trusted

T = TypeVar("T")

_REGION = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.|fips\.)?([a-z]{2,}(?:-[a-z]+)+-\d+)\.")
_ANY_REGION = "us-east-1"
"""What services without regions of their own expect in a signature."""
_STATUS = re.compile(r"status code: (\d{3})")
_FULL = re.compile(r"<Code>(?:QuotaExceeded|XMinioStorageFull|EntityTooLarge|InsufficientCapacity)</Code>")


class _Files(FsspecStore):
    cachable = False
    """A cached instance would keep the secret."""


class S3Files:
    """Names begin with their bucket. All methods block and raise NoAnswer."""

    def __init__(
        self, parts: SplitResult, user: str, secret: str, ca_file: str, waits: Waits, content_type: str
    ) -> None:
        """Asks nothing yet. Raises what `storage.trusted` raises."""
        options: Any = {
            "allow_http": False,
            "allow_invalid_certificates": False,
            "default_content_type": content_type,
            "connect_timeout": timedelta(seconds=waits.connect),
            "timeout": timedelta(seconds=waits.transfer),
        }
        extra = trusted(ca_file)
        if extra is not None:
            options["root_certificate"] = extra
        region = _REGION.search(parts.hostname or "")
        config: Any = {
            "endpoint": f"https://{parts.netloc}",
            "region": region.group(1) if region else _ANY_REGION,
            "access_key_id": user,
            "secret_access_key": secret,
            "skip_signature": False,
            "virtual_hosted_style_request": False,
        }
        self._files: Any = _Files(
            "s3",
            config=config,
            client_options=options,
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=waits.transfer)},
        )

    def put(self, name: str, content: bytes) -> None:
        self._ask(lambda: self._files.pipe_file(name, content))

    def size(self, name: str) -> int | None:
        """None where there is no such file."""
        try:
            return int(self._ask(lambda: self._files.info(name)["size"]))
        except NoAnswer as answer:
            if answer.kind == "missing":
                return None
            raise

    def get(self, name: str, most: int, *, cut: bool = False) -> bytes:
        """Raises NoAnswer `missing`, and `broken` for a file larger than `most` bytes unless it is `cut`."""
        size = self.size(name)
        if size is None:
            raise NoAnswer("missing")
        if size > most and not cut:
            raise NoAnswer("broken")
        if size == 0:
            return b""
        return bytes(self._ask(lambda: self._files.cat_file(name, start=0, end=min(size, most))))

    def delete(self, name: str) -> None:
        try:
            self._ask(lambda: self._files.rm_file(name))
        except NoAnswer as answer:
            if answer.kind != "missing":
                raise

    def listing(self, folder: str) -> list[Found]:
        """What lies straight in a folder; [] where it is empty, which is all that S3 knows of folders."""
        try:
            rows: list[dict[str, Any]] = self._ask(lambda: self._files.ls(folder, detail=True))
        except NoAnswer as answer:
            if answer.kind == "missing":
                return []
            raise
        return [
            Found(
                str(row["name"]).rstrip("/").rpartition("/")[2], int(row["size"]), row["type"] == "directory"
            )
            for row in rows
        ]

    def close(self) -> None:
        """Its connections end with it."""

    def _ask(self, work: Callable[[], T]) -> T:
        """The library's own words hold addresses and names: they go no further than this."""
        try:
            return work()
        except FileNotFoundError:
            raise NoAnswer("missing") from None
        except (UnauthenticatedError, PermissionDeniedError):
            raise NoAnswer("refused") from None
        except BaseError as error:
            raise _known(str(error)) from None


def _known(said: str) -> NoAnswer:
    if _FULL.search(said):
        return NoAnswer("full")
    status = _STATUS.search(said)
    if status is not None:
        return NoAnswer.of(int(status.group(1)))
    if "error following redirect" in said:
        return NoAnswer("moved")
    if "InvalidCertificate" in said:
        return NoAnswer("certificate")
    if "TimedOut" in said or "Timeout" in said:
        return NoAnswer("slow")
    return NoAnswer("unreachable")
