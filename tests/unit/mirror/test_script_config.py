"""The command line of a training as a W&B config."""

import pytest

from tuimon.masking.mask import Mask
from tuimon.masking.secret_shapes import HIDDEN
from tuimon.mirror.run_config import script_config


@pytest.mark.parametrize(
    ("line", "config"),
    [
        ("train.py --lr 0.1 --epochs=5 -b 32", {"lr": 0.1, "epochs": 5, "b": 32}),
        ("train.py --amp --no-cuda --seed 3", {"amp": True, "no_cuda": True, "seed": 3}),
        ("train.py --hidden-size 1_000 --eps 1e-8", {"hidden_size": 1000, "eps": 1e-8}),
        ("train.py --layers 1 2 3 data/", {"layers": [1, 2, 3]}),
        ("train.py --tag a --tag b", {"tag": ["a", "b"]}),
        ("train.py --shift -1.5 --name -x", {"shift": -1.5, "name": True, "x": True}),
        ("train.py --flag true --other None", {"flag": True, "other": None}),
        ("train.py --sizes [1,2] --text {oops", {"sizes": [1, 2], "text": "{oops"}),
        (
            "train.py opt.lr=1e-3 +db=mysql --x 1 a=b",
            {"opt.lr": 1e-3, "db": "mysql", "x": 1, "a": "b"},
        ),
        ("train.py --url http://h/?a=b", {"url": "http://h/?a=b"}),
        ("torchrun --nproc-per-node 2 train.py --lr 1", {"lr": 1}),
        ("-m pkg.train --lr 1", {"lr": 1}),
        ("python -m torch.distributed.run --nproc 2 train.py --lr 1", {"lr": 1}),
        ("./train --lr 1", {"lr": 1}),
        ("train.py a b -- --not-an-option", {}),
        (
            "train.py -v -v --url http://h/?a=b --multirun lr=1,2",
            {"v": [True, True], "url": "http://h/?a=b", "multirun": True, "lr": "1,2"},
        ),
        ("train.py", {}),
    ],
)
def test_options_become_config(line: str, config: dict[str, object]) -> None:
    assert script_config(line.split()) == config


def test_secrets_are_hidden() -> None:
    mask = Mask()

    def config(line: str) -> dict[str, object]:
        return script_config(mask.command(line.split()))

    text = "train.py --api-key abc --hf_token=abc --max-tokens 10 --password abc -kS3cret --lr 1"
    assert config(text) == {
        **dict.fromkeys(("api_key", "hf_token", "password", "k"), HIDDEN),
        "max_tokens": 10,
        "lr": 1,
    }
    for pin in ("--password 1234", "--db.secret=1234", "--api-key 1234"):
        assert list(config(f"train.py {pin}").values()) == [HIDDEN]
    counted = config("train.py --pad-token 0 --use-password --token 5")
    assert counted == {"pad_token": 0, "use_password": True, "token": 5}
    assert config('train.py --config {"api_key":"x","lr":1}') == {
        "config": {"api_key": HIDDEN, "lr": 1}
    }


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("train.py --token=abc data", "train.py --token=(hidden) data"),
        ("train.py --token abc data", "train.py --token (hidden) data"),
        ("train.py --token --lr 1", "train.py --token --lr 1"),
        ("train.py wandb.key=abc", "train.py wandb.key=(hidden)"),
    ],
)
def test_of_the_command_only_secrets_are_hidden(line: str, shown: str) -> None:
    assert Mask().command(line.split()) == shown.split()
