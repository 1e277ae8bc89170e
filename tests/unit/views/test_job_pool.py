import threading

from tuimon.views.image.decoder import JobPool


def test_what_was_wanted_last_is_done_and_nothing_else():
    ahead = JobPool(1)
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def first() -> None:
        begun.set()
        go_on.wait(10)
        done.append(0)

    ahead.want([first, lambda: done.append(1)])
    assert begun.wait(10)
    ahead.want([lambda: done.append(2), lambda: done.append(3)])
    assert not ahead.wait(0)
    go_on.set()
    assert ahead.wait(10)
    assert done == [0, 2, 3]


def test_two_at_a_time():
    together = threading.Barrier(2)
    ahead = JobPool(2)
    ahead.want([lambda: together.wait(10)] * 2)
    assert ahead.wait(10)
    assert not together.broken


def test_a_fault_ends_no_thread():
    ahead = JobPool(1)
    done: list[int] = []
    ahead.want([lambda: 1 // 0, lambda: done.append(1)])
    assert ahead.wait(10)
    assert done == [1]
