"""An SFTP server in this process that lets people in by password: OpenSSH needs the system's own for that.

It speaks neither statvfs nor anything else that OpenSSH added; `interactive` asks for the password
as a question, as servers with one-time codes do.
"""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

from desktop.models.safekeeping import Place, TargetKind

USER, PASSWORD = "practice", "password-of-the-test"


class _Door(paramiko.ServerInterface):
    def __init__(self, *, interactive: bool) -> None:
        self._interactive = interactive

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive" if self._interactive else "password"

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD) and not self._interactive
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> int | InteractiveQuery:
        return InteractiveQuery("", "", ("Password: ", False)) if self._interactive else AUTH_FAILED

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        return AUTH_SUCCESSFUL if responses == [PASSWORD] else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    root = Path("/nowhere")

    def _path(self, path: str) -> Path:
        return self.root / os.path.normpath("/" + path).lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            found = list(os.scandir(self._path(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in found]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self.stat(path)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            file = os.fdopen(os.open(self._path(path), flags, 0o600), "r+b" if flags & 3 else "rb", 0)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
        return handle

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        size = attr.st_size
        return SFTP_OK if size is None else self._done(lambda: os.truncate(self._path(path), size))

    def remove(self, path: str) -> int:
        return self._done(lambda: self._path(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        """As the standard has it: nothing is replaced."""
        if self._path(newpath).exists():
            return SFTP_FAILURE
        return self._done(lambda: self._path(oldpath).rename(self._path(newpath)))

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._done(lambda: self._path(path).mkdir())

    def rmdir(self, path: str) -> int:
        return self._done(lambda: self._path(path).rmdir())

    def _done(self, work: object) -> int:
        try:
            work()  # type: ignore[operator]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return SFTP_OK


class PasswordSftp:
    """Its folder `backups` takes backups."""

    def __init__(self, folder: Path, *, interactive: bool = False) -> None:
        (folder / "backups").mkdir()
        self._key = paramiko.RSAKey.generate(2048)
        self._interactive = interactive
        self._files = type("Files", (_Files,), {"root": folder})
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[paramiko.Transport] = []
        self.port: int = self._listener.getsockname()[1]

    @property
    def place(self) -> Place:
        key = f"{self._key.get_name()} {self._key.get_base64()}"
        return Place(TargetKind.SFTP, f"sftp://127.0.0.1:{self.port}/backups", USER, key)

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._open:
            transport.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # it was ended
                return
            transport = paramiko.Transport(connection)
            transport.set_log_channel("desktop.sftp")
            transport.add_server_key(self._key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, self._files)
            self._open.append(transport)
            try:
                transport.start_server(server=_Door(interactive=self._interactive))
            except (paramiko.SSHException, EOFError):  # who looked at the key only has gone
                transport.close()
