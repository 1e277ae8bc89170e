"""What all kinds promise by their tables."""

import pytest

from tuimon.tui.keys.key_tables import beside
from tuimon.tui.panes.item_pane import ITEM_KEYS
from tuimon.tui.screens.summaries import SUMMARY_KEYS
from tuimon.views.base import View
from tuimon.views.kinds import KINDS

# F filters the list everywhere; what / does is the kind's.
TAKEN = {name for key in (*SUMMARY_KEYS, *ITEM_KEYS) for name in key.names} - {"slash"}


def test_kinds_are_told_apart():
    names = [kind.kind for kind in KINDS]
    assert len(set(names)) == len(names)
    plugins = [plugin for kind in KINDS for plugin in kind.plugins]
    assert len(set(plugins)) == len(plugins)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_keys_belong_to_their_kind_and_leave_the_screens_keys_alone(kind: type[View]):
    ids = [key.id for key in kind.keys]
    assert len(set(ids)) == len(ids)
    assert all(id.startswith(f"{kind.kind}-") for id in ids)
    bound = [name for key in kind.keys for name in key.names]
    assert len(set(bound)) == len(bound)
    for key in kind.keys:
        assert key.name
        assert key.footer < 100
        assert key.inside or not TAKEN.intersection(key.names)
    assert not kind.keys or kind.keys[0].help


def test_the_list_is_filtered_by_the_key_that_a_kind_has_left():
    def names(*ids: str) -> str:
        own = [key for kind in KINDS for key in kind.keys if key.id in ids]
        return next(key.keys for key in beside(own, SUMMARY_KEYS) if key.id == "summary-filter")

    assert names() == names("image-strip") == "slash,F"
    assert names("graph-find", "graph-trace") == "F"
