"""A bucket of an S3-compatible storage, or a folder in one, as a target."""

from __future__ import annotations

from urllib.parse import SplitResult

from desktop.errors import InputError
from desktop.models.safekeeping import Place
from desktop.sync.storage import Found, address
from desktop.sync.storage_s3 import S3Files
from desktop.sync.targets.parts import CONTENT_TYPE, WAITS, InParts, ca_known, https_of


class _Files:
    """S3 knows names only; what looks like folders in them is."""

    def __init__(self, files: S3Files, root: str) -> None:
        self._files = files
        self._root = root
        self.close = files.close

    def put(self, path: str, content: bytes) -> None:
        self._files.put(f"{self._root}/{path}", content)

    def get(self, path: str, most: int) -> bytes:
        return self._files.get(f"{self._root}/{path}", most)

    def delete(self, path: str) -> None:
        self._files.delete(f"{self._root}/{path}")

    def listing(self, folder: str) -> list[Found]:
        return self._files.listing(f"{self._root}/{folder}".rstrip("/"))

    def make_folder(self, folder: str) -> None:
        """There is nothing to make."""

    def free(self) -> int | None:
        """S3 does not say."""
        return None


class Bucket(InParts):
    """Fulfils `base.Reached`."""

    def __init__(self, place: Place, secret: str, vault_tag: str) -> None:
        """Asks nothing yet. Raises InputError `target-address-wrong`, TargetError `target-ca-file`."""
        parts, root = bucket_of(place)
        with ca_known():
            files = S3Files(parts, place.user, secret, place.ca_file, WAITS, CONTENT_TYPE)
        super().__init__(_Files(files, root), vault_tag)


def bucket_of(place: Place) -> tuple[SplitResult, str]:
    """The address, and the bucket with the folder in it. Raises InputError `target-no-bucket`."""
    parts = address(https_of(place))
    root = parts.path.strip("/")
    if not root:
        raise InputError("target-no-bucket")
    return parts, root
