"""No network for this process, from now on and for good.

Python tells its audit hooks (PEP 578) of every socket before it is made, and of every name before it
is looked up; a hook cannot be taken away again. What is no socket of this computer's own is refused
with the error of a computer without a network, which every room knows how to say. Libraries that
bring their own sockets (storage over S3) are kept out by `office.py`: their use cases are refused.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_LOOPBACK = ("127.0.0.1", "::1")
_LOCAL = frozenset({getattr(socket, "AF_UNIX", None)} - {None})
_PAIRED = frozenset({socket.AF_INET}) if sys.platform == "win32" else frozenset()
"""Windows makes the two ends of a socket pair with each other over 127.0.0.1 (socket.socketpair)."""
_ADDRESSED = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_NOWHERE: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
)


def forbid_network() -> None:
    """Refuse every way out of this computer; there is no way to allow it again in this process."""
    os.environ.update(_NOWHERE)  # for a program that is started from here, which hears no hook
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.__new__":
        allowed = arguments[1] in _LOCAL | _PAIRED
    elif event in _ADDRESSED:
        allowed = _is_here(arguments[1])
    else:
        allowed = event not in _LOOKUPS
    if not allowed:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))


def _is_here(address: object) -> bool:
    """A path, or nothing (a connected socket), or the other end of a pair."""
    return not isinstance(address, tuple) or (bool(_PAIRED) and address[0] in _LOOPBACK)
