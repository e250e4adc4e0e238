"""After `forbid_network` nothing of the process reaches a network, whoever asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

TRIES = {
    "tcp": "socket.create_connection(('192.0.2.1', 25), 1)",
    "loopback": "socket.create_connection(('127.0.0.1', 25), 1)",
    "six": "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "look-up": "socket.getaddrinfo('relay.example.com', 25)",
    "by-name": "socket.gethostbyname('relay.example.com')",
    "http": "__import__('urllib.request').request.urlopen('https://example.com/', timeout=1)",
    "httpx": "__import__('httpx').get('https://example.com/')",
    "dns": "__import__('dns.resolver').resolver.Resolver(configure=False).resolve('example.com', lifetime=1)",
    "loop": "__import__('asyncio').run(__import__('asyncio').open_connection('192.0.2.1', 25))",
}


def run(words: str) -> subprocess.CompletedProcess[str]:
    head = "import socket\nfrom desktop.sample.isolation import forbid_network\nforbid_network()\n"
    return subprocess.run(
        [sys.executable, "-c", head + words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("way", TRIES)
def test_every_way_out_ends_as_without_a_network(way: str) -> None:
    done = run(
        f"try:\n    {TRIES[way]}\nexcept Exception as error:\n    print('refused', type(error).__name__)"
    )
    assert done.stdout.startswith("refused"), done.stdout + done.stderr


def test_what_stays_on_this_computer_works() -> None:
    done = run(
        "import asyncio, subprocess, sys, multiprocessing.connection as m\n"
        "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'\n"
        "c, d = m.Pipe(); c.send_bytes(b'y'); assert d.recv_bytes() == b'y'\n"
        "asyncio.run(asyncio.sleep(0))\n"
        "subprocess.run([sys.executable, '-c', ''], check=True)\n"
        "print('works')"
    )
    assert done.stdout == "works\n", done.stderr


def test_the_computer_looks_as_if_it_had_no_network() -> None:
    done = run("from desktop.sync.network import has_way_out\nprint(has_way_out())")
    assert done.stdout == "False\n", done.stderr
