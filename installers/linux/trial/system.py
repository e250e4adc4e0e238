"""A Debian system for one trial: an overlay over a kept one, in namespaces of its own.

All of it hangs on one process, `cat`, that waits for its input to end. When the trial ends,
however it ends, the kernel stops every process in there and takes every mount away.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

USER = "desk"
HOME = f"/home/{USER}"
_MOUNT = """
set -e
mount --make-rprivate /
{upper}
mkdir -p {top}/upper {top}/work {root}
mount -t overlay overlay -o lowerdir={lower},upperdir={top}/upper,workdir={top}/work {root}
mount -t proc proc {root}/proc
mount -t tmpfs -o mode=1777 shm {root}/dev/shm
mount --bind {archives} {root}/var/cache/apt/archives
mkdir -p {root}/trial && mount --bind {shared} {root}/trial
exec cat
"""


_NONE: Mapping[str, str] = MappingProxyType({})


class Failed(Exception):
    """A command in the system ended otherwise than expected; its words come along."""


@dataclass(frozen=True)
class Done:
    """What a command said, and how it ended."""

    code: int
    out: str

    def well(self) -> str:
        """What it printed. Raises Failed unless it ended well."""
        if self.code != 0:
            raise Failed(f"exit {self.code}: {self.out[-2000:]}")
        return self.out

    def refused(self, *words: str) -> str:
        """What it printed. Raises Failed unless it ended badly and said these words."""
        if self.code == 0 or not all(word in self.out for word in words):
            raise Failed(f"exit {self.code}, wanted a refusal with {words}: {self.out[-2000:]}")
        return self.out


@dataclass(frozen=True)
class System:
    """A running system; `root` is seen from the outside only through `path`."""

    holder: int
    root: Path
    shared: Path
    display: str
    layers: tuple[Path, ...]
    """What lies under a system that begins where this one is, topmost first."""

    def run(
        self, *command: str, given: str = "", wait: float = 300, settings: Mapping[str, str] = _NONE
    ) -> Done:
        """As root, without a question ever asked."""
        return self._done(self._inside([*command], "root", settings), given, wait)

    def user(
        self, *command: str, given: str = "", wait: float = 300, settings: Mapping[str, str] = _NONE
    ) -> Done:
        """As the person at the desk."""
        return self._done(self._inside([*command], USER, settings), given, wait)

    def start(
        self, *command: str, as_user: bool = True, settings: Mapping[str, str] = _NONE
    ) -> subprocess.Popen[str]:
        """Something that goes on; it ends with the system at the latest."""
        return subprocess.Popen(
            self._inside([*command], USER if as_user else "root", settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def more_disk(self, mib: int) -> None:
        """For a system whose disk was made small."""
        enter = ["nsenter", f"--target={self.holder}", "--mount"]
        subprocess.run(
            [*enter, "mount", "-o", f"remount,size={mib}m", str(self.layers[0].parent)], check=True
        )

    def path(self, inside: str) -> Path:
        """Where a file of the system is for programs outside it."""
        return Path(f"/proc/{self.holder}/root{self.root}/{inside.lstrip('/')}")

    def _inside(self, command: Sequence[str], user: str, settings: Mapping[str, str]) -> list[str]:
        home = "/root" if user == "root" else HOME
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home,
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "DISPLAY": self.display,
            **settings,
        }
        words = [f"{name}={value}" for name, value in environment.items()]
        enter = ["nsenter", f"--target={self.holder}", "--mount", "--pid"]
        change = ["chroot", f"--userspec={user}:{user}", str(self.root)]
        there = ["sh", "-c", f"cd {home} && exec {shlex.join(command)}"]
        return [*enter, *change, "env", "-i", *words, *there]

    @staticmethod
    def _done(command: list[str], given: str, wait: float) -> Done:
        ended = subprocess.run(
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=wait,
        )
        return Done(ended.returncode, ended.stdout)


def possible() -> bool:
    """Whether this machine lets root make systems of its own: some containers let nobody mount."""
    with tempfile.TemporaryDirectory(prefix="sealwell-trial-") as folder:
        for name in ("lower", "upper", "work", "root"):
            Path(folder, name).mkdir()
        layers = f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work"
        script = f"mount --make-rprivate / && mount -t overlay overlay -o {layers} {folder}/root"
        spaces = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script]
        return subprocess.run(spaces, capture_output=True, check=False).returncode == 0


@contextmanager
def system(under: tuple[Path, ...], archives: Path, display: str, disk: int = 0) -> Iterator[System]:
    """A fresh system over these layers, topmost first. With `disk`, so many MiB are left to write on."""
    with tempfile.TemporaryDirectory(prefix="sealwell-trial-") as folder:
        root, shared, top = (Path(folder) / name for name in ("root", "shared", "top"))
        shared.mkdir(mode=0o755)
        top.mkdir()
        script = _MOUNT.format(
            lower=":".join(map(str, under)),
            root=root,
            top=top,
            archives=archives,
            shared=shared,
            upper=f"mount -t tmpfs -o size={disk}m disk {top}" if disk else "",
        )
        Path(folder).chmod(0o755)
        spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
        with subprocess.Popen(spaces, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            if holder.stdin is None or holder.stdout is None:
                raise Failed("no way to talk to the system")
            try:
                holder.stdin.write(b"\n")  # `cat` gives it back when everything is mounted
                holder.stdin.flush()
                if holder.stdout.read(1) != b"\n":
                    raise Failed("the system could not be mounted; are you root?")
                (inner,) = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
                yield System(int(inner), root, shared, display, (top / "upper", *under))
            finally:
                holder.stdin.close()
                holder.wait(30)
