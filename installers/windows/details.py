"""What Windows shows of a program in its properties: whose it is, what it is, which version.

Read by `installers/sealwell.spec` under the Python for Windows that builds.
"""

from __future__ import annotations

from typing import Any

from installers.windows.facts import PUBLISHER, VERSION, numbers

WORDS = {"sealwell": "Sealwell commands", "sealwell-gui": "Sealwell"}
_ENGLISH_UNICODE = "040904B0"
_TRANSLATION = [0x0409, 1200]
"""US English in UTF-16, the same as above in the form that the block beside it has (verrsrc.h)."""


def version_resource(name: str) -> Any:
    """VS_VERSIONINFO of the program `name`, as PyInstaller takes it."""
    from PyInstaller.utils.win32 import versioninfo as parts  # noqa: PLC0415 - on Windows alone

    said = {
        "CompanyName": PUBLISHER,
        "FileDescription": WORDS[name],
        "FileVersion": VERSION,
        "InternalName": name,
        "LegalCopyright": f"{PUBLISHER}, Apache License 2.0",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Sealwell",
        "ProductVersion": VERSION,
    }
    four = tuple(int(number) for number in numbers().split("."))
    table = parts.StringTable(_ENGLISH_UNICODE, [parts.StringStruct(*pair) for pair in said.items()])
    return parts.VSVersionInfo(
        ffi=parts.FixedFileInfo(filevers=four, prodvers=four, OS=0x40004),
        kids=[
            parts.StringFileInfo([table]),
            parts.VarFileInfo([parts.VarStruct("Translation", _TRANSLATION)]),
        ],
    )
