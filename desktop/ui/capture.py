"""Keeps the window out of screenshots and screen sharing where the system offers it.

Windows: SetWindowDisplayAffinity (winuser.h); a version before 10 2004 knows no exclusion
and blackens the window instead. macOS: NSWindow.sharingType. X11 and Wayland have no such
request; `sealwell doctor` says so.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

_EXCLUDE_FROM_CAPTURE = 0x11
_MONITOR = 0x1
_SHARING_NONE = 0


def block_capture(window: QWidget) -> bool:
    """Ask for it; whether the system agreed. Asked again for each native window."""
    return _block(int(window.winId()))


def exclude(set_affinity: Callable[[int], bool]) -> bool:
    """The best that this Windows grants."""
    return set_affinity(_EXCLUDE_FROM_CAPTURE) or set_affinity(_MONITOR)


if sys.platform == "win32":
    from ctypes import wintypes

    def _block(handle: int) -> bool:
        call = ctypes.WinDLL("user32").SetWindowDisplayAffinity
        call.argtypes, call.restype = (wintypes.HWND, wintypes.DWORD), wintypes.BOOL
        return exclude(lambda affinity: bool(call(handle, affinity)))

elif sys.platform == "darwin":
    _objc = ctypes.CDLL("/usr/lib/libobjc.dylib")
    _objc.sel_registerName.argtypes, _objc.sel_registerName.restype = (ctypes.c_char_p,), ctypes.c_void_p

    def _block(handle: int) -> bool:
        """`handle` is the NSView; what is set belongs to its window."""
        view_window = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        set_type = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
        send = ctypes.cast(_objc.objc_msgSend, ctypes.c_void_p).value
        if send is None:
            return False
        window = view_window(send)(handle, _objc.sel_registerName(b"window"))
        if not window:
            return False
        set_type(send)(window, _objc.sel_registerName(b"setSharingType:"), _SHARING_NONE)
        return True

else:

    def _block(handle: int) -> bool:
        """There is nobody to ask."""
        return False
