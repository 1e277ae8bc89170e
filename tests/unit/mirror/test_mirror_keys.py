"""Names in W&B."""

import os

from tuimon.mirror.keys import KeyTable, metric_name, step_key


def test_keys_are_those_of_wandbs_own_integration() -> None:
    keys = KeyTable()
    assert keys.key("", "Loss/train") == "Loss/train"
    assert keys.key("val", "loss") == "val/loss"
    assert keys.renamed == {}
    assert (step_key(""), step_key("val")) == ("global_step", "val/global_step")


def test_no_two_tags_share_a_key_and_none_is_reserved() -> None:
    keys = KeyTable()
    pairs = [
        ("", "a/b"),
        ("a", "b"),
        ("", "a/b (2)"),
        ("", ""),
        ("", "_step"),
        ("x", "global_step"),
    ]
    pairs += [("", "tag/_step"), ("", "_timestamp"), ("", "x/global_step"), ("x", "")]
    names = [keys.key(*pair) for pair in pairs]
    assert len(set(names)) == len(names)
    assert not {"", "_step", "_timestamp", "x/global_step"} & set(names)
    assert names == [keys.key(*pair) for pair in pairs]


def test_renamed_tags_keep_their_keys_whatever_the_order() -> None:
    first = KeyTable()
    pairs = [("", "a/b"), ("a", "b"), ("", "_step")]
    names = {pair: first.key(*pair) for pair in pairs}
    again = KeyTable(first.renamed)
    assert {pair: again.key(*pair) for pair in reversed(pairs)} == names


def test_a_key_that_was_given_to_a_renamed_tag_goes_to_no_other() -> None:
    again = KeyTable({("a", "b"): "a/b (2)"})
    assert again.key("", "a/b (2)") not in ("a/b (2)", again.key("a", "b"))


def test_definitions_name_flat_keys() -> None:
    assert metric_name("loss/a+b?[c]") == "loss/a+b?[c]"
    assert metric_name("lr0.1/global_step") == r"lr0\.1/global_step"
    assert metric_name(r"a\b.c") == r"a\b\.c"
    assert [metric_name(key) for key in ("loss/*", r"a\.b", "a\\")] == [None, None, None]


def test_kinds_of_one_tag_have_keys_of_their_own_in_every_life() -> None:
    table = KeyTable()
    assert table.key("run", "grad") == "run/grad"
    assert table.key("run", "grad", "histograms") == "run/grad (histograms)"
    assert table.key("run", "grad", "histograms") == "run/grad (histograms)"
    later = KeyTable(table.renamed)
    assert later.key("run", "grad", "histograms") == "run/grad (histograms)"
    assert later.key("run", "grad") == "run/grad"
    assert later.renamed == table.renamed == {("run", "grad (histograms)"): "run/grad (histograms)"}


def test_names_that_are_no_utf8_are_escaped_and_stay_apart() -> None:
    keys = KeyTable()
    odd = os.fsdecode(b"latin1-\xc5")
    assert keys.key(odd, os.fsdecode(b"lo\xdfs")) == "latin1-\\xc5/lo\\xdfs"
    assert keys.key("latin1-\\xc5", "loss") == "latin1-\\x5cxc5/loss"
    assert keys.key("C:\\Users\\me", "loss") == "C:\\Users\\me/loss"
    assert step_key(odd) == "latin1-\\xc5/global_step"
    assert keys.renamed == {}
