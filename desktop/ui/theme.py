"""How everything looks: one table of tokens, light and dark, one small style sheet.

Fusion on every system. Contrast follows WCAG 2.2 AA: text at 4.5:1 and better, borders
of inputs and focus rings at 3:1 and better; a test computes both from the tables.
"""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from desktop.frozen import dataclass
from desktop.paths import resource

FONTS = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


@dataclass(frozen=True)
class Tokens:
    """Colours by what they are for."""

    bg: str
    surface: str
    rail: str
    rail_text: str
    rail_selected: str
    text: str
    muted: str
    line: str
    border: str
    """Of inputs and buttons: at least 3:1 against the surface (WCAG 1.4.11)."""
    accent: str
    accent_text: str
    accent_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    error: str
    error_soft: str
    focus: str
    toast: str
    toast_text: str
    toast_action: str


LIGHT = Tokens(
    bg="#F5F7F8",
    surface="#FFFFFF",
    rail="#0E3B40",
    rail_text="#CFE4E4",
    rail_selected="#1C5A60",
    text="#16262B",
    muted="#55666C",
    line="#DCE3E6",
    border="#7C8B91",
    accent="#0B6E75",
    accent_text="#FFFFFF",
    accent_soft="#E1F1F1",
    ok="#1D6F42",
    ok_soft="#E3F4EA",
    warn="#8A5A00",
    warn_soft="#FFF3D6",
    error="#B3261E",
    error_soft="#FBE9E7",
    focus="#0B6E75",
    toast="#16262B",
    toast_text="#F5F7F8",
    toast_action="#7FDBDE",
)
DARK = Tokens(
    bg="#12191C",
    surface="#192226",
    rail="#0C1518",
    rail_text="#A9C2C4",
    rail_selected="#1D3A3F",
    text="#E6EEF0",
    muted="#9DB0B6",
    line="#2C3A40",
    border="#6B7C83",
    accent="#4CC0C4",
    accent_text="#06282A",
    accent_soft="#173A3D",
    ok="#6FCF97",
    ok_soft="#16342A",
    warn="#F0C36A",
    warn_soft="#3A2F14",
    error="#FF8A80",
    error_soft="#3B1D1B",
    focus="#4CC0C4",
    toast="#E6EEF0",
    toast_text="#12191C",
    toast_action="#0B6E75",
)

_SHEET = """
* { font-family: Inter, 'Segoe UI', 'SF Pro Text', 'Noto Sans', 'DejaVu Sans'; font-size: 10.5pt; }
QMainWindow, QDialog, QWidget#page { background: @bg; }
QWidget#rail { background: @rail; }
QToolButton#nav { color: @rail_text; background: transparent; border: 2px solid transparent;
  border-radius: 10px; padding: 8px 2px; font-size: 8.5pt; font-weight: 500; }
QToolButton#nav:hover { background: @rail_selected; }
QToolButton#nav:checked { background: @rail_selected; color: white; font-weight: 600; }
QToolButton#nav:focus { border-color: @rail_text; }
QFrame#card { background: @surface; border: 1px solid @line; border-radius: 12px; }
QFrame#sample { background: @warn_soft; border: none; border-bottom: 3px solid @warn; }
QFrame#sample QLabel { color: @text; }
QFrame#sample QLabel#heading { color: @warn; font-size: 11pt; }
QFrame#sample QPushButton { padding: 4px 10px; }
QFrame#sample QPushButton:focus { padding: 3px 9px; }
QFrame#sample QPushButton:checked { background: @accent; color: @accent_text; border-color: @accent; }
QFrame#drop { background: @surface; border: 2px dashed @line; border-radius: 12px; }
QFrame#theirs { background: @surface; border: 1px solid @line; border-radius: 10px; }
QFrame#ours { background: @bg; border: 1px solid transparent; border-radius: 10px; }
QFrame#row { background: @surface; border: none; border-bottom: 1px solid @line; }
QLabel { color: @text; background: transparent; }
QLabel#title { font-size: 16pt; font-weight: 600; }
QLabel#heading { font-size: 12pt; font-weight: 600; }
QLabel#number { font-size: 14pt; font-weight: 600; }
QLabel#number[kind="warn"] { color: @warn; }
QLabel#number[kind="error"] { color: @error; }
QLabel#hero { font-size: 18pt; font-weight: 600; }
QLabel#label { font-weight: 500; }
QLabel#muted { color: @muted; }
QLabel#problem { color: @error; }
QLabel#good { color: @ok; }
QLabel#pill-ok, QLabel#pill-warn, QLabel#pill-error, QLabel#pill-plain {
  border-radius: 9px; padding: 3px 9px; font-size: 9pt; font-weight: 600; }
QLabel#pill-ok { color: @ok; background: @ok_soft; }
QLabel#pill-warn { color: @warn; background: @warn_soft; }
QLabel#pill-error { color: @error; background: @error_soft; }
QLabel#pill-plain { color: @muted; background: @bg; }
QLabel#badge { color: @surface; background: @error; border-radius: 8px; padding: 1px 5px;
  font-size: 8pt; font-weight: 700; }
QLabel#mono { font-family: 'DejaVu Sans Mono', Consolas, Menlo, monospace; font-size: 12pt; }
QLabel#fingerprint { font-family: 'DejaVu Sans Mono', Consolas, Menlo, monospace; font-size: 16pt; }
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QDateEdit, QTimeEdit,
QSpinBox { background: @surface; color: @text;
  border: 1px solid @border; border-radius: 8px; padding: 7px 10px; min-height: 18px;
  selection-background-color: @accent; selection-color: @accent_text; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QDateEdit:focus,
QTimeEdit:focus, QSpinBox:focus {
  border: 2px solid @focus; padding: 6px 9px; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] { border: 2px solid @error; padding: 6px 9px; }
QComboBox::drop-down { border: none; width: 30px; }
QComboBox::down-arrow { image: url("@arrow"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { border: 1px solid @border; border-radius: 0; padding: 4px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; border-radius: 0;
  padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QDateEdit:disabled, QTimeEdit:disabled, QSpinBox:disabled {
  color: @muted; border-color: @line; background: @bg; }
QPushButton { background: @surface; color: @text; border: 1px solid @border; border-radius: 8px;
  padding: 8px 16px; font-weight: 500; min-height: 16px; }
QPushButton:hover { border-color: @accent; background: @accent_soft; }
QPushButton:focus { border: 2px solid @focus; padding: 7px 15px; }
QPushButton:disabled { color: @muted; border-color: @line; background: @bg; }
QPushButton#primary { background: @accent; color: @accent_text; border: 1px solid @accent; font-weight: 600; }
QPushButton#primary:focus { border: 2px solid @text; }
QPushButton#primary:disabled { background: @line; color: @muted; border-color: @line; }
QPushButton#danger { background: @error; color: @surface; border: 1px solid @error; font-weight: 600; }
QPushButton#danger:focus { border: 2px solid @text; }
QPushButton#danger:disabled { background: @line; color: @muted; border-color: @line; }
QPushButton#link { background: transparent; border: 2px solid transparent; color: @accent; padding: 6px 8px;
  font-weight: 600; text-align: left; }
QPushButton#link:focus { border: 2px solid @focus; }
QPushButton#quiet { background: transparent; border: 2px solid transparent; color: @accent; padding: 4px 0;
  font-weight: 500; text-align: left; }
QPushButton#quiet:hover { text-decoration: underline; }
QPushButton#quiet:focus { border: 2px solid @focus; border-radius: 6px; }
QPushButton#section { background: transparent; border: 2px solid transparent; text-align: left;
  padding: 8px 12px; }
QPushButton#section:hover { background: @accent_soft; }
QPushButton#section:checked { background: @accent_soft; color: @accent; font-weight: 600; }
QPushButton#section:focus { border: 2px solid @focus; }
QPushButton#deskrow { background: transparent; border: 2px solid transparent; padding: 0; text-align: left; }
QPushButton#deskrow:hover { background: @accent_soft; }
QPushButton#deskrow:focus { border: 2px solid @focus; }
QFrame#line { border: none; background: @line; max-height: 1px; }
QTableView, QListView, QTreeView { background: @surface; color: @text; border: 1px solid @line;
  border-radius: 12px; outline: 0; gridline-color: transparent; alternate-background-color: @surface;
  selection-background-color: @accent_soft; selection-color: @text; }
QTableView:focus, QListView:focus { border: 2px solid @focus; }
QTableView::item { padding: 0 10px; border-bottom: 1px solid @line; }
QTableView::item:selected, QListView::item:selected { background: @accent_soft; color: @text; }
QTableView#looks { selection-background-color: transparent; }
QTableView#looks::item, QTableView#looks::item:selected { background: transparent; border: none; }
QHeaderView { background: transparent; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
  padding: 9px 13px; font-size: 9pt; font-weight: 600; }
QTableCornerButton::section { background: @surface; border: none; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: @border; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { border: none; border-radius: 4px; background: @line; max-height: 8px; }
QProgressBar::chunk { border-radius: 4px; background: @accent; }
QStatusBar { background: @bg; color: @muted; }
QStatusBar::item { border: none; }
QCheckBox, QRadioButton { color: @text; spacing: 8px; min-height: 24px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid @focus; border-radius: 6px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid @border; border-radius: 4px;
  background: @surface; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @border; border-radius: 9px;
  background: @surface; }
QRadioButton::indicator:checked { background: @surface; border: 5px solid @accent; width: 8px; height: 8px; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@tick"); }
QToolTip { background: @surface; color: @text; border: 1px solid @border; padding: 6px; }
QFrame#toast { background: @toast; border-radius: 10px; }
QFrame#toast QLabel { color: @toast_text; }
QFrame#toast QPushButton { background: transparent; border: 2px solid transparent; color: @toast_action;
  font-weight: 600; padding: 4px 8px; }
QFrame#toast QPushButton:focus { border: 2px solid @toast_action; }
QFrame#notice { border-radius: 10px; background: @warn_soft; }
QFrame#notice QLabel { color: @warn; }
QFrame#notice[kind="error"] { background: @error_soft; }
QFrame#notice[kind="error"] QLabel { color: @error; }
QFrame#notice[kind="ok"] { background: @ok_soft; }
QFrame#notice[kind="ok"] QLabel { color: @ok; }
QFrame#notice[kind="plain"] { background: @accent_soft; }
QFrame#notice[kind="plain"] QLabel { color: @text; }
"""


def style_sheet(tokens: Tokens) -> str:
    """The sheet with every `@name` replaced, longest names first."""
    tick = "icons/tick-dark.svg" if tokens is DARK else "icons/tick-light.svg"
    sheet = _SHEET.replace("@arrow", resource("icons/combo-arrow.svg").as_posix())
    sheet = sheet.replace("@tick", resource(tick).as_posix())
    for name in sorted((field.name for field in fields(tokens)), key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", str(getattr(tokens, name)))
    return sheet


def palette(tokens: Tokens) -> QPalette:
    """What Fusion paints where the sheet says nothing."""
    made = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, tokens.bg),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.bg),
        (role.Text, tokens.text),
        (role.WindowText, tokens.text),
        (role.ButtonText, tokens.text),
        (role.Button, tokens.surface),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.accent_text),
        (role.PlaceholderText, tokens.muted),
        (role.ToolTipBase, tokens.surface),
        (role.ToolTipText, tokens.text),
        (role.Link, tokens.accent),
    ):
        made.setColor(which, QColor(colour))
    return made


class Theme:
    """Applies the tokens that the system's colour scheme asks for, and follows its changes."""

    def __init__(self, application: QApplication, dark: bool | None = None) -> None:
        self._application = application
        self._forced = dark
        application.setStyle("Fusion")
        for name in FONTS:
            QFontDatabase.addApplicationFont(str(resource(f"fonts/{name}")))
        application.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def tokens(self) -> Tokens:
        scheme = self._application.styleHints().colorScheme()
        dark = scheme == Qt.ColorScheme.Dark if self._forced is None else self._forced
        return DARK if dark else LIGHT

    def _apply(self) -> None:
        tokens = self.tokens
        self._application.setPalette(palette(tokens))
        self._application.setStyleSheet(style_sheet(tokens))
