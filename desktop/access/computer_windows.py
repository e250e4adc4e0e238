"""What Windows says about a folder's disk, the screen lock and the clock; none of it needs an administrator.

Sources: GetDriveTypeW (fileapi.h); the shell's property System.Volume.BitLockerProtection;
the registry values behind "Password protect the screen saver", "Interactive logon: Machine
inactivity limit" and "Require sign-in" (Group Policy Settings Reference), and the Windows
Time service's `Type`.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path, PureWindowsPath

from desktop.access.computer_run import Run, run
from desktop.access.computer_sync import sync_service

Registry = Callable[[str, str, str], "str | int | None"]
"""Hive (HKLM or HKCU), key, value's name; None where there is none."""

if sys.platform == "win32":
    import winreg

    def read_registry(hive: str, key: str, name: str) -> str | int | None:
        """A value of the registry, None where it is not set or may not be read."""
        root = winreg.HKEY_LOCAL_MACHINE if hive == "HKLM" else winreg.HKEY_CURRENT_USER
        try:
            with winreg.OpenKey(root, key) as opened:
                value = winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None
        return value if isinstance(value, str | int) else None

    def drive_type(root: str) -> int:
        r"""GetDriveTypeW of `X:\`."""
        return int(ctypes.windll.kernel32.GetDriveTypeW(root))

else:

    def read_registry(hive: str, key: str, name: str) -> str | int | None:
        """There is no registry."""
        return None

    def drive_type(root: str) -> int:
        """There are no drives."""
        return 0


_DRIVE_UNKNOWN = frozenset({0, 1})
_DRIVE_REMOTE = 4
_DRIVE = re.compile(r"[A-Za-z]:")

_PROTECTED = frozenset({"1", "6"})
"""On, and on but locked; 3 is still being encrypted."""
_UNPROTECTED = frozenset({"2", "3", "4", "5", "8"})
"""Off, being encrypted, being decrypted, suspended, waiting to be switched on: the key lies open."""

_DESKTOP = r"Control Panel\Desktop"
_DESKTOP_POLICY = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop"
_SYSTEM_POLICY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_TIME = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
_NEVER = 0xFFFFFFFF


class WindowsProbe:
    """Answers `computer.Probe`."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        registry: Registry = read_registry,
        drive: Callable[[str], int] = drive_type,
        ask: Run = run,
    ) -> None:
        self._environ = environ
        self._registry = registry
        self._drive = drive
        self._ask = ask

    def network_share(self, folder: Path) -> bool | None:
        r"""A mapped letter, or a name that begins with \\server (resolving turns letters into such)."""
        for path in (str(folder), _resolved(folder)):
            drive = _plain_drive(path)
            if drive.startswith("\\\\"):
                return True
            kind = self._drive(f"{drive}\\")
            if kind == _DRIVE_REMOTE:
                return True
            if kind in _DRIVE_UNKNOWN:
                return None
        return False

    def disk_encrypted(self, folder: Path) -> bool | None:
        drive = _plain_drive(_resolved(folder))
        if not _DRIVE.fullmatch(drive):
            return None
        shell = PureWindowsPath(self._environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
        question = (
            f"(New-Object -ComObject Shell.Application).NameSpace('{drive}\\').Self"
            ".ExtendedProperty('System.Volume.BitLockerProtection')"
        )
        said = self._ask(
            (
                str(shell / "WindowsPowerShell" / "v1.0" / "powershell.exe"),
                "-NoProfile",
                "-NonInteractive",
                "-Command",
                question,
            )
        )
        if said in _PROTECTED:
            return True
        return False if said in _UNPROTECTED else None

    def screen_lock(self) -> bool | None:
        limit = self._registry("HKLM", _SYSTEM_POLICY, "InactivityTimeoutSecs")
        if isinstance(limit, int) and limit > 0:
            return True
        if self._saver("ScreenSaveActive") == "1" and self._saver("ScreenSaverIsSecure") == "1":
            return True
        # Else the lock hangs on the power settings: asked for a password after sleep, unless switched off.
        return False if self._registry("HKCU", _DESKTOP, "DelayLockInterval") == _NEVER else None

    def clock_kept(self) -> bool | None:
        kind = self._registry("HKLM", _TIME, "Type")
        return kind != "NoSync" if isinstance(kind, str) else None

    def sync_service(self, folder: Path) -> str:
        return sync_service(folder, Path.home(), self._environ)

    def hides_window(self) -> bool:
        return True

    def _saver(self, name: str) -> str:
        """What a policy says goes before what the user chose."""
        for key in (_DESKTOP_POLICY, _DESKTOP):
            value = self._registry("HKCU", key, name)
            if value is not None:
                return str(value)
        return ""


def _resolved(folder: Path) -> str:
    try:
        return str(folder.resolve())
    except (OSError, RuntimeError):
        return str(folder)


def _plain_drive(path: str) -> str:
    r"""`C:` or `\\server\share`, also of a long path (`\\?\C:\…`, `\\?\UNC\server\share\…`)."""
    for prefix, instead in (("\\\\?\\UNC\\", "\\\\"), ("\\\\?\\", ""), ("\\\\.\\", "")):
        if path.startswith(prefix):
            path = instead + path[len(prefix) :]
            break
    return PureWindowsPath(path).drive
