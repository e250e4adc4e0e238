"""A small login manager on the system bus: names our session and says what it is told to say.

    python tests/servers/logind.py

Reads commands from standard input, one a line: `lock PATH`, `sleep true|false`,
`active PATH true|false`, `hint PATH true|false`. Prints `ready` once it owns its name,
`asked` when it named the session (`/org/freedesktop/login1/session/_31`), `inhibited sleep delay`
when it was asked to wait with the sleep, and `released` when it need not wait any more.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.login1"
OURS = "/org/freedesktop/login1/session/_31"
_SESSION = f"{NAME}.Session"


class Login:
    """What the sessions are like, and how their manager speaks of it."""

    def __init__(self, bus: DBusConnection) -> None:
        self._bus = bus
        self._values: dict[tuple[str, str], bool] = {}

    def tell(self, command: str) -> None:
        """Send the signal for one line of standard input."""
        match command.split():
            case ["lock", path]:
                self._bus.send(new_signal(DBusAddress(path, interface=_SESSION), "Lock"))
            case ["sleep", active]:
                manager = DBusAddress("/org/freedesktop/login1", interface=f"{NAME}.Manager")
                self._bus.send(new_signal(manager, "PrepareForSleep", "b", (active == "true",)))
            case [("active" | "hint") as what, path, value]:
                name = "Active" if what == "active" else "LockedHint"
                self._values[path, name] = value == "true"
                properties = DBusAddress(path, interface="org.freedesktop.DBus.Properties")
                changed = {name: ("b", value == "true")}
                self._bus.send(
                    new_signal(properties, "PropertiesChanged", "sa{sv}as", (_SESSION, changed, []))
                )
            case _:
                raise ValueError(command)

    def answer(self, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        fields = message.header.fields
        if fields[HeaderFields.member] == "Get":
            name = message.body[1]
            value = self._values.get((fields[HeaderFields.path], name), name == "Active")
            self._bus.send(new_method_return(message, "v", (("b", value),)))
        elif fields[HeaderFields.member] == "Inhibit":
            self._inhibited(message)
        else:
            self._bus.send(new_method_return(message, "o", (OURS,)))
            say("asked")

    def _inhibited(self, message: Message) -> None:
        """As the real one: who holds the other end of the pipe delays the sleep."""
        kept, given = os.pipe()
        self._bus.send(new_method_return(message, "h", (given,)))
        os.close(given)
        say(" ".join(("inhibited", message.body[0], message.body[3])))

        def wait() -> None:
            os.read(kept, 1)
            os.close(kept)
            say("released")

        threading.Thread(target=wait, daemon=True).start()


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    commands: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            commands.put(line)
        commands.put("")

    with open_dbus_connection(bus="SYSTEM", enable_fds=True) as bus:
        bus.send_and_get_reply(message_bus.RequestName(NAME))
        say("ready")
        login = Login(bus)
        threading.Thread(target=read, daemon=True).start()
        while True:
            with contextlib.suppress(TimeoutError):
                login.answer(bus.receive(timeout=0.01))
            while not commands.empty():
                command = commands.get()
                if not command:
                    return
                login.tell(command)


if __name__ == "__main__":
    main()
