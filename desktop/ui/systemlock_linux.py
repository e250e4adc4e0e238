"""Linux: the desktop's screen saver and the login manager say on D-Bus that they lock.

Anybody on the bus could say it falsely, and the worst that follows is a locked screen.
Sources: org.freedesktop.login1(5) (Lock, PrepareForSleep, Inhibit, Active,
LockedHint); the
`ActiveChanged` of the screen saver interfaces.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SLOT, QObject, QTimer, Slot
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusObjectPath,
    QDBusUnixFileDescriptor,
    QDBusVariant,
)
from PySide6.QtWidgets import QWidget

_LOGIN = "org.freedesktop.login1"
_MANAGER = "/org/freedesktop/login1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
_ANSWER_WITHIN = 2000
"""Milliseconds for the login manager to name our session; without an answer every session counts."""

_PAINTED_WITHIN = 200
"""Milliseconds from the lock to its page on the screen; until then sleep waits."""


class LinuxLock(QObject):
    """Answers `systemlock.SystemLock`; `window` is not asked for anything here."""

    def __init__(self, window: QWidget | None, on_lock: Callable[[], None]) -> None:
        super().__init__(window)
        self._on_lock = on_lock
        self._session = ""
        self._sleep_waits: QDBusUnixFileDescriptor | None = None
        # PySide6 6.11 wants a slot as text where its stubs say bytes.
        began: Any = SLOT("began(bool)")
        sleeps: Any = SLOT("sleeps(bool)")
        told: Any = SLOT("told(QDBusMessage)")
        changed: Any = SLOT("changed(QDBusMessage)")
        session, system = QDBusConnection.sessionBus(), QDBusConnection.systemBus()
        if session.isConnected():
            for name in _SAVERS:
                session.connect("", "", name, "ActiveChanged", self, began)
        if system.isConnected():
            system.connect(_LOGIN, "", f"{_LOGIN}.Manager", "PrepareForSleep", self, sleeps)
            system.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, told)
            system.connect(_LOGIN, "", _PROPERTIES, "PropertiesChanged", self, changed)
            self._ask("GetSession", [os.environ.get("XDG_SESSION_ID") or "auto"], "answered(QDBusMessage)")
            self._let_sleep_wait()

    def stop(self) -> None:
        self._on_lock = _nothing
        self._let_sleep()

    def _ask(self, method: str, arguments: list[str], slot: str) -> None:
        """Ask the login manager without waiting."""
        answered: Any = SLOT(slot)
        question = QDBusMessage.createMethodCall(_LOGIN, _MANAGER, f"{_LOGIN}.Manager", method)
        question.setArguments(arguments)
        QDBusConnection.systemBus().callWithCallback(question, self, answered, _ANSWER_WITHIN)

    def _let_sleep_wait(self) -> None:
        """So that the lock is on the screen before the computer sleeps, and not after it woke."""
        self._ask("Inhibit", ["sleep", "Sealwell", "lock", "delay"], "held(QDBusMessage)")

    @Slot(QDBusMessage)
    def held(self, message: QDBusMessage) -> None:
        """The computer waits with its sleep until this descriptor is closed, some seconds at most."""
        held = next(iter(message.arguments()), None)
        if isinstance(held, QDBusUnixFileDescriptor):
            self._sleep_waits = held

    def _let_sleep(self) -> None:
        held, self._sleep_waits = self._sleep_waits, None
        if held is not None:
            held.setFileDescriptor(-1)

    @Slot(QDBusMessage)
    def answered(self, message: QDBusMessage) -> None:
        """The login manager names our session; no answer leaves every session ours."""
        path = message.arguments()[0] if message.arguments() else None
        if isinstance(path, QDBusObjectPath):
            self._session = path.path()

    @Slot(bool)
    def began(self, active: bool) -> None:
        """The screen saver began."""
        if active:
            self._on_lock()

    @Slot(bool)
    def sleeps(self, soon: bool) -> None:
        """The computer is about to sleep, or has woken."""
        if soon:
            self._on_lock()
            QTimer.singleShot(_PAINTED_WITHIN, self._let_sleep)
        else:
            self._let_sleep_wait()

    @Slot(QDBusMessage)
    def told(self, message: QDBusMessage) -> None:
        """A session is to be locked."""
        if self._ours(message):
            self._on_lock()

    @Slot(QDBusMessage)
    def changed(self, message: QDBusMessage) -> None:
        """A session left the screen for another user's, shows its lock, or something else: it is asked.

        What changed is in the signal too, but PySide6 6.11 cannot read a map (a{sv}).
        """
        if message.arguments()[:1] != [f"{_LOGIN}.Session"] or not self._ours(message):
            return
        for name, slot in (("Active", "active(QDBusMessage)"), ("LockedHint", "hinted(QDBusMessage)")):
            answered: Any = SLOT(slot)
            question = QDBusMessage.createMethodCall(_LOGIN, message.path(), _PROPERTIES, "Get")
            question.setArguments([f"{_LOGIN}.Session", name])
            QDBusConnection.systemBus().callWithCallback(question, self, answered, _ANSWER_WITHIN)

    @Slot(QDBusMessage)
    def active(self, answer: QDBusMessage) -> None:
        """Whether the session is the one on the screen."""
        if _value(answer) is False:
            self._on_lock()

    @Slot(QDBusMessage)
    def hinted(self, answer: QDBusMessage) -> None:
        """Whether the session shows its lock."""
        if _value(answer) is True:
            self._on_lock()

    def _ours(self, message: QDBusMessage) -> bool:
        return self._session in ("", message.path())


def _value(answer: QDBusMessage) -> object:
    value = next(iter(answer.arguments()), None)
    return value.variant() if isinstance(value, QDBusVariant) else value


def _nothing() -> None:
    """What is called after the end."""
