"""What Linux says about a folder's disk, the screen lock and the clock.

Mounts come from /proc/self/mountinfo (proc(5)), block devices from /sys/dev/block
(sysfs(5)): a device-mapper table of cryptsetup's carries a uuid that begins with CRYPT-.
"""

from __future__ import annotations

import configparser
import ctypes
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from desktop.access.computer_run import Run, run
from desktop.access.computer_sync import sync_service
from desktop.frozen import dataclass

if sys.platform == "linux":
    import fcntl

    def _ask_flags(descriptor: int, flags: bytearray) -> None:
        fcntl.ioctl(descriptor, _FS_IOC_GETFLAGS, flags)

else:

    def _ask_flags(descriptor: int, flags: bytearray) -> None:
        """No such question."""


_NETWORK = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs"}
    | {"nfs4", "ocfs2", "orangefs", "smb3", "smbfs", "vboxsf", "vmhgfs"}
)
_NETWORK_FUSE = frozenset(
    {"ceph", "curlftpfs", "davfs", "davfs2", "gcsfuse", "glusterfs", "google-drive-ocamlfuse", "goofys"}
    | {"gvfsd-fuse", "juicefs", "mfs", "onedriver", "rclone", "s3fs", "smbnetfs", "sshfs", "vmhgfs-fuse"}
)
_ENCRYPTING = frozenset({"ecryptfs", "fuse.cryfs", "fuse.encfs", "fuse.gocryptfs", "fuse.securefs"})
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOST_LAYERS = 16
"""Of block devices over one another; more is a circle."""
_FS_IOC_GETFLAGS = 0x80086601
_FS_ENCRYPT_FL = 0x800
_TIME_ERROR = 5

_GSETTINGS = (
    ("cinnamon", "org.cinnamon.desktop.screensaver", "org.cinnamon.desktop.session"),
    ("mate", "org.mate.screensaver", "org.mate.session"),
    ("gnome", "org.gnome.desktop.screensaver", "org.gnome.desktop.session"),
    ("unity", "org.gnome.desktop.screensaver", "org.gnome.desktop.session"),
)
"""Desktop (as in XDG_CURRENT_DESKTOP), the settings of its lock, and of its idle time."""


@dataclass(frozen=True)
class _Mount:
    device: str
    point: Path
    kind: str
    source: str


class LinuxProbe:
    """Answers `computer.Probe`; `root` stands for / in tests."""

    def __init__(
        self,
        root: Path = Path("/"),
        home: Path | None = None,
        environ: Mapping[str, str] = os.environ,
        ask: Run = run,
    ) -> None:
        self._proc = root / "proc"
        self._sys = root / "sys"
        self._home = home
        self._environ = environ
        self._ask = ask

    def network_share(self, folder: Path) -> bool | None:
        mount = self._mount(folder)
        return None if mount is None else _is_network(mount)

    def disk_encrypted(self, folder: Path) -> bool | None:
        mount = self._mount(folder)
        if mount is None or _is_network(mount):
            return None
        if mount.kind in _ENCRYPTING or _encrypted_by_file_system(folder):
            return True
        device = self._block_device(mount)
        return None if device is None else self._encrypted(device, _MOST_LAYERS)

    def screen_lock(self) -> bool | None:
        desktops = self._environ.get("XDG_CURRENT_DESKTOP", "").lower()
        if "kde" in desktops:
            return self._kde_lock()
        for desktop, lock, idle in _GSETTINGS:
            if desktop in desktops:
                return self._gsettings_lock(lock, idle)
        return None

    def clock_kept(self) -> bool | None:
        """adjtimex(2): the kernel calls its clock unsynchronised when nobody has set it for hours."""
        # A zeroed struct timex asks and changes nothing; it has 208 bytes on 64-bit systems.
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
        return None if state < 0 else state != _TIME_ERROR

    def sync_service(self, folder: Path) -> str:
        return sync_service(folder, self._home or Path.home(), self._environ)

    def hides_window(self) -> bool:
        """Neither X11 nor Wayland lets a program ask for it."""
        return False

    # --- mounts and devices ---------------------------------------------------------

    def _mount(self, folder: Path) -> _Mount | None:
        """The one that holds `folder`: the deepest, and of several at one place the last."""
        try:
            # In this order: looking at the folder may be what mounts it.
            place = folder.resolve()
            text = (self._proc / "self" / "mountinfo").read_text("utf-8", errors="surrogateescape")
        except (OSError, RuntimeError):
            return None
        found: _Mount | None = None
        for line in text.splitlines():
            mount = _parsed(line)
            if mount is None or not place.is_relative_to(mount.point):
                continue
            if found is None or len(mount.point.parts) >= len(found.point.parts):
                found = mount
        return found

    def _block_device(self, mount: _Mount) -> Path | None:
        device = self._sys / "dev" / "block" / mount.device
        if device.is_dir():
            return device
        # Btrfs and others number themselves; what they lie on stands in the source.
        if not mount.source.startswith("/dev/"):
            return None
        device = self._sys / "class" / "block" / Path(mount.source).resolve().name
        if device.is_dir():
            return device
        return self._mapped(Path(mount.source).name)

    def _mapped(self, name: str) -> Path | None:
        """A device-mapper device by its name in /dev/mapper."""
        for device in sorted((self._sys / "class" / "block").glob("dm-*")):
            if _line(device / "dm" / "name") == name:
                return device
        return None

    def _encrypted(self, device: Path, layers: int) -> bool | None:
        if not layers:
            return None
        if (_line(device / "dm" / "uuid") or "").startswith("CRYPT-"):
            return True
        below = [path for path in _children(device / "slaves") if path.is_dir()]
        if not below:
            backing = _line(device / "loop" / "backing_file")
            return self.disk_encrypted(Path(backing)) if backing else False
        answers = {self._encrypted(path, layers - 1) for path in below}
        if answers == {True}:
            return True
        return False if False in answers else None

    # --- screen locks ---------------------------------------------------------------

    def _gsettings_lock(self, lock: str, idle: str) -> bool | None:
        enabled = self._ask(("gsettings", "get", lock, "lock-enabled"))
        delay = self._ask(("gsettings", "get", idle, "idle-delay"))
        if enabled not in ("true", "false"):
            return None
        return enabled == "true" and (delay is None or delay.split()[-1:] != ["0"])

    def _kde_lock(self) -> bool | None:
        """kscreenlocker's own file; what is not in it has its default, which is to lock."""
        named = self._environ.get("XDG_CONFIG_HOME")
        folder = Path(named) if named else (self._home or Path.home()) / ".config"
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(folder / "kscreenlockerrc", "utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            return None
        locks = parser.get("Daemon", "Autolock", fallback="true").strip().lower() != "false"
        return locks and parser.get("Daemon", "Timeout", fallback="5").strip() != "0"


def _parsed(line: str) -> _Mount | None:
    """One line of mountinfo: `id parent major:minor root point options [fields] - kind source options`."""
    before, dash, after = line.partition(" - ")
    fields, rest = before.split(" "), after.split(" ")
    if not dash or len(fields) < 6 or len(rest) < 2:
        return None
    return _Mount(fields[2], Path(_unescaped(fields[4])), rest[0], _unescaped(rest[1]))


def _unescaped(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def _is_network(mount: _Mount) -> bool:
    if mount.kind in _NETWORK:
        return True
    kind, _, program = mount.kind.partition(".")
    # davfs2 and others of its kind give no name of their own, but an address as the source.
    return kind == "fuse" and (program in _NETWORK_FUSE or "://" in mount.source)


def _encrypted_by_file_system(folder: Path) -> bool:
    """fscrypt (ext4, f2fs, ubifs, ceph): the folder, or the one it will be made in, bears a mark."""
    place = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    flags = bytearray(8)
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except OSError:
        return False
    try:
        _ask_flags(descriptor, flags)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return bool(int.from_bytes(flags[:4], sys.byteorder) & _FS_ENCRYPT_FL)


def _line(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return None


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
