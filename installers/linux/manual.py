"""The manual pages, written from the words of the command line itself (man(7))."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime

from desktop.cli.arguments import parser
from installers.linux.facts import HOMEPAGE, VERSION, source_date

_GUI = """\
.SH NAME
sealwell\\-gui \\- the window of Sealwell, encrypted mail for small medical practices
.SH SYNOPSIS
.B sealwell\\-gui
[\\fB\\-\\-practice\\fR \\fIDIR\\fR] [\\fB\\-\\-tray\\fR]
.SH DESCRIPTION
Opens the practice of the person who starts it, or sets one up.
A background service does what goes on behind the window; it is started and ended by itself.
.SH OPTIONS
.TP
\\fB\\-\\-practice\\fR \\fIDIR\\fR
the practice's folder, if it is not the person's own
.TP
\\fB\\-\\-tray\\fR
begin as a mark in the tray, without opening the window
"""
_SYNOPSIS = """\
.SH SYNOPSIS
.B sealwell
[\\fB\\-\\-practice\\fR \\fIDIR\\fR] [\\fB\\-\\-json\\fR] [\\fB\\-\\-stdin\\fR] \\fICOMMAND\\fR
.br
.B sealwell \\-\\-self\\-test
[\\fB\\-\\-report\\fR \\fIFILE\\fR]
.br
.B sealwell \\-\\-version
"""
_FILES = """\
.SH FILES
.TP
.I ~/.local/share/sealwell/practice
the practice: an encrypted database, its keys and its log.
Neither an upgrade nor the removal of the program touches it.
"""
_STATUS = """\
.SH "EXIT STATUS"
.TP
.B 0
done
.TP
.B 1
refused or failed, with a code, a sentence and what to do
.TP
.B 2
wrong use
.TP
.B 70
a fault of the program, described without content
"""
_ENVIRONMENT = """\
.SH ENVIRONMENT
.TP
.B SEALWELL_TOKEN
what
.B sealwell signin
printed: it stands for the person who signed in
"""


def pages() -> dict[str, str]:
    """Each page's file name and text."""
    also = '.SH "SEE ALSO"\n'
    return {
        "sealwell.1": "".join(
            (
                _title("SEALWELL"),
                ".SH NAME\nsealwell \\- commands of Sealwell, encrypted mail for small medical practices\n",
                _SYNOPSIS,
                f".SH DESCRIPTION\n{_text(parser().description)}\n",
                *_options(parser()),
                ".TP\n\\fB\\-\\-self\\-test\\fR\nprove on this computer that every part works\n",
                ".SH COMMANDS\n",
                *_commands(parser(), ""),
                _STATUS,
                _ENVIRONMENT,
                _FILES,
                f"{also}.BR sealwell\\-gui (1),\n.I {_text(HOMEPAGE)}\n",
            )
        ),
        "sealwell-gui.1": f"{_title('SEALWELL-GUI')}{_GUI}{_FILES}{also}.BR sealwell (1)\n",
    }


def _title(name: str) -> str:
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")
    return f'.TH {_text(name)} 1 {date} "Sealwell {VERSION}" "User Commands"\n'


def _commands(of: argparse.ArgumentParser, before: str) -> Iterator[str]:
    """A paragraph for each command, in the order of `--help`; a family's verbs stand under it."""
    for group in _groups(of):
        words = {choice.dest: choice.help or "" for choice in group._choices_actions}
        for name, made in group.choices.items():
            full = f"{before}{name}"
            inner = _groups(made)
            heading = f'.SS "{_text(full)}"\n{_text(words.get(name))}\n' if inner else ""
            yield heading or f".TP\n{_usage(full, made)}\n{_text(words.get(name))}\n"
            yield from _commands(made, f"{full} ")


def _usage(full: str, of: argparse.ArgumentParser) -> str:
    """The command with what it takes besides the common options."""
    parts = [f"\\fB{_text(full)}\\fR"]
    for action in of._actions:
        name = _text(action.metavar if isinstance(action.metavar, str) else action.dest)
        if not action.option_strings:
            parts.append(f"\\fI{name}\\fR" if action.nargs not in ("?", "*") else f"[\\fI{name}\\fR]")
        elif action.dest not in ("help", "practice", "json", "stdin"):
            value = f" \\fI{name}\\fR" if action.nargs != 0 else ""
            option = f"\\fB{_text(action.option_strings[-1])}\\fR{value}"
            parts.append(option if action.required else f"[{option}]")
    return " ".join(parts)


def _options(of: argparse.ArgumentParser) -> Iterator[str]:
    yield ".SH OPTIONS\n"
    for action in of._actions:
        if action.option_strings:
            names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
            value = f" \\fI{_text(action.metavar)}\\fR" if isinstance(action.metavar, str) else ""
            yield f".TP\n{names}{value}\n{_text(action.help)}\n"


def _groups(of: argparse.ArgumentParser) -> list[argparse._SubParsersAction[argparse.ArgumentParser]]:
    return [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]


def _text(words: str | None) -> str:
    """Nothing in it is taken for a request or an escape (groff_char(7)); %% is argparse's %."""
    plain = (words or "").replace("%%", "%").replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{plain}" if plain.startswith(".") else plain
