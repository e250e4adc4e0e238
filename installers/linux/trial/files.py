"""The files themselves: the same at each build, and as Debian's and RPM's own tools want them."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from installers.linux import deb, tarball
from installers.linux.facts import COMPONENT, DIST, NAME, PROGRAMS, VERSION
from installers.linux.trial.system import Failed

_DEB = DIST / f"{NAME}_{VERSION}_amd64.deb"
_RPM = DIST / f"{NAME}-{VERSION}.x86_64.rpm"
_TAR = DIST / f"{NAME}-{VERSION}-linux-x86_64.tar.xz"


def same_twice() -> None:
    """Built anew, `.deb` and `.tar.xz` are the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for built, build in ((_DEB, deb.build), (_TAR, tarball.build)):
            if build(Path(folder)).read_bytes() != built.read_bytes():
                raise Failed(f"{built.name} is another file")


def the_desktop_reads_them() -> None:
    """Menu entry, description and manual, by the tools of those who read them."""
    with tempfile.TemporaryDirectory() as folder:
        _well("dpkg-deb", "-x", str(_DEB), folder)
        share = Path(folder) / "usr/share"
        _well("desktop-file-validate", "--warn-kde", str(share / "applications" / f"{NAME}.desktop"))
        described = share / "metainfo" / f"{COMPONENT}.metainfo.xml"
        _well("appstreamcli", "validate", "--no-net", "--explain", str(described))
        for program in PROGRAMS:
            page = share / "man/man1" / f"{program}.1.gz"
            said = _well("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page))
            if "warning" in said:
                raise Failed(said[:1000])


def lintian_is_content() -> None:
    """But for what is overridden, each with its reason beside it."""
    said = _well(
        "lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "3", str(_DEB)
    )
    if said.strip():
        raise Failed(said[-2000:])


def rpm_reads_it() -> None:
    """RPM's own tools: what it says, what it holds, what it asks for; and what comes out of it runs."""
    said = _well("rpm", "-qip", str(_RPM))
    if f"Version     : {VERSION}" not in said or "License     : Apache-2.0" not in said:
        raise Failed(said)
    held = set(_well("rpm", "-qlp", str(_RPM)).split())
    if not {f"/usr/bin/{program}" for program in PROGRAMS} <= held:
        raise Failed("the programs are not in it")
    if "libc.so.6(GLIBC_" not in _well("rpm", "-qRp", str(_RPM)):
        raise Failed("it asks for nothing")
    with tempfile.TemporaryDirectory() as folder:
        _well("sh", "-c", f"cd {folder} && rpm2cpio {_RPM} | cpio --quiet -idm")
        _well(f"{folder}/usr/bin/{NAME}", "--self-test", "--report", f"{folder}/report")


def rpm_installs_and_removes_it() -> None:
    """Into a root of its own, without what it asks for: files as they were packed, and nothing left."""
    with tempfile.TemporaryDirectory() as folder:
        rpm = ("rpm", "--root", folder, "--nodeps")
        _well(*rpm[:3], "--initdb")
        _well(*rpm, "--install", str(_RPM))
        _well(*rpm, "--verify", NAME)
        _well(f"{folder}/usr/lib/{NAME}/{NAME}", "--version")
        _well(*rpm, "--erase", NAME)
        left = [path for path in Path(folder, "usr").rglob("*") if NAME in path.name]
        if left:
            raise Failed(f"left behind: {left[:20]}")


TRIALS: tuple[Callable[[], None], ...] = (
    same_twice,
    the_desktop_reads_them,
    lintian_is_content,
    rpm_reads_it,
    rpm_installs_and_removes_it,
)


def _well(*command: str) -> str:
    """What it printed. Raises Failed unless it ended well."""
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600
    )
    if ended.returncode != 0:
        raise Failed(f"{command[0]}: exit {ended.returncode}: {ended.stdout[-2000:]}")
    return ended.stdout
