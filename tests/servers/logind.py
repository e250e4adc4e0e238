"""A small login manager on the system bus: names our session and says what it is told to say.

    python tests/servers/logind.py

Reads commands from standard input, one a line: `lock PATH`, `sleep true|false`,
`active PATH true|false`, `hint PATH true|false`. Prints `ready` once it owns its name and
`asked` for each time that it named the session (`/org/freedesktop/login1/session/_31`).
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading

from jeepney import DBusAddress, Message, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.login1"
OURS = "/org/freedesktop/login1/session/_31"
_SESSION = f"{NAME}.Session"


def signal(command: str) -> Message:
    """The D-Bus signal for one line of standard input."""
    match command.split():
        case ["lock", path]:
            return new_signal(DBusAddress(path, interface=_SESSION), "Lock")
        case ["sleep", active]:
            manager = DBusAddress("/org/freedesktop/login1", interface=f"{NAME}.Manager")
            return new_signal(manager, "PrepareForSleep", "b", (active == "true",))
        case [("active" | "hint") as what, path, value]:
            properties = DBusAddress(path, interface="org.freedesktop.DBus.Properties")
            changed = {"Active" if what == "active" else "LockedHint": ("b", value == "true")}
            return new_signal(properties, "PropertiesChanged", "sa{sv}as", (_SESSION, changed, []))
        case _:
            raise ValueError(command)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def answer(bus: DBusConnection, message: Message) -> None:
    if message.header.message_type is MessageType.method_call:
        bus.send(new_method_return(message, "o", (OURS,)))
        say("asked")


def main() -> None:
    commands: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            commands.put(line)
        commands.put("")

    with open_dbus_connection(bus="SYSTEM") as bus:
        bus.send_and_get_reply(message_bus.RequestName(NAME))
        say("ready")
        threading.Thread(target=read, daemon=True).start()
        while True:
            with contextlib.suppress(TimeoutError):
                answer(bus, bus.receive(timeout=0.01))
            while not commands.empty():
                command = commands.get()
                if not command:
                    return
                bus.send(signal(command))


if __name__ == "__main__":
    main()
