"""What tells runs of one script apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.present.run_arguments import arguments_of, columns_of, telling_arguments


@pytest.mark.parametrize(
    ("line", "program", "told"),
    [
        ("train.py --lr 1e-3 --amp", "train.py", "lr=1e-3 amp"),
        ("python -u src/train.py -b 8 data", "train.py", "python u b=8 data"),
        ("-m llm.train model.lr=0.1 +a=b=c", "llm.train", "model.lr=0.1 a=b=c"),
        ("torchrun --nproc 2 train.py --n=-1 --n 2", "train.py", "torchrun nproc=2 n=-1 2"),
        ("python -m train --shift -0.5 --sizes 1 2", "train", "python shift=-0.5 sizes=1 2"),
        ("./train x", "./train", "x"),
        ("", "", ""),
    ],
)
def test_a_command_line_is_taken_apart(line: str, program: str, told: str):
    found, arguments = arguments_of(tuple(line.split()))
    assert (found, " ".join(map(str, arguments))) == (program, told)


def test_what_all_runs_of_a_script_share_tells_nothing():
    commands = {
        "a": ["train.py", "--data", "d", "--lr", "1", "--seed", "1"],
        "b": ["train.py", "--data", "d", "--lr", "2", "--seed", "1", "--amp"],
        "c": ["train.py", "--data", "d", "--lr", "1", "--seed", "1"],
        "alone": ["eval.py", "--ckpt", "x"],
    }
    telling = telling_arguments(commands)
    assert {key: [*map(str, found)] for key, found in telling.items()} == {
        "a": ["lr=1"],
        "b": ["lr=2", "amp"],
        "c": ["lr=1"],
        "alone": ["ckpt=x"],
    }
    assert columns_of(telling.values()) == {"lr": 4, "amp": 3, "ckpt": 6}


def test_runs_of_one_command_have_nothing_to_tell_them_apart():
    assert telling_arguments({"a": ["t.py", "--lr", "1"], "b": ["t.py", "--lr", "1"]}) == {
        "a": (),
        "b": (),
    }


@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_command_line_is_told_in_safe_text(argv: list[str]):
    _, arguments = arguments_of(tuple(argv))
    assert all(str(one).isprintable() for one in arguments)
    assert len({one.name for one in arguments}) == len(arguments)
