from hypothesis import given
from hypothesis import strategies as st

from tuimon.store.agenda import Agenda

CHANGES = st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 9).map(float))


@given(st.lists(CHANGES))
def test_the_lowest_key_comes_first_whatever_was_changed(changes: list[tuple[str, float | None]]):
    agenda, keys = Agenda[str](), dict[str, float]()
    for thing, key in changes:
        if key is None:
            agenda.drop(thing)
            keys.pop(thing, None)
        else:
            agenda.put(thing, key)
            keys[thing] = key
        first = agenda.first()
        assert (first is None) == (not keys)
        assert first is None or (first[0] == min(keys.values()) == keys[first[1]])
        assert len(agenda) == len(keys)
        assert all((thing in agenda) == (thing in keys) for thing in "abcde")
