"""macOS: the window server is asked twice a second whether the session is locked or left.

The notifications that say so reach Objective-C objects only; the dictionary of
CGSessionCopyCurrentDictionary (Quartz Display Services, CGSession.h) says the same to a
plain C call. A computer that wakes from sleep is locked by its own settings or by idleness.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

EVERY = 500
"""Milliseconds between two questions: twice as often as the second within which it must lock."""
_LOCKED = "CGSSessionScreenIsLocked"
_ON_CONSOLE = "kCGSSessionOnConsoleKey"
_UTF8 = 0x08000100

Session = Mapping[str, bool]


def is_left(session: Session | None) -> bool:
    """Whether nobody sits before the session; None where it has no screen at all."""
    return session is None or session.get(_LOCKED, False) or not session.get(_ON_CONSOLE, True)


if sys.platform == "darwin":
    _graphics = ctypes.CDLL("/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics")
    _core = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
    _graphics.CGSessionCopyCurrentDictionary.restype = ctypes.c_void_p
    _core.CFStringCreateWithCString.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32)
    _core.CFStringCreateWithCString.restype = ctypes.c_void_p
    _core.CFDictionaryGetValue.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    _core.CFDictionaryGetValue.restype = ctypes.c_void_p
    _core.CFGetTypeID.argtypes, _core.CFGetTypeID.restype = (ctypes.c_void_p,), ctypes.c_ulong
    _core.CFBooleanGetTypeID.restype = ctypes.c_ulong
    _core.CFBooleanGetValue.argtypes, _core.CFBooleanGetValue.restype = (ctypes.c_void_p,), ctypes.c_ubyte
    _core.CFRelease.argtypes = (ctypes.c_void_p,)

    def current_session() -> Session | None:
        """The two marks of this login session, None without a window server."""
        session = _graphics.CGSessionCopyCurrentDictionary()
        if not session:
            return None
        try:
            found = {name: _value(session, name) for name in (_LOCKED, _ON_CONSOLE)}
        finally:
            _core.CFRelease(session)
        return {name: value for name, value in found.items() if value is not None}

    def _value(session: int, name: str) -> bool | None:
        key = _core.CFStringCreateWithCString(None, name.encode("ascii"), _UTF8)
        try:
            value = _core.CFDictionaryGetValue(session, key)
        finally:
            _core.CFRelease(key)
        if not value or _core.CFGetTypeID(value) != _core.CFBooleanGetTypeID():
            return None
        return bool(_core.CFBooleanGetValue(value))

else:

    def current_session() -> Session | None:
        """There is no window server of this kind."""
        return {}


class MacLock(QObject):
    """Answers `systemlock.SystemLock`; locks once each time the session is left."""

    def __init__(
        self,
        window: QWidget | None,
        on_lock: Callable[[], None],
        session: Callable[[], Session | None] = current_session,
    ) -> None:
        super().__init__(window)
        self._on_lock = on_lock
        self._session = session
        self._left = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(EVERY)

    def stop(self) -> None:
        self._timer.stop()

    def look(self) -> None:
        """Ask once; what was locked before is not locked again until somebody came back."""
        before, self._left = self._left, is_left(self._session())
        if self._left and not before:
            self._on_lock()
