"""`storage test`: a file is put, fetched by its link, not found under another name, and deleted.

The link is opened as a patient would, without signing in. A link that shows the list of
files fails the test: whoever has one link must not find the others.
"""

from __future__ import annotations

import secrets
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from desktop.config import STORAGE_LIMITS
from desktop.mail.hosted import link, new_name
from desktop.models.protection import Storage
from desktop.models.records import Reason
from desktop.sync import storage as base
from desktop.sync.storage import Place, StorageError

if TYPE_CHECKING:
    import httpx


def open_place(storage: Storage, secret: str) -> Place:
    """Sign in to nothing yet: the first request does. Raises StorageError, InputError."""
    if storage.kind == "s3":
        from desktop.sync.storage_bucket import Bucket

        return Bucket(storage, secret)
    from desktop.sync.storage_folder import Folder

    return Folder(storage, secret)


def check_storage(storage: Storage, secret: str) -> tuple[bool, tuple[Reason, ...]]:
    """Each step that was passed, and the one that failed; whatever happens, the file is deleted."""
    steps: list[Reason] = []
    name = new_name()
    content = f"<!doctype html><title>Sealwell</title>{secrets.token_hex(32)}".encode("ascii")
    try:
        with closing(open_place(storage, secret)) as place:
            try:
                place.put(name, content)
                steps.append(Reason("storage-step-put"))
                _public(storage, name, content, steps)
            except StorageError:
                with suppress(StorageError):  # the first trouble is the one to tell
                    place.delete(name)
                raise
            place.delete(name)
            if place.exists(name):
                raise StorageError("storage-keeps-files", storage=storage.name)
            steps.append(Reason("storage-step-deleted"))
            if storage.access_log:
                place.access_log("")
                steps.append(Reason("storage-step-log"))
    except StorageError as error:
        return False, (*steps, Reason(error.code, dict(error.params)))
    return True, tuple(steps)


def _public(storage: Storage, name: str, content: bytes, steps: list[Reason]) -> None:
    """What somebody with a link sees, and somebody without one."""
    import httpx

    timeout = httpx.Timeout(STORAGE_LIMITS.answer, connect=STORAGE_LIMITS.connect)
    with httpx.Client(
        verify=base.context(storage.ca_file), timeout=timeout, follow_redirects=False, trust_env=False
    ) as browser:
        status, kind, body = _get(browser, link(storage, name), storage)
        if status != 200 or body != content:
            raise StorageError("storage-link-closed", storage=storage.name, status=status)
        if kind.partition(";")[0].strip().lower() != "text/html":
            raise StorageError("storage-link-type", storage=storage.name)
        steps.append(Reason("storage-step-link"))
        other, _, _ = _get(browser, link(storage, new_name()), storage)
        _, _, listed = _get(browser, f"{storage.public_url.rstrip('/')}/", storage)
        if other == 200 or name.encode("ascii") in listed:
            raise StorageError("storage-open-list", storage=storage.name)
        steps.append(Reason("storage-step-hidden"))


def _get(browser: httpx.Client, url: str, storage: Storage) -> tuple[int, str, bytes]:
    import httpx

    data = b""
    try:
        with browser.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
            for piece in answer.iter_bytes(65536):
                data += piece
                if len(data) > STORAGE_LIMITS.page_bytes:
                    break
            return answer.status_code, answer.headers.get("Content-Type", ""), data
    except httpx.HTTPError:
        raise StorageError("storage-link-closed", storage=storage.name, status=0) from None
