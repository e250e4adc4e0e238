"""How others send: the anchors of the benchmarks of sending. Each answers the seconds it took."""

from __future__ import annotations

import asyncio
import json
import smtplib
import ssl
import subprocess
from email.message import EmailMessage  # noqa: TID251 - what others do is what is measured
from email.utils import formatdate, make_msgid
from pathlib import Path

import aiosmtplib

from benchmarks._measure import timed
from benchmarks._relay import HOST
from benchmarks._submission import Submission

SENDER = "office@bench.example.com"
SIZE = 10_000
TEXT = "".join(
    f"Line {number:04d} of a letter that a practice writes to one person.\n" for number in range(159)
)
"""10 KB."""
_NODEMAILER = Path(__file__).resolve().parent.parent / ".node" / "node_modules" / "nodemailer"
_PATIENCE = 600


def smtp_source(server: Submission, count: int, connections: int) -> float:
    """Postfix's own load generator, in clear text, each connection kept."""
    command = ["smtp-source", "-d", "-s", str(connections), "-m", str(count), "-l", str(SIZE)]
    ends = ["-f", SENDER, "-t", "person@example.com", f"127.0.0.1:{server.clear}"]
    environment = {"PATH": "/usr/sbin:/usr/bin:/bin"}
    return timed(lambda: subprocess.run([*command, *ends], check=True, env=environment, timeout=_PATIENCE))


def nodemailer(server: Submission, count: int, connections: int) -> float:
    """The pool of nodemailer, a message made and sent at a time, measured inside its own process."""
    if not _NODEMAILER.exists():
        raise RuntimeError("nodemailer is not installed: run this by dev.py bench")
    settings = {
        "module": str(_NODEMAILER),
        "count": count,
        "connections": connections,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        "ca": str(server.ca_file),
        "sender": SENDER,
        "text": TEXT,
    }
    script = Path(__file__).with_name("_nodemailer.cjs")
    done = subprocess.run(
        ["node", str(script), json.dumps(settings)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


def plain_smtplib(server: Submission, count: int) -> float:
    """One connection, an EmailMessage made for each person."""
    context = ssl.create_default_context(cafile=str(server.ca_file))

    def work() -> None:
        with smtplib.SMTP_SSL(HOST, server.port, context=context) as client:
            client.login(server.user, server.password)
            for number in range(count):
                client.send_message(_personal(number))

    return timed(work)


def plain_aiosmtplib(port: int, server: Submission, wires: list[tuple[str, bytes]]) -> float:
    """One connection, the same bytes, a round trip for each command."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    client = aiosmtplib.SMTP(
        hostname=HOST,
        port=port,
        use_tls=True,
        tls_context=context,
        username=server.user,
        password=server.password,
    )

    async def loop() -> None:
        async with client:
            for address, wire in wires:
                await client.sendmail(SENDER, [address], wire)

    return timed(lambda: asyncio.run(loop()))


def _personal(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = f"person{number}@example.com"
    message["Subject"] = "News from your practice"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="bench.example.com")
    message.set_content(f"Dear person {number},\n\n{TEXT}")
    return message
