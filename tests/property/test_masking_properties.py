"""Masking, whatever the arguments are."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.secret_corpus import tokens
from tuimon.masking.mask import Mask

SECRETS = st.builds(
    lambda seed, number: tokens(Random(seed))[number], st.integers(0, 2**32), st.integers(0, 15)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | SECRETS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["lr", "api_key", "password", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_masking_twice_is_masking_once(argv: list[str]) -> None:
    once = Mask().command(argv)
    assert len(once) == len(argv)
    assert Mask().command(once) == once


@settings(max_examples=40)
@given(st.dictionaries(st.text("ab_.", min_size=1), VALUES, max_size=4))
def test_a_configuration_keeps_its_shape_and_no_secret(config: dict[str, object]) -> None:
    mask = Mask()
    shown = mask.config(config)
    assert shown.keys() == config.keys()
    assert mask.config(shown) == shown
    assert bool(mask.hidden) == (json.dumps(shown) != json.dumps(config))


@settings(max_examples=40)
@given(SECRETS, st.text("abc .:,", max_size=9), st.text("abc .,", max_size=9))
def test_what_looks_secret_is_hidden_in_any_text(secret: str, before: str, after: str) -> None:
    assert secret not in Mask().text(f"{before} {secret} {after}")


@settings(max_examples=40)
@given(SECRETS)
def test_a_secret_of_the_command_line_is_hidden_everywhere(secret: str) -> None:
    mask = Mask(argv=["--password", secret])
    assert secret not in mask.text(f"x{secret}y")
