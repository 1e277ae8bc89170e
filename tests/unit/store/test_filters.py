import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.store.filters import MOST_LENGTH, FilterError, parse_expression, parse_filter

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


VALUES = {"lr": 1e-3, "opt/lr_decay": 0.5, "val/acc": 0.91, "val/loss": 0.3, "seen": 4e6}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("lr<1e-2", True),
        ("lr < 1e-2 and acc>0.9", True),
        ("LR>=0.001 val/acc<=.91", True),
        ("lr==0.001", True),
        ("lr!=0.001", False),
        ("lr>1e-3", False),
        ("-lr>1e-3", True),
        ("decay<1", True),  # a part of a single name
        ("val>0", False),  # of two
        ("val/*>0.2", True),
        ("val/*>0.5", False),
        ("seen>3.9M (lr>1 or loss<30.1%)", True),
        ("seen>3.9k", True),
        ("unknown>0", False),
        ("-unknown>0", True),
        ("loss<inf", True),
    ],
)
def test_values_are_compared(text: str, holds: bool) -> None:
    assert parse_expression(text)(lambda term: term.keeps(VALUES)) is holds


def test_nan_keeps_to_no_bound() -> None:
    for sign in ("<", "<=", ">", ">=", "==", "!="):
        expression = parse_expression(f"loss{sign}1")
        assert not expression(lambda term: term.keeps({"loss": float("nan")}))


@pytest.mark.parametrize("text", ["a->b", "lr=0.1", "a<b", "<", "lr<", "<3", "x>1e"])
def test_what_compares_nothing_is_looked_for(text: str) -> None:
    assert parse_filter(text)("run", f"the/{text}/tag")


def test_tags_have_no_values() -> None:
    with pytest.raises(FilterError, match="values are compared on the home screen"):
        parse_filter("lr<1e-3")


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
