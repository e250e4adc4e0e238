"""The cable: CTAPHID frames of 64 bytes between python-fido2's USB device and a software key.

CTAP 2.1, 11.2: an initialisation packet holds channel, command and length, the ones after
it a sequence number; while the key waits for a finger it sends a sign of life, and takes
a cancel.
"""

from __future__ import annotations

import queue
import struct
import threading

from fido2.ctap import STATUS, CtapError
from fido2.hid import CTAPHID
from fido2.hid.base import CtapHidConnection, HidDescriptor

from tests.support.software_key import SoftwareKey

PACKET = 64
FIRST = 0x80
CHANNEL = 0x00C0FFEE
ALIVE_EVERY = 0.02


def descriptor(name: str | None = "Software key") -> HidDescriptor:
    return HidDescriptor("/dev/hidraw9", 0x1050, 0x0407, PACKET, PACKET, name, None)


class Cable(CtapHidConnection):
    """One key at the end of it."""

    def __init__(self, key: SoftwareKey) -> None:
        self.key = key
        self.closed = False
        self._out: queue.Queue[bytes] = queue.Queue()
        self._cancel = threading.Event()
        self._command, self._length, self._data = 0, 0, b""

    def write_packet(self, data: bytes) -> None:
        if len(data) != PACKET:
            raise OSError(22, "Invalid argument")
        if data[4] & FIRST:
            command, length = data[4] & ~FIRST, struct.unpack_from(">H", data, 5)[0]
            if command == CTAPHID.CANCEL:
                self._cancel.set()
                return
            self._command, self._length, self._data = command, length, data[7:]
        else:
            self._data += data[5:]
        if len(self._data) >= self._length:
            self._run(self._command, self._data[: self._length])

    def read_packet(self) -> bytes:
        return self._out.get(timeout=20)

    def close(self) -> None:
        self.closed = True

    def _run(self, command: int, data: bytes) -> None:
        if command == CTAPHID.INIT:
            flags = self.key.capabilities
            answer = data + struct.pack(">IBBBBB", CHANNEL, 2, 5, 4, 3, flags)
            self._send(0xFFFFFFFF, command, answer)
        else:
            self._cancel.clear()
            threading.Thread(target=self._work, args=(command, data), daemon=True).start()

    def _work(self, command: int, data: bytes) -> None:
        done, waiting = threading.Event(), threading.Event()

        def alive() -> None:
            while not done.wait(ALIVE_EVERY):
                state = STATUS.UPNEEDED if waiting.is_set() else STATUS.PROCESSING
                self._send(CHANNEL, CTAPHID.KEEPALIVE, bytes([state]))

        sign = threading.Thread(target=alive, daemon=True)
        sign.start()
        try:
            answer = self.key.call(command, data, self._cancel, lambda status: waiting.set())
        except CtapError as error:
            command, answer = CTAPHID.ERROR, bytes([error.code])
        finally:
            done.set()
            sign.join()
        self._send(CHANNEL, command, answer)

    def _send(self, channel: int, command: int, data: bytes) -> None:
        head = struct.pack(">IBH", channel, FIRST | command, len(data))
        number = 0
        while True:
            room = PACKET - len(head)
            self._out.put((head + data[:room]).ljust(PACKET, b"\0"))
            data = data[room:]
            if not data:
                return
            head = struct.pack(">IB", channel, number)
            number += 1
