"""Tracebacks of several processes at once, told apart by what stands before their lines."""

import pytest

from tuimon.guardian.tracebacks import traceback_ends

HEADING = "Traceback (most recent call last):"


def ends(*lines: str) -> list[tuple[str, str]]:
    """(label, text) of each."""
    return [(end.label, end.text) for end in traceback_ends(lines)[0]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[rank0]: ", "[rank1]: "),
        ("0: ", "1: "),
        ("(worker pid=7) ", "(worker pid=8) "),
        ("[1,0]<stderr>:", "[1,1]<stderr>:"),
        ("node-1 | ", "node-2 | "),
        ("", "[default1]:"),
    ],
)
def test_ranks_that_write_at_once_are_told_apart(one: str, other: str):
    assert ends(
        f"{one}{HEADING}",
        f'{one}  File "/x/train.py", line 8, in step',
        f"{other}{HEADING}",
        f"{one}    loss.backward()",
        f'{other}  File "/x/data.py", line 3, in <module>',
        f"{other}queue.Empty",
        f"{one}RuntimeError: element 0 of tensors does not require grad",
    ) == [(other, "queue.Empty"), (one, "RuntimeError: element 0 of tensors does not require grad")]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([f"  3%|▎   | 1/9 [00:01<00:08, 1s/it]{HEADING}", '  File "x", line 1, in f'], "KeyError"),
        (["Original " + HEADING, '  File "x", line 1, in f'], "zlib.error: bad"),
        (['  File "/x/train.py", line 1', "    def f(:", "          ^"], "SyntaxError: invalid"),
        (["╭──── Traceback (most recent call last) ────╮", "│ x.py:1 │", "╰──╯"], "my.Stop: now"),
        (["+---- Traceback (most recent call last) ----+", "| x.py:1 |", "+--+"], "my.Stop: now"),
        ([HEADING, '  File "x", line 1, in f', "    g()"], "ray.RayTaskError(KeyError): ray::f"),
        ([HEADING, '  File "x", line 1, in f', "step 3 of 4"], "ValueError"),
    ],
)
def test_a_traceback_ends_with_the_name_of_its_exception(lines: list[str], text: str):
    assert ends("epoch 1", *lines, text, "epoch 2", "Error: 5") == [("", text)]


def test_labels_may_hold_times():
    lines = ('File "x", line 1, in f', "f()", "KeyError: 1")
    assert (
        ends(
            "2026-01-01 10:00:00.977 [worker] Traceback (most recent call last):",
            *(f"2026-01-01 10:00:0{n}.4{n} [worker] {'  ' * (n < 2)}{lines[n]}" for n in range(3)),
        )
        == []
    )
    assert ends(
        "2026-01-01 10:00:00.977 [worker] Traceback (most recent call last):",
        *(f"2026-01-01 10:00:0{n}.97{n} [worker] {'  ' * (n < 2)}{lines[n]}" for n in range(3)),
    ) == [("2026-01-01 00:00:00.000 [worker] ", "KeyError: 1")]


def test_what_is_no_end():
    frame = '  File "x", line 1, in f'
    assert ends(HEADING, frame, "step: 3", frame, "Loss: 0.5", frame, "Done") == [("", "Done")]
    assert ends(HEADING, "step: 3", "Done") == []
    assert ends("ValueError: printed by the script itself") == []
    assert ends('{"trace": "Traceback (most recent call last):\\n"}', "ValueError") == []


def test_whose_it_is_where_it_was_and_what_it_says_further():
    lines = (
        "Exception in thread Thread-1:",
        HEADING,
        '  File "/x/a.py", line 3, in run',
        '  File "/x/b.py", line 41, in load',
        "RuntimeError: Error(s) in loading:",
        "\tMissing key(s): a.",
        "",
        "after it",
    )
    [end], taken = traceback_ends(lines)
    assert end == (4, "", lines[0], lines[4], "Missing key(s): a.", "b.py:41", "/x/a.py")
    assert taken == {1, 2, 3, 4}


def test_no_more_than_some_are_open_at_a_time():
    """So that a line is compared with a bounded number of labels."""
    labels = [f"{rank}: " for rank in range(100)]
    lines = [f"{label}{HEADING}" for label in labels] + [f"{label}KeyError" for label in labels]
    assert ends(*lines) == [(label, "KeyError") for label in labels[-32:]]
