"""Calls that may hang: waited for a moment, then left to themselves."""

import asyncio
import threading
import time

import pytest

from support.waiting import wait_until
from tuimon.abandoned import AbandonedThreads, Aside, answer_within


def test_what_comes_at_once_is_there_at_once():
    numbers = iter(range(9))
    aside = Aside(lambda: next(numbers), patience=5)
    assert [aside.ask(), aside.ask(), aside.ask()] == [0, 1, 2]
    assert not aside.pending


def test_what_hangs_is_asked_for_once_and_comes_when_it_does():
    go_on, calls = threading.Event(), []

    def call() -> str:
        calls.append(1)
        go_on.wait()
        return "late"

    aside = Aside(call, patience=0.01)
    began = time.monotonic()
    assert [aside.ask() for _ in range(50)] == [None] * 50
    assert time.monotonic() - began < 2
    assert aside.pending
    assert aside.hangs_for > 0
    assert calls == [1]
    go_on.set()
    assert wait_until(aside.ask, 5) == "late"
    assert aside.hangs_for == 0


def test_errors_are_those_of_the_call():
    def call() -> None:
        raise KeyError("it")

    with pytest.raises(KeyError):
        Aside(call, patience=5).ask()
    with pytest.raises(KeyError):
        answer_within(5, call)


def test_an_answer_comes_within_its_time_or_not_at_all():
    hangs = threading.Event()
    assert answer_within(5, lambda: 3) == 3
    with pytest.raises(TimeoutError):
        answer_within(0.01, hangs.wait)
    hangs.set()


def test_a_loop_with_a_call_that_hangs_ends():
    hangs = threading.Event()

    async def run() -> int:
        asyncio.get_running_loop().set_default_executor(AbandonedThreads())
        task = asyncio.create_task(asyncio.to_thread(hangs.wait))
        await asyncio.sleep(0)
        task.cancel()
        return await asyncio.to_thread(lambda: 7)

    began = time.monotonic()
    assert asyncio.run(run()) == 7
    assert time.monotonic() - began < 5
    hangs.set()
