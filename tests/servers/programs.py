"""Real servers as child processes: a free port each, a log, and an end by process id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 20.0


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def open_folder(name: str) -> Path:
    """A folder that a server's own user may enter, which pytest's folders are not."""
    folder = Path(tempfile.mkdtemp(prefix=f"sealwell-{name}-"))
    folder.chmod(0o755)
    return folder


class Program:
    """A server in the foreground; subclasses write its configuration."""

    name = ""

    def __init__(self) -> None:
        self.folder = open_folder(self.name)
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What runs in the foreground, once the configuration is there."""
        raise NotImplementedError

    def ports(self) -> list[int]:
        """What must listen before the server counts as started."""
        raise NotImplementedError

    def log(self) -> str:
        """What the server said so far, for a failing test."""
        return "\n".join(
            path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")) if path.is_file()
        )

    def __enter__(self) -> Self:
        with (self.folder / "output.log").open("wb") as output:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            self._wait_for_ports()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the child and everything that it left in its folder."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_for_ports(self) -> None:
        until = time.monotonic() + START_SECONDS
        waiting = self.ports()
        while waiting:
            waiting = [port for port in waiting if not _listens(port)]
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {self.log()}")
            if waiting and time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not listen: {self.log()}")
            time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
