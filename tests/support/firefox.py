"""Firefox by its own remote protocol (Marionette): Debian has no geckodriver."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers.programs import free_port

_WAIT = 60.0


class Firefox:
    """One headless window with a profile of its own and no network."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "firefox"
        self._port = free_port()

    def __enter__(self) -> Self:
        self._profile.mkdir()
        settings = {
            "marionette.port": self._port,
            "network.proxy.type": 1,
            "network.proxy.socks": "127.0.0.1",
            "network.proxy.socks_port": 9,
            "browser.shell.checkDefaultBrowser": False,
        }
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items())
        (self._profile / "user.js").write_text("".join(lines), encoding="utf-8")
        program = shutil.which("firefox-esr") or "firefox-esr"
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(self._profile)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._socket = self._connected()
            self._numbers = itertools.count()
            self._received()
            self.ask("WebDriver:NewSession", {})
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._end()

    def get(self, address: str) -> None:
        self.ask("WebDriver:Navigate", {"url": address})

    def execute_async_script(self, script: str) -> Any:
        return self.ask("WebDriver:ExecuteAsyncScript", {"script": script, "args": []})["value"]

    def ask(self, command: str, params: dict[str, Any]) -> Any:
        message = json.dumps([0, next(self._numbers), command, params]).encode()
        self._socket.sendall(f"{len(message)}:".encode() + message)
        _, _, error, answer = self._received()
        if error:
            raise RuntimeError(error["message"])
        return answer

    def _received(self) -> Any:
        length = b""
        while (byte := self._socket.recv(1)) != b":":
            length += byte
            if not byte:
                raise RuntimeError("Firefox has gone")
        data = b""
        while len(data) < int(length):
            data += self._socket.recv(int(length) - len(data))
        return json.loads(data)

    def _connected(self) -> socket.socket:
        until = time.monotonic() + _WAIT
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._port), timeout=_WAIT)
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.1)

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
