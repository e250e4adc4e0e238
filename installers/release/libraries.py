"""What is in a bundle beside Python packages, with the versions that the libraries themselves tell.

A package index knows `cryptography`; whoever watches for advisories must also know which OpenSSL
is linked into it. Run by the Python of `.venv-package`, on the system that the bundle is for.
"""

from __future__ import annotations

import platform
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

import pikepdf
import sqlcipher3
from cryptography.hazmat.backends.openssl import backend
from fontTools.ttLib import TTFont
from PIL import features
from pypdfium2.version import PDFIUM_INFO
from PySide6.QtCore import qVersion

from desktop.paths import resource

_PICTURES = {"jpg_2000": ("OpenJPEG", "BSD-2-Clause"), "libtiff": ("LibTIFF", "libtiff")}
"""Pillow's libraries that the bundle keeps, by its names for them."""


@dataclass(frozen=True)
class Library:
    """`within` is the package that brings it."""

    name: str
    version: str
    licence: str
    within: str = ""


def libraries() -> tuple[Library, ...]:
    """Raises LookupError where a version cannot be found out: then the list would lie."""
    return (
        Library("CPython", platform.python_version(), "Python-2.0"),
        Library("OpenSSL", _number(ssl.OPENSSL_VERSION), "Apache-2.0", "CPython"),
        Library("OpenSSL", _number(backend.openssl_version_text()), "Apache-2.0", "cryptography"),
        *_sqlcipher(),
        Library("Qt", str(qVersion()), "LGPL-3.0-only", "PySide6_Essentials"),
        Library("qpdf", pikepdf.__libqpdf_version__, "Apache-2.0", "pikepdf"),
        Library("PDFium", _number(str(PDFIUM_INFO)), "BSD-3-Clause", "pypdfium2"),
        *_pictures(),
        Library(
            "PyInstaller bootloader",
            metadata.version("pyinstaller"),
            "GPL-2.0-or-later WITH Bootloader-exception",
        ),
        Library("Inter", _number(_font()), "OFL-1.1"),
        Library("Lucide", _icons(), "ISC"),
    )


def _sqlcipher() -> Iterator[Library]:
    """Its OpenSSL is linked in, and named by the provider's version once a key is set."""
    connection = sqlcipher3.connect(":memory:")
    try:
        connection.execute("PRAGMA key = 'nothing is kept'")
        version, provider = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("cipher_version", "cipher_provider_version")
        )
    finally:
        connection.close()
    yield Library("SQLCipher", _number(version), "BSD-3-Clause", "sqlcipher3")
    yield Library("SQLite", sqlcipher3.sqlite_version, "blessing", "sqlcipher3")
    yield Library("OpenSSL", _number(provider), "Apache-2.0", "sqlcipher3")


def _pictures() -> Iterator[Library]:
    for key, (name, licence) in _PICTURES.items():
        version = features.version(key)
        if version:
            yield Library(name, version, licence, "pillow")
    turbo = features.version_feature("libjpeg_turbo")
    if turbo:
        yield Library("libjpeg-turbo", turbo, "IJG AND BSD-3-Clause", "pillow")


def _font() -> str:
    said = TTFont(resource("fonts/Inter-Regular.otf"))["name"].getDebugName(5)
    return str(said)


def _icons() -> str:
    """As the drawings' first lines say; all must be of one version."""
    found: set[str] = {
        version
        for path in resource("icons").glob("*.svg")
        for version in re.findall(r"lucide-static v([\d.]+)", path.read_text("utf-8"))
    }
    if len(found) != 1:
        raise LookupError(f"icons of versions {sorted(found)}")
    return found.pop()


def _number(said: str) -> str:
    found = re.search(r"\d+(\.\d+)+[a-z]?", said)
    if found is None:
        raise LookupError(f"no version in {said!r}")
    return found.group()
