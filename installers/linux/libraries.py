"""Which libraries of the system the bundle needs: read out of its own files.

A package asks for exactly these. `.deb` names Debian's packages for them, `.rpm` the
libraries themselves, which every distribution of that kind knows.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

DEBIAN = {
    "ld-linux-x86-64.so.2": "libc6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXau.so.6": "libxau6",
    "libXext.so.6": "libxext6",
    "libc.so.6": "libc6",
    "libcrypto.so.3": "libssl3",
    "libcups.so.2": "libcups2",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdl.so.2": "libc6",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libm.so.6": "libc6",
    "libpcre2-8.so.0": "libpcre2-8-0",
    "libpng16.so.16": "libpng16-16",
    "libpthread.so.0": "libc6",
    "libresolv.so.2": "libc6",
    "librt.so.1": "libc6",
    "libssl.so.3": "libssl3",
    "libstdc++.so.6": "libstdc++6",
    "libutil.so.1": "libc6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
}
"""The Debian package of each library, by names that Debian 12 and 13 both know."""


class UnknownLibrary(Exception):
    """The bundle needs a library that no Debian package is named for: add it to DEBIAN."""


@dataclass(frozen=True)
class Needs:
    """What must be there before the program starts; `glibc` is the oldest that will do, as (2, 35)."""

    libraries: tuple[str, ...]
    glibc: tuple[int, ...]

    def debian(self) -> list[str]:
        """As it stands after `Depends:`. Raises UnknownLibrary."""
        unknown = [name for name in self.libraries if name not in DEBIAN]
        if unknown:
            raise UnknownLibrary(", ".join(unknown))
        packages = {DEBIAN[name] for name in self.libraries} - {"libc6"}
        return [f"libc6 (>= {'.'.join(map(str, self.glibc))})", *sorted(packages)]

    def rpm(self) -> list[str]:
        """As RPM's own finder of requirements spells them."""
        named = (name for name in self.libraries if not name.startswith("ld-linux"))
        symbols = ".".join(map(str, self.glibc))
        return sorted([f"libc.so.6(GLIBC_{symbols})(64bit)", *(f"{name}()(64bit)" for name in named)])


def needs(bundle: Path) -> Needs:
    """Read every ELF file of the bundle; what lies in the bundle itself is not asked for."""
    files = [path for path in sorted(bundle.rglob("*")) if path.is_file() and _is_elf(path)]
    said = subprocess.run(
        ["objdump", "-p", *map(str, files)], capture_output=True, text=True, check=True
    ).stdout
    inside = {path.name for path in bundle.rglob("*")}
    asked = set(re.findall(r"^\s+NEEDED\s+(\S+)$", said, re.MULTILINE)) - inside
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_(\d[\d.]*)", said)}
    return Needs(tuple(sorted(asked)), max(versions))


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"
