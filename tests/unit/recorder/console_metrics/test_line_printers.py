"""Whose lines are whose."""

from tuimon.recorder.console_metrics.line_printers import LinePrinters


def test_ranks_in_the_order_of_their_numbers():
    lines = ["[rank10]: a", "[default2]:b", "W1130 launching", "[rank0]: c"]
    printers = LinePrinters(lines)
    assert printers.names == ["0", "2", "10"]
    assert [printers.of(line) for line in lines] == ["10", "2", "", "0"]


def test_labels_of_srun_stand_in_front_of_almost_all_lines():
    lines = [f"{n % 3}: step {n}" for n in range(12)]
    printers = LinePrinters([*lines, "srun: done"])
    assert printers.names == ["0", "1", "2"]
    assert printers.of("  1: more") == "1"
    assert printers.of("srun: done") == ""
    assert LinePrinters(["1: one", "2: two", "text", "more text"]).names == []
    assert LinePrinters(["1: one", "1: two"]).names == []


def test_lines_that_name_nobody():
    assert LinePrinters([]).names == []
    assert LinePrinters(["step 1 loss 2", "x" * 100_000]).names == []
