"""Windows: the window is told of a locked, left or disconnected session and of sleep.

Sources: WTSRegisterSessionNotification (wtsapi32.h), WM_WTSSESSION_CHANGE and
WM_POWERBROADCAST (winuser.h).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import wintypes

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication
from PySide6.QtWidgets import QWidget

_WM_POWERBROADCAST = 0x0218
_WM_WTSSESSION_CHANGE = 0x02B1
_PBT_APMSUSPEND = 0x4
_LEFT = frozenset({0x2, 0x4, 0x6, 0x7})
"""Console disconnected (another user), remote session disconnected, logged off, locked."""
_GENERIC = b"windows_generic_MSG"
_DISPATCHER = b"windows_dispatcher_MSG"
_NOTIFY_FOR_THIS_SESSION = 0


def locks(message: int, wparam: int) -> bool:
    """Whether a window message says that nobody sits before this session any more."""
    if message == _WM_WTSSESSION_CHANGE:
        return wparam in _LEFT
    return message == _WM_POWERBROADCAST and wparam == _PBT_APMSUSPEND


if sys.platform == "win32":

    def _register(handle: int) -> None:
        """Raises OSError if Windows refuses."""
        library = ctypes.WinDLL("wtsapi32", use_last_error=True)
        register = library.WTSRegisterSessionNotification
        register.argtypes, register.restype = (wintypes.HWND, wintypes.DWORD), wintypes.BOOL
        if not register(handle, _NOTIFY_FOR_THIS_SESSION):
            raise ctypes.WinError(ctypes.get_last_error())

    def _unregister(handle: int) -> None:
        unregister = ctypes.WinDLL("wtsapi32").WTSUnRegisterSessionNotification
        unregister.argtypes, unregister.restype = (wintypes.HWND,), wintypes.BOOL
        unregister(handle)

else:

    def _register(handle: int) -> None:
        """Nobody to register with."""

    def _unregister(handle: int) -> None:
        """Nobody to take leave of."""


class WindowsLock(QAbstractNativeEventFilter):
    """Answers `systemlock.SystemLock`; sees each native message once, before Qt does."""

    def __init__(self, window: QWidget, on_lock: Callable[[], None]) -> None:
        super().__init__()
        self._on_lock = on_lock
        self._handle = int(window.winId())
        self._stopped = False
        _register(self._handle)
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self)

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            _unregister(self._handle)
            application = QCoreApplication.instance()
            if application is not None:
                application.removeNativeEventFilter(self)

    def nativeEventFilter(  # noqa: N802 - Qt's name
        self, kind: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> tuple[bool, int]:
        name = kind.data() if isinstance(kind, QByteArray) else kind
        if name in (_GENERIC, _DISPATCHER):
            told = wintypes.MSG.from_address(int(message))
            if locks(told.message, told.wParam):
                self._on_lock()
        return False, 0
