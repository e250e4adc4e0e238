"""The network's thread: starts late, ends in order."""

from __future__ import annotations

import asyncio
import threading

import pytest

from desktop.errors import Refused
from desktop.sync.loop import NetworkLoop


async def name_of_thread() -> str:
    return threading.current_thread().name


def test_work_runs_on_the_networks_own_thread() -> None:
    loop = NetworkLoop()
    try:
        assert loop.submit(name_of_thread()).result(5) == "network"
    finally:
        loop.stop()


def test_stop_cancels_what_runs_and_waits_for_its_end() -> None:
    loop = NetworkLoop()
    began, seen = threading.Event(), []

    async def long() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            seen.append("ended")

    future = loop.submit(long())
    assert began.wait(5)
    loop.stop()
    assert seen == ["ended"]
    assert future.cancelled()
    assert not any(thread.name == "network" for thread in threading.enumerate())


def test_whoever_waits_while_the_practice_closes_is_told_that_it_is_locked() -> None:
    loop = NetworkLoop()
    threading.Timer(0.1, loop.stop).start()
    with pytest.raises(Refused, match="locked"):
        loop.wait_for(asyncio.sleep(60))


def test_nothing_starts_after_stop() -> None:
    loop = NetworkLoop()
    loop.stop()
    loop.stop()
    with pytest.raises(Refused, match="locked"):
        loop.submit(name_of_thread())


def test_no_thread_without_work() -> None:
    loop = NetworkLoop()
    assert not any(thread.name == "network" for thread in threading.enumerate())
    loop.stop()


def test_an_exception_reaches_who_asked() -> None:
    loop = NetworkLoop()

    async def fail() -> None:
        raise LookupError("x")

    try:
        with pytest.raises(LookupError):
            loop.submit(fail()).result(5)
    finally:
        loop.stop()
