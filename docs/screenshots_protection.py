"""The secret desk, help, the scan's question and the settings of protection, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice

from desktop.models.accounts import Session
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Baa, MessageId, PersonId, Reason
from desktop.office.values_posture import PostureLine, PostureShown
from desktop.office.values_protection import PickupLine, PickupsShown, StorageLine, StoragesShown
from desktop.ui.cards.dialog import CardDialog
from desktop.ui.compose.scan import ScanDialog
from desktop.ui.help.dialog import HelpDialog
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.people.page import PeoplePage
from desktop.ui.settings.onward import OnwardDialog
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.posture import PostureSection
from desktop.ui.settings.storage import StorageDialog, StorageSection

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
_BAA = Baa("Lakeside Storage", date(2026, 1, 1), date(2027, 12, 31), "storage")
_STORAGE = Storage(
    StorageId("5" * 32),
    "Lakeside Storage",
    "s3",
    "https://s3.lakeside.example/elm-street",
    "elm-street",
    "https://files.elmstreet.example",
    14,
    _BAA,
    _NOW,
)
_FIX = '_dmarc.elmstreet.example. TXT "v=DMARC1; p=quarantine; rua=mailto:reports@elmstreet.example"'
_POSTURE = PostureShown(
    "elmstreet.example",
    (
        PostureLine("dmarc", "bad", Reason("posture-dmarc-none", {"domain": "elmstreet.example"}), _FIX),
        PostureLine("tls-rpt", "better", Reason("posture-reports-none", {"domain": "elmstreet.example"})),
        PostureLine("mx", "good", Reason("posture-mx-good", {"servers": "mx.elmstreet.example"})),
    ),
    campaigns=False,
)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    """What needs a sealed message or a card takes the first that the sample practice has."""
    outbox = workspace.pages["outbox"]
    if not isinstance(outbox, OutboxPage):
        raise TypeError("the outbox is another page")
    _help(camera, outbox, session)
    _card(camera, workspace, session)
    _scan(camera, workspace)
    _settings(camera, workspace, session)


def _help(camera: Camera, outbox: OutboxPage, session: Session) -> None:
    for line in camera.ui.office.list_outbox(session).messages:
        if line.method.value == "envelope":
            dialog = HelpDialog(camera.ui, session, outbox)
            dialog.help_message(MessageId(line.id))
            camera.dialog("help", dialog)
            return


def _card(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("people")
    page = workspace.pages["people"]
    camera.settle()
    if not isinstance(page, PeoplePage):
        raise TypeError("People is another page")
    shown = page.detail.shown
    if shown is not None:
        camera.dialog("card-desk", CardDialog(camera.ui, session, shown.person, page))


def _scan(camera: Camera, workspace: Workspace) -> None:
    """The window itself stands for the page that was scanned."""
    picture = QBuffer()
    picture.open(QIODevice.OpenModeFlag.WriteOnly)
    camera.window.grab().save(picture, "PNG")
    about, data = "Montgomery Sandoval, 2002", bytes(picture.data().data())
    camera.dialog("compose-scan", ScanDialog(camera.ui, data, about, lambda: None, lambda: None, workspace))


def _settings(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("settings")
    settings = workspace.pages["settings"]
    if not isinstance(settings, SettingsPage):
        raise TypeError("Settings is another page")
    settings.sections.open("content")
    camera.settle(200)
    camera.take("settings-content")
    storage = settings.sections.open("storage")
    if isinstance(storage, StorageSection):
        storage._show(_stored())
        camera.take("settings-storage")
        camera.dialog("storage-add", StorageDialog(camera.ui, session, storage))
    posture = settings.sections.open("posture")
    if isinstance(posture, PostureSection):
        posture.show_posture(_POSTURE)
        camera.take("settings-posture")
    relays = settings.sections.open("relay")
    camera.settle()
    for line in camera.ui.office.list_relays(session)[:1]:
        camera.dialog("relay-onward", OnwardDialog(camera.ui, session, relays, line))


def _stored() -> tuple[StoragesShown, PickupsShown]:
    def line(at: int, name: str, state: str) -> PickupLine:
        made = Pickup(
            PickupId(f"{at:032x}"),
            MessageId(f"{at:032x}"),
            _STORAGE.id,
            "n" * 43,
            _NOW,
            _NOW + timedelta(days=14 - at),
        )
        return PickupLine(made, PersonId(f"{at:032x}"), name, state)

    lines = (
        line(1, "Dolores Altamirano", "waiting"),
        line(2, "Harrison Blackwood", "picked-up"),
        line(3, "Ximena Echeverría", "not-known"),
        line(20, "Theodore Ashworth", "expired"),
    )
    return StoragesShown((StorageLine(_STORAGE, None),)), PickupsShown(lines)
