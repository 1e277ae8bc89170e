"""What is secret is hidden, and nothing else: measured on thousands of arguments."""

import os
from itertools import islice
from random import Random

import pytest

from support.secret_corpus import ALPHANUMERIC, drawn, harmless_lines, secret_lines
from tuimon.masking.mask import Mask
from tuimon.masking.random_words import is_random
from tuimon.masking.secret_names import is_secret_file

KEY = "0123456789abcdef0123456789abcdef01234567"


def missed(seed: int, every: int) -> list[tuple[list[str], str]]:
    lines = list(islice(secret_lines(Random(seed)), 0, None, every))
    assert len(lines) > 4000 // every
    return [(line, secret) for line, secret in lines if secret in " ".join(Mask().command(line))]


def hidden(seed: int, every: int) -> list[list[str]]:
    lines = list(islice(harmless_lines(Random(seed)), 0, None, every))
    assert len(lines) > 4000 // every
    return [line for line in lines if Mask().command(line) != line]


def test_no_secret_is_missed_in_any_spelling() -> None:
    assert missed(seed=1, every=7) == []


def test_nothing_harmless_is_hidden() -> None:
    assert hidden(seed=2, every=7) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_no_secret_of_many_is_missed_and_nothing_harmless_hidden(seed: int) -> None:
    assert missed(seed, 1) == []
    assert hidden(seed, 1) == []


def test_chance_is_told_from_names() -> None:
    random = Random(3)
    words = [drawn(random, ALPHANUMERIC, length) for length in (32, 40, 64) for _ in range(300)]
    assert all(map(is_random, words))


@pytest.mark.parametrize(
    "name",
    [
        KEY,
        KEY + KEY[:24],
        "123e4567-e89b-12d3-a456-426614174000",
        "LlamaForCausalLMWithValueHead2",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT_2",
        "resnet50-imagenet-bs256-lr01-wd1e4-cosine-ep90-seed1",
        "CLIP-ViT-L-14-laion2B-s32B-b82K",
        "Std_Acc1298_Std_Mem40_MFCC_10",
        "data/imagenet/ILSVRC2012/val/n01440764",
        "12345678901234567890123456789012",
    ],
)
def test_names_and_hashes_are_not_random(name: str) -> None:
    assert not is_random(name)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (["--db-url", "postgres://u:PW@h/db"], ["--db-url", "postgres://u:(hidden)@h/db"]),
        (["--header", "Authorization: Bearer a.b"], ["--header", "Authorization: (hidden)"]),
        (["--password", "1234", "data"], ["--password", "(hidden)", "data"]),
        (
            ["--api-keys", "a", "b", "--lr", "1"],
            ["--api-keys", "(hidden)", "(hidden)", "--lr", "1"],
        ),
        (["-kS3cret", "-k", "5"], ["-k(hidden)", "-k", "5"]),
        (["X_KEY=abc", "--", "train.py"], ["X_KEY=(hidden)", "--", "train.py"]),
        (["wandb", "login", KEY], ["wandb", "login", "(hidden)"]),
        (["--commit", KEY, "--to", KEY], ["--commit", KEY, "--to", "(hidden)"]),
        (
            ["--config", '{"api_key": "x", "lr": 0.1, "db": {"password": 12}}'],
            ["--config", '{"api_key": "(hidden)", "lr": 0.1, "db": {"password": "(hidden)"}}'],
        ),
        (["db={user:u,password:pw}"], ["db={user:u,password:(hidden)}"]),
        (["https://h/?a=b&token=abc&c=d"], ["https://h/?a=b&token=(hidden)&c=d"]),
        (["--token=${oc.env:HF_TOKEN}"], ["--token=${oc.env:HF_TOKEN}"]),
        (["--pwd", "/workspace", "--pat", "*.png"], ["--pwd", "/workspace", "--pat", "*.png"]),
    ],
)
def test_of_a_command_line_only_secrets_are_hidden(line: list[str], shown: list[str]) -> None:
    assert Mask().command(line) == shown


def test_what_was_hidden_is_known_by_its_name_once() -> None:
    mask = Mask(argv=["--auth", "abc", "--auth", "def", "--lr", "1", "redis://:pw@h"])
    mask.config({"api_key": "x", "db": {"password": 3, "user": "me"}, "lr": 0.1})
    told = ("--auth", "an argument", "config.api_key", "config.db.password")
    assert mask.hidden == told


def test_a_configuration_keeps_what_is_harmless() -> None:
    config = {
        "lr": 0.1,
        "credentials": {"user": "u", "login": "x"},
        "tokens": [1, 2],
        "use_auth": True,
        "urls": ["http://a:b@h", "http://h"],
        "max_tokens": 5,
        "auth": None,
    }
    assert Mask().config(config) == config | {
        "credentials": "(hidden)",
        "urls": ["http://a:(hidden)@h", "http://h"],
    }


def test_names_of_ones_own_are_secret_too() -> None:
    mask = Mask(names=["licence plate", "x_id"])
    line = ["--licencePlate", "AB", "db.x_id=5", "licence=2"]
    assert mask.command(line) == ["--licencePlate", "(hidden)", "db.x_id=(hidden)", "licence=2"]
    assert mask.text("LICENCE_PLATE=abcdefgh1") == "LICENCE_PLATE=(hidden)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Namespace(lr=0.1, password='hunter2', x=1)",
            "Namespace(lr=0.1, password='(hidden)', x=1)",
        ),
        ("connected with hunter22", "connected with (hidden)"),
        ("Authorization: Bearer abcdefghijk", "Authorization: (hidden)"),
        ("export FOO_TOKEN=abcdefgh12", "export FOO_TOKEN=(hidden)"),
        ("run --api-key abcdefgh12 now", "run --api-key (hidden) now"),
        (f"your key is {KEY}", "your key is (hidden)"),
        (f"commit {KEY} key", f"commit {KEY} key"),
        ("token: the, key: value pairs", "token: the, key: value pairs"),
        ("Epoch 1: loss=0.3 tokens/s: 1200", "Epoch 1: loss=0.3 tokens/s: 1200"),
        ("pass: 12, fail: 3", "pass: 12, fail: 3"),
        ("|lr|0.1|\n| hf_token | abcdefgh12 |", "|lr|0.1|\n| hf_token | (hidden) |"),
    ],
)
def test_prose_loses_secrets_alone(text: str, shown: str) -> None:
    assert Mask(argv=["--password", "hunter22"]).text(text) == shown


@pytest.mark.parametrize("piece", ["http://", "http://a:b@", "sk-a-", "a@", "password: a ", "key="])
def test_long_lines_take_no_longer_by_the_character(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    before = os.times()
    Mask().text(text)
    after = os.times()
    assert after.user - before.user < 2.0


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password = get_password()", "password = get_password()"),
        ('api_key: str = "abcdefgh12"', 'api_key: str = "(hidden)"'),
        ("self.key = nn.Linear(dim, dim)", "self.key = nn.Linear(dim, dim)"),
        ('os.environ["HF_TOKEN"] = "abcdefgh12"', 'os.environ["HF_TOKEN"] = "(hidden)"'),
        ("x = sorted(xs, key=len)", "x = sorted(xs, key=len)"),
    ],
)
def test_code_stays_code(line: str, shown: str) -> None:
    assert Mask().text(line, code=True) == shown


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "conf/.env.local", "prod.env", ".netrc", "id_rsa", "keys/server.pem", "a/b.key"),
        *(".aws/config", "secrets.yaml", "db_credentials.json", "kaggle.json", ".npmrc"),
    ],
)
def test_files_of_secrets_are_known_by_their_names(path: str) -> None:
    assert is_secret_file(path)


@pytest.mark.parametrize(
    "path",
    ["train.py", ".env.example", "environment.yml", "tokenizer.json", "keys.py", "env/a.yaml"],
)
def test_other_files_are_none(path: str) -> None:
    assert not is_secret_file(path)
