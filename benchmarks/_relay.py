"""The demo's relay in a process of its own, so that it does not share an interpreter with the sender.

Prints its port; each line on standard input is answered with how many messages have come
since the last one. Ends with its standard input.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup

HOST = "localhost"
USER, PASSWORD = "office", "relay-password"
_ROOT = Path(__file__).resolve().parent.parent


class OtherRelay:
    """This process's side of it."""

    user, password = USER, PASSWORD

    def __init__(self, child: subprocess.Popen[str], folder: Path) -> None:
        self._child = child
        self.ca_file = folder / "ca.pem"
        self.port = int(self._answer())

    def received(self) -> int:
        """Messages since the last question."""
        if self._child.stdin is None:
            raise RuntimeError("the relay has ended")
        self._child.stdin.write("how many?\n")
        self._child.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise RuntimeError("the relay has ended")
        return line


@contextlib.contextmanager
def relay_beside(folder: Path) -> Iterator[OtherRelay]:
    """Running while the context lasts."""
    command = [sys.executable, "-m", "benchmarks._relay", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) as child:
        try:
            yield OtherRelay(child, folder)
        finally:
            if child.stdin is not None:
                child.stdin.close()


def serve(folder: Path) -> None:
    context = Authority(folder).server_context(HOST)
    with RecordingRelay(RelaySetup(context=context, user=USER, password=PASSWORD)) as relay:
        print(relay.port, flush=True)
        for _ in sys.stdin:
            print(len(relay.received), flush=True)
            relay.received.clear()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
