"""A folder of one's own on Windows, by its list of who may do what (Access Control Lists, Win32).

The user's own folders are private anyway; a practice can lie elsewhere, and a folder right on a disk
lets every user of the computer in.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from pathlib import Path

_TOKEN_QUERY, _TOKEN_USER, _SDDL_REVISION = 0x8, 1, 1
_ACCESS_LIST, _PROTECTED = 0x4, 0x80000000
_KEEPS_ACCESS_LISTS = 0x8
"""DACL_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION and FILE_PERSISTENT_ACLS (winnt.h)."""
_LONGEST_SID = 256

if sys.platform == "win32":
    _SYSTEM = ctypes.WinDLL("kernel32", use_last_error=True)
    _SECURITY = ctypes.WinDLL("advapi32", use_last_error=True)

    def _must(done: int) -> None:
        if not done:
            raise ctypes.WinError(ctypes.get_last_error())

    def _me() -> str:
        """Whose process this is, as S-1-5-…"""
        token, needed, name = wintypes.HANDLE(), wintypes.DWORD(), wintypes.LPWSTR()
        found = (ctypes.c_void_p * _LONGEST_SID)()
        # -1 is this process (GetCurrentProcess).
        _must(_SECURITY.OpenProcessToken(wintypes.HANDLE(-1), _TOKEN_QUERY, ctypes.byref(token)))
        try:
            size = ctypes.sizeof(found)
            _must(_SECURITY.GetTokenInformation(token, _TOKEN_USER, found, size, ctypes.byref(needed)))
        finally:
            _SYSTEM.CloseHandle(token)
        _must(_SECURITY.ConvertSidToStringSidW(ctypes.c_void_p(found[0]), ctypes.byref(name)))
        try:
            return str(name.value)
        finally:
            _SYSTEM.LocalFree(name)

    def _keeps_access_lists(path: Path) -> bool:
        """Whether the disk has such lists at all: a stick with FAT or exFAT has none."""
        flags, root = wintypes.DWORD(), wintypes.LPCWSTR(f"{path.absolute().anchor}")
        asked = _SYSTEM.GetVolumeInformationW(root, None, 0, None, None, ctypes.byref(flags), None, 0)
        return not asked or bool(flags.value & _KEEPS_ACCESS_LISTS)

    def keep_to_owner(path: Path) -> None:
        """This user, the system and administrators, for the folder and all that is made in it from now on.

        What stands above it no longer counts: a folder right on a disk lets every user in by default.
        """
        if not _keeps_access_lists(path):
            return
        everything = "A;OICI;FA;;;"
        words = f"D:P({everything}{_me()})({everything}SY)({everything}BA)"
        rules = wintypes.LPVOID()
        _must(
            _SECURITY.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                wintypes.LPCWSTR(words), _SDDL_REVISION, ctypes.byref(rules), None
            )
        )
        try:
            _must(_SECURITY.SetFileSecurityW(wintypes.LPCWSTR(str(path)), _ACCESS_LIST | _PROTECTED, rules))
        finally:
            _SYSTEM.LocalFree(rules)
