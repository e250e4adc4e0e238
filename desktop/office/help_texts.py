"""What a patient sees of a message, by the program that they read it with; as codes."""

from __future__ import annotations

from desktop.models.protection import Form
from desktop.models.records import Method, Reason

DEVICES = ("iphone", "android", "gmail", "outlook")
"""The mail programs of both phones, Gmail in a browser, Outlook on a computer."""


def what_they_see(method: Method, form: Form | None) -> dict[str, Reason]:
    """A sentence for each of `DEVICES`; some ways look the same everywhere."""
    if method is Method.ENVELOPE and form in (Form.HTML, Form.PDF):
        return {device: Reason(f"sees-{form.value}-{device}") for device in DEVICES}
    same = {
        Method.ENVELOPE: "sees-link",
        Method.OPENPGP: "sees-openpgp",
        Method.SMIME: "sees-smime",
        Method.PORTAL: "sees-portal",
    }.get(method, "sees-mail")
    return dict.fromkeys(DEVICES, Reason(same))
