import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.store.filters import MOST_LENGTH, FilterError, parse_filter

SHOWN = [
    ("", "loss/train", True),
    ("   ", "loss/train", True),
    ("loss", "Loss/train", True),
    ("loss", "acc", False),
    ("train/*", "train/loss", True),
    ("train/*", "a/train/loss", False),
    ("*layer_?*", "grad/layer_3/weight", True),
    ("layers/", "model/layers/0", True),
    ("model/layers/", "Model/layers/0", True),
    ("layers/", "model/my_layers/0", False),
    ("layers/", "model/layers", False),
    ("loss train", "loss/train", True),
    ("loss train", "loss/val", False),
    ("loss and train", "loss/val", False),
    ("loss or acc", "acc/val", True),
    ("loss | acc", "lr", False),
    ("loss val or acc", "acc/train", True),
    ("not val", "loss/val", False),
    ("-val", "loss/train", True),
    ("!val", "loss/val", False),
    ("not not val", "loss/val", True),
    ("loss -val", "loss/train", True),
    ("grad-norm", "grad-norm", True),
    ("/^loss.*[0-9]$/", "loss/layer_3", True),
    ("/^LOSS/", "loss", False),
    (r"/a\/b/", "a/b", True),
    ("a/b", "a/b", True),
    ("(loss or acc) train", "acc/train", True),
    ("(loss or acc) train", "acc/val", False),
    ("-(loss or acc)", "lr", True),
    ("run:adam", "loss", True),
    ("run:sgd", "loss", False),
    ("run:*1e-3", "loss", True),
    ("run:/^adam/ loss", "loss", True),
    ("-run:adam", "loss", False),
    ("[ab]*", "acc", True),
    ("[", "a[0]", True),
]


@pytest.mark.parametrize(("text", "tag", "shown"), SHOWN)
def test_what_a_filter_shows(text: str, tag: str, shown: bool) -> None:
    assert parse_filter(text)("adam_1e-3", tag) is shown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(loss", "not closed"),
        ("loss)", "none opened"),
        ("loss or", "missing at the end"),
        ("not", "missing at the end"),
        ("or loss", 'missing before "or"'),
        ("()", 'missing before ")"'),
        ("/(/", "no regular expression"),
        ("loss /lay[er/", "no regular expression: unterminated character set at position 3"),
        *(
            (f"loss {begun}", "ends with /")
            for begun in ("/", "/lay", "/lay[er", "-/x", "run:/y", "/(a", "/a|")
        ),
        ("(" * 50 + "a" + ")" * 50, "too many brackets"),
        ("a" * (MOST_LENGTH + 1), "characters"),
    ],
)
def test_what_is_no_filter_says_why(text: str, why: str) -> None:
    with pytest.raises(FilterError, match=why.replace("(", r"\(").replace(")", r"\)")):
        parse_filter(text)


@given(st.text(alphabet="ab/*?()[]|-! \\:.ornotdru", max_size=40), st.text(max_size=10))
def test_any_text_is_a_filter_or_an_error(text: str, tag: str) -> None:
    try:
        predicate = parse_filter(text)
    except FilterError:
        return
    assert isinstance(predicate("run", tag), bool)
