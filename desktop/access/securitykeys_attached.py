"""Which security keys are plugged into this computer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fido2.hid import ConnectionFailure, CtapHidDevice, list_descriptors, open_connection

from desktop.access.securitykeys_ctap import CtapKey
from desktop.access.securitykeys_values import Key

if sys.platform == "win32":
    from desktop.access.securitykeys_client import ClientKey, collector

    def _dialog(rp_id: str) -> Sequence[Key]:
        """Windows' own, which finds keys by itself; nothing where it has none (before 10 1903)."""
        try:
            # Importing it loads webauthn.dll: a Windows without it would not get as far as its first page.
            from fido2.client.windows import WindowsClient  # noqa: PLC0415
        except OSError:
            return ()
        return (ClientKey(WindowsClient(collector(rp_id))),) if WindowsClient.is_available() else ()

else:

    def _dialog(rp_id: str) -> Sequence[Key]:
        """No other system has one that programs may ask."""
        return ()


def attached(rp_id: str) -> Sequence[Key]:
    """What can be asked now; on Windows its own dialog, which finds keys by itself.

    Raises OSError when there is a key that this account may not open: on Linux the
    rights come from a udev rule, which the package libfido2-1 brings along on Debian
    and Ubuntu. Keys that cannot even be read are not seen at all.
    """
    own = _dialog(rp_id)
    if own:
        return own
    keys: list[Key] = []
    closed: OSError | None = None
    for descriptor in list_descriptors():
        try:
            connection = open_connection(descriptor)
        except OSError as error:
            closed = error
            continue
        try:
            device = CtapHidDevice(descriptor, connection)
        except (OSError, ConnectionFailure):
            connection.close()  # pulled out again, or held by another program
            continue
        keys.append(CtapKey(device, descriptor.product_name or ""))
    if closed is not None and not keys:
        raise closed
    return keys
