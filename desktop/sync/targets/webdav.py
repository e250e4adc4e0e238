"""A folder of a WebDAV server as a target."""

from __future__ import annotations

from desktop.models.safekeeping import Place
from desktop.sync.storage import Found
from desktop.sync.storage_webdav import DavFiles
from desktop.sync.targets.parts import CONTENT_TYPE, WAITS, InParts, ca_known, https_of


class _Files:
    def __init__(self, files: DavFiles) -> None:
        self.get, self.delete = files.get, files.delete
        self.make_folder, self.free, self.close = files.make_folder, files.free, files.close
        self._files = files

    def put(self, path: str, content: bytes) -> None:
        self._files.put(path, content, CONTENT_TYPE)

    def listing(self, folder: str) -> list[Found]:
        return self._files.listing(folder)


class Dav(InParts):
    """Fulfils `base.Reached`."""

    def __init__(self, place: Place, secret: str, vault_tag: str) -> None:
        """Asks nothing yet. Raises InputError `target-address-wrong`, TargetError `target-ca-file`."""
        url = https_of(place)
        with ca_known():
            files = DavFiles(url, place.user, secret, place.ca_file, WAITS)
        super().__init__(_Files(files), vault_tag)
