"""A folder of an SFTP server, by fsspec's implementation over paramiko.

The server's key is the one that a person compared and confirmed: it is pinned, another one ends
the connection before the secret is sent, and none is ever added by itself. No agent, no key and no
list of hosts of this computer is asked. The secret is a password, or a private key in PEM or
OpenSSH form without a passphrase of its own (the database that keeps it is encrypted).
"""

from __future__ import annotations

import errno
import logging
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.common import o600
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_EXTENDED,
    CMD_EXTENDED_REPLY,
    CMD_NAME,
    CMD_OPENDIR,
    CMD_READDIR,
)

from desktop.config import TARGET_LIMITS
from desktop.models.safekeeping import Place
from desktop.sync.targets.base import HostKey, TargetError, folder_of, tag_of
from desktop.sync.targets.sftp_keys import PORT, PRIVATE, parts_of, pinned_key, private_key
from desktop.sync.targets.streamed import Growing, Reading, Streamed

_PIECE = 32 * 1024
"""Of one request: every server takes that much (draft-ietf-secsh-filexfer-02, 3)."""
_MOST_NAMES = 100_000
_KEEPALIVE = 30
_FREE_FULL = 1024 * 1024
"""Less than this left where a server fails to write without saying why (it has no word for full)."""
_SILENT = "desktop.sftp"

logging.getLogger(_SILENT).setLevel(logging.CRITICAL + 1)  # what it says holds the server's words


class _Shown(Exception):
    """The server's key, taken note of; the connection ends here."""

    def __init__(self, key: paramiko.PKey) -> None:
        super().__init__()
        self.key = key


class _Show(paramiko.MissingHostKeyPolicy):
    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise _Shown(key)


class _Files(SFTPFileSystem):  # type: ignore[misc] # fsspec has no types
    cachable = False
    """A cached instance would keep the connection, and with it who signed in."""

    def __init__(self, host: str, connect: Callable[[], paramiko.SSHClient]) -> None:
        self._open_client = connect
        super().__init__(host)

    def _connect(self) -> None:
        self.client = self._open_client()
        try:
            self.ftp = self.client.open_sftp()
            channel = self.ftp.get_channel()
            if channel is not None:
                channel.settimeout(TARGET_LIMITS.answer)
        except BaseException:  # no connection is left behind; then it goes on up
            self.client.close()
            raise


class Sftp(Streamed):
    """Fulfils `base.Reached`."""

    def __init__(self, place: Place, secret: str, vault_tag: str) -> None:
        """Connects and signs in. Raises TargetError, InputError `target-address-wrong`."""
        host, port, self._root = parts_of(place)
        self._folder = f"{self._root}/{folder_of(vault_tag)}"
        self._files = _signed_in(place, secret, host, port)
        self._ftp: paramiko.SFTPClient = self._files.ftp
        self.flushes = True
        """Whether the server flushes to its disk when it is asked: fsync@openssh.com (PROTOCOL 4.5)."""

    def practices(self) -> list[str]:
        tags = [tag_of(name) for name, is_folder, _ in self._rows(self._root or "/") if is_folder]
        return sorted(tag for tag in tags if tag is not None)

    def free_bytes(self) -> int | None:
        """By statvfs@openssh.com (OpenSSH PROTOCOL 4.4), which not every server speaks."""
        try:
            with self._known():
                kind, told = self._ftp._request(CMD_EXTENDED, "statvfs@openssh.com", self._root)  # type: ignore[attr-defined]
        except TargetError as error:
            if error.code == "target-broken":  # "unsupported"
                return None
            raise
        if kind != CMD_EXTENDED_REPLY:
            return None
        _, fragment, _, _, available = (told.get_int64() for _ in range(5))
        return int(fragment * available)

    def close(self) -> None:
        self._files.client.close()

    def flush(self, file: paramiko.SFTPFile) -> None:
        """What cannot be flushed is read back all the same."""
        if self.flushes:
            try:
                self._ftp._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)  # type: ignore[attr-defined]
            except TimeoutError:
                raise
            except OSError:
                self.flushes = False

    # --- inside ------------------------------------------------------------------------------

    def _make_folder(self) -> None:
        with self._known():
            if self._kind(self._folder) is None:
                self._ftp.mkdir(self._folder, 0o700)

    def _drop_folder(self) -> None:
        with self._known(), suppress(OSError):  # something is in it
            self._ftp.rmdir(self._folder)

    def _listed(self) -> list[tuple[str, int]]:
        try:
            rows = self._rows(self._folder)
        except TargetError as error:
            if error.code == "target-no-folder":
                return []
            raise
        return [(name, size) for name, is_folder, size in rows if not is_folder]

    def _rows(self, folder: str) -> list[tuple[str, bool, int]]:
        """Name, whether it is a folder, and size; what is neither is left out.

        Not fsspec's `ls`: it fails where a server tells less of a file than OpenSSH does. Not
        paramiko's list: somebody's file with a name that is no UTF-8 must not hide the backups.
        """
        kinds = {stat.S_IFDIR: True, stat.S_IFREG: False, 0: False}
        with self._known():
            rows = [
                (name, kinds.get(stat.S_IFMT(one.st_mode or 0)), one) for name, one in self._found(folder)
            ]
        return [(name, is_folder, one.st_size or 0) for name, is_folder, one in rows if is_folder is not None]

    def _found(self, folder: str) -> Iterator[tuple[str, paramiko.SFTPAttributes]]:
        """draft-ietf-secsh-filexfer-02, 6.7; a server that never comes to an end is broken."""
        ask: Any = self._ftp._request  # type: ignore[attr-defined]
        _, opened = ask(CMD_OPENDIR, folder)
        handle = opened.get_binary()
        try:
            left = _MOST_NAMES
            while left > 0:
                kind, answer = ask(CMD_READDIR, handle)
                if kind != CMD_NAME:
                    raise paramiko.SFTPError
                count = min(answer.get_int(), left)
                left -= max(count, 1)
                for _ in range(count):
                    name = answer.get_binary().decode("utf-8", "replace")
                    answer.get_binary()
                    yield name, paramiko.SFTPAttributes._from_msg(answer)  # type: ignore[attr-defined]
            raise paramiko.SFTPError
        except EOFError:  # that was all
            ask(CMD_CLOSE, handle)

    def _kind(self, path: str) -> paramiko.SFTPAttributes | None:
        try:
            return self._ftp.lstat(path)
        except FileNotFoundError:
            return None

    def _size(self, name: str) -> int | None:
        with self._known():
            found = self._kind(f"{self._folder}/{name}")
        return None if found is None else found.st_size

    def _grow(self, name: str, kept: int) -> Growing:
        path = f"{self._folder}/{name}"
        with self._known():
            if kept:
                self._ftp.truncate(path, kept)
                file = self._ftp.open(path, "r+")
                file.seek(kept)
            else:
                file = self._ftp.open(path, "w")
                with suppress(OSError):  # a server may forbid it; what lies there is encrypted
                    file.chmod(o600)
        return _Growing(self, file)

    def _read(self, name: str) -> Reading:
        with self._known():
            path = f"{self._folder}/{name}"
            found = self._kind(path)
            if found is None:
                raise TargetError("target-missing")
            return _Reading(self, self._ftp.open(path, "r"), found.st_size or 0)

    def _rename(self, old: str, new: str) -> None:
        """By posix-rename@openssh.com; where a server has not that, what stands in the way goes first."""
        before, after = f"{self._folder}/{old}", f"{self._folder}/{new}"
        with self._known():
            try:
                self._files.mv(before, after)
            except OSError as error:
                if error.errno is not None or not self._answers():
                    raise
                self._unlink(new)
                self._ftp.rename(before, after)

    def _unlink(self, name: str) -> None:
        with self._known(), suppress(FileNotFoundError):
            self._ftp.remove(f"{self._folder}/{name}")

    def _answers(self) -> bool:
        """A line that was cut fails with the same kind of error as a server that says no."""
        try:
            self._ftp.stat(".")
        except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError):
            return False
        return True

    @contextmanager
    def _known(self, *, writing: bool = False) -> Iterator[None]:
        """The server's words hold paths and more: they go no further than this."""
        try:
            yield
        except TimeoutError:
            raise TargetError("target-slow") from None
        except (paramiko.SSHException, EOFError):
            raise TargetError("target-unreachable") from None
        except (paramiko.SFTPError, OSError) as error:
            raise TargetError(self._code(error, writing=writing)) from None
        except ValueError:  # what it says cannot be read
            raise TargetError("target-broken") from None

    def _code(self, error: Exception, *, writing: bool) -> str:
        if not self._answers():
            return "target-unreachable"
        number = error.errno if isinstance(error, OSError) else None
        if number == errno.EACCES:
            return "target-refused"
        if number == errno.ENOENT:
            return "target-no-folder"
        if writing:
            free = self.free_bytes()
            return "target-full" if free is not None and free < _FREE_FULL else "target-broken"
        return "target-broken"


class _Growing:
    """Many pieces are on their way at once; the last one of a portion waits for all answers."""

    def __init__(self, sftp: Sftp, file: paramiko.SFTPFile) -> None:
        self._sftp, self._file, self._held = sftp, file, b""
        file.set_pipelined(True)

    def write(self, data: bytes) -> None:
        with self._sftp._known(writing=True):
            if self._held:
                self._file.write(self._held)
        self._held = data

    def settle(self) -> None:
        with self._sftp._known(writing=True):
            self._file.set_pipelined(False)
            if self._held:
                self._file.write(self._held)
            self._file.set_pipelined(True)
            self._sftp.flush(self._file)
        self._held = b""

    def close(self) -> None:
        """What went wrong was said by `settle`, and must not be hidden by what comes of it here."""
        with suppress(TargetError), self._sftp._known():
            self._file.close()


class _Reading:
    """Asks for a whole portion at once and waits for no answer in between; memory is bounded by it."""

    def __init__(self, sftp: Sftp, file: paramiko.SFTPFile, of: int) -> None:
        self._sftp, self._file = sftp, file
        self._pieces = self._asked(of)

    def _asked(self, of: int) -> Iterator[bytes]:
        for start in range(0, of, TARGET_LIMITS.part_bytes):
            end = min(of, start + TARGET_LIMITS.part_bytes)
            yield from self._file.readv([(at, min(_PIECE, end - at)) for at in range(start, end, _PIECE)])

    def read(self, size: int) -> bytes:
        with self._sftp._known():
            return next(self._pieces, b"")

    def close(self) -> None:
        with self._sftp._known():
            self._file.close()


def host_key(place: Place) -> HostKey:
    """What the server shows now; nobody signs in. Raises TargetError, InputError."""
    host, port, _ = parts_of(place)
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_Show())
    try:
        _connect(client, host, port, "nobody", None, None)
    except _Shown as shown:
        return HostKey(f"{shown.key.get_name()} {shown.key.get_base64()}", shown.key.fingerprint)
    finally:
        client.close()
    raise TargetError("target-broken")


def _signed_in(place: Place, secret: str, host: str, port: int) -> _Files:
    if not place.host_key:
        raise TargetError("target-host-key-unknown")
    pinned = pinned_key(place.host_key)
    private = private_key(secret) if secret.lstrip().startswith(PRIVATE) else None

    def connect() -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        named = host if port == PORT else f"[{host}]:{port}"
        client.get_host_keys().add(named, pinned.get_name(), pinned)
        try:
            _connect(client, host, port, place.user, None if private else secret, private)
            transport = client.get_transport()
            if transport is not None:
                transport.set_keepalive(_KEEPALIVE)
        except BaseException:  # no connection is left behind; then it goes on up
            client.close()
            raise
        return client

    try:
        return _Files(host, connect)
    except TimeoutError:
        raise TargetError("target-slow") from None
    except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError):
        raise TargetError("target-broken") from None


def _connect(
    client: paramiko.SSHClient,
    host: str,
    port: int,
    user: str,
    password: str | None,
    key: paramiko.PKey | None,
) -> None:
    client.set_log_channel(_SILENT)
    try:
        client.connect(
            host,
            port,
            user,
            password,
            pkey=key,
            timeout=TARGET_LIMITS.connect,
            banner_timeout=TARGET_LIMITS.connect,
            auth_timeout=TARGET_LIMITS.answer,
            channel_timeout=TARGET_LIMITS.answer,
            allow_agent=False,
            look_for_keys=False,
        )
    except paramiko.BadHostKeyException:
        raise TargetError("target-host-key-changed") from None
    except paramiko.AuthenticationException:
        raise TargetError("target-refused") from None
    except TimeoutError:
        raise TargetError("target-slow") from None
    except (paramiko.SSHException, EOFError, OSError, ValueError):
        raise TargetError("target-unreachable") from None
